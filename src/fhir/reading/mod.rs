//! From what arrived to the record: contract section 4.1 and the decision table of 4.3.
//!
//! Knows which key, body or draft Bundle each resource came in, and what that says about completeness.
//! Refuses to know what a resource means.

use super::bundle::{Opened, Shape};
use super::fetched::{Asked, Fetched, Need};
use super::newest_first::reaches_back;
use super::rows::{Rows, Taken};
use super::whose::Whose;
use super::{Gap, Query, Read, Record, Why};
use jiff::civil::Date;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that arrived for one call.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Bare id of the patient.
    pub patient_id: &'a str,
    /// Bare id of the encounter.
    pub encounter_id: Option<&'a str>,
    /// `context.draftOrders`.
    pub draft_orders: Option<&'a RawValue>,
    /// Prefetch in the order sent; `None` is an explicit null.
    pub prefetch: &'a [(Cow<'a, str>, Option<&'a RawValue>)],
    /// Keys as this client spells them, to keys as we do.
    pub key_aliases: &'a BTreeMap<String, String>,
    /// What the FHIR server said, if it was asked.
    pub fetched: &'a [Fetched],
    /// The day of the call, if lists need not be whole before their look-back.
    pub as_of: Option<Date>,
}

static NO_ALIASES: BTreeMap<String, String> = BTreeMap::new();

impl<'a> Source<'a> {
    /// Nothing arrived yet for this patient.
    pub fn new(patient_id: &'a str) -> Self {
        Self {
            patient_id,
            encounter_id: None,
            draft_orders: None,
            prefetch: &[],
            key_aliases: &NO_ALIASES,
            fetched: &[],
            as_of: None,
        }
    }

    fn query_of(&self, key: &str) -> Option<Query> {
        Query::from_key(self.key_aliases.get(key).map_or(key, String::as_str))
    }
}

/// Reads everything that arrived.
pub fn read_record<'a>(source: &Source<'a>, needs: &[Query]) -> Record<'a> {
    let mut places = places(source);
    let mut whose = Whose::new(source.patient_id);
    for item in places.iter().flat_map(|place| &place.opened.items) {
        whose.learn(item);
    }
    let mut rows = Rows::new(whose);
    if let Some(drafts) = source.draft_orders {
        rows.take_drafts(Opened::new(drafts));
    }
    let mut elsewhere = BTreeSet::new();
    for place in &mut places {
        place.take(&mut rows, &mut elsewhere);
    }
    let mut record = rows.into_record();
    let settled = Settled {
        source,
        places: &places,
        elsewhere: &elsewhere,
    };
    settled.into(&mut record, needs);
    record
}

/// What of `needs` is worth asking the FHIR server: what did not come, and lists that go on.
///
/// What the client tried and failed to read is not asked again.
pub fn to_fetch(source: &Source<'_>, record: &Record<'_>, needs: &[Query]) -> Vec<Need> {
    let mut wanted = Vec::new();
    for &query in needs {
        match record.read(query) {
            Read::Failed(Why::NotSent) | Read::Partial(Why::NotSent | Why::OtherPatient) => {
                wanted.push(Need {
                    as_of: source.as_of,
                    ..Need::from(query)
                });
            }
            Read::Partial(Why::MorePages) => {
                let keys = source.prefetch.iter();
                let own = keys.filter(|(key, _)| source.query_of(key) == Some(query));
                let nexts = own.filter_map(|(_, value)| Opened::new((*value)?).next);
                wanted.extend(nexts.filter(|next| !next.is_empty()).map(|next| Need {
                    query,
                    next: Some(next.into_owned()),
                    as_of: source.as_of,
                }));
            }
            _ => {}
        }
    }
    wanted
}

/// One prefetch key or one fetched answer.
struct Place<'a> {
    name: &'a str,
    query: Option<Query>,
    opened: Opened<'a>,
    /// An explicit null: read, and empty.
    is_null: bool,
    origin: Origin<'a>,
    tally: Tally,
    /// Sorted newest first, and past the look-back of its query.
    reaches_back: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin<'a> {
    Prefetch,
    Fhir { ended: Option<&'a Why> },
}

/// What became of the resources of one place.
#[derive(Default)]
struct Tally {
    /// Matches of the type asked for, also those of another patient.
    asked_for: usize,
    /// Of these, the patient's.
    own: usize,
    /// Of these, another patient's.
    others: usize,
    /// Matches of other types.
    other: usize,
    /// Resources whose subject cannot be placed, by type.
    unclear: BTreeMap<String, usize>,
}

impl Tally {
    fn bad(&self, opened: &Opened<'_>) -> usize {
        opened.bad + opened.hollow + self.unclear.values().sum::<usize>()
    }
}

fn places<'a>(source: &Source<'a>) -> Vec<Place<'a>> {
    let prefetch = source.prefetch.iter().map(|(key, value)| Place {
        name: key,
        query: source.query_of(key),
        opened: value.map(Opened::new).unwrap_or_default(),
        is_null: value.is_none(),
        origin: Origin::Prefetch,
        tally: Tally::default(),
        reaches_back: false,
    });
    let fhir = source.fetched.iter().map(|fetched| Place {
        name: "FHIR",
        query: match fetched.asked {
            Asked::Query(query) => Some(query),
            Asked::Medication(_) => None,
        },
        opened: opened_pages(&fetched.pages),
        is_null: false,
        origin: Origin::Fhir {
            ended: fetched.ended.as_ref(),
        },
        tally: Tally::default(),
        reaches_back: false,
    });
    let mut places: Vec<Place<'a>> = prefetch.chain(fhir).collect();
    for place in &mut places {
        let goes_on = place.opened.next.is_some();
        place.reaches_back = goes_on
            && place
                .query
                .is_some_and(|query| reaches_back(&place.opened.items, query, source.as_of));
    }
    places
}

fn opened_pages(pages: &[String]) -> Opened<'_> {
    let mut all: Option<Opened<'_>> = None;
    for page in pages {
        let opened = serde_json::from_str::<&RawValue>(page).map(Opened::new);
        let opened = opened.unwrap_or_default();
        match &mut all {
            None => all = Some(opened),
            Some(all) => all.append(opened),
        }
    }
    all.unwrap_or_default()
}

impl<'a> Place<'a> {
    fn take(&mut self, rows: &mut Rows<'a>, elsewhere: &mut BTreeSet<Query>) {
        for item in &self.opened.items {
            let taken = rows.take(item);
            if let Some(query) = self.query
                && item.is_match
            {
                if item.kind == query.resource_type() {
                    self.tally.asked_for += 1;
                    self.tally.own += usize::from(matches!(taken, Taken::Used(_)));
                    self.tally.others += usize::from(taken == Taken::OtherPatient);
                } else {
                    self.tally.other += 1;
                }
            }
            match taken {
                Taken::Used(queries) => {
                    elsewhere.extend(queries.iter().filter(|q| Some(**q) != self.query));
                }
                Taken::Unclear => {
                    *self.tally.unclear.entry(item.kind.to_string()).or_default() += 1;
                }
                Taken::OtherPatient | Taken::NotRead => {}
            }
        }
    }

    /// What this place says about its query; `followed` if the pages after it were had.
    fn read(&self, query: Query, followed: bool) -> Read {
        let read = match self.origin {
            Origin::Prefetch if self.is_null => Read::Complete,
            Origin::Prefetch => self.read_answer(query, followed, Why::NotSent, Why::ClientFailed),
            Origin::Fhir { .. } => {
                self.read_answer(query, followed, Why::Malformed, Why::Malformed)
            }
        };
        match self.origin {
            Origin::Fhir { ended: Some(_) } if self.reaches_back => read,
            Origin::Fhir { ended: Some(why) } if self.tally.own > 0 => Read::Partial(why.clone()),
            Origin::Fhir { ended: Some(why) } if self.opened.shape == Shape::Bundle => {
                Read::Partial(why.clone())
            }
            Origin::Fhir { ended: Some(why) } => Read::Failed(why.clone()),
            _ => read,
        }
    }

    fn read_answer(&self, query: Query, followed: bool, absent: Why, failure: Why) -> Read {
        let Tally {
            asked_for,
            own,
            others,
            other,
            ..
        } = self.tally;
        let is_fetched = self.origin != Origin::Prefetch;
        let bad = self.tally.bad(&self.opened);
        let more = self.opened.next.is_some() && !followed && !self.reaches_back;
        match self.opened.shape {
            Shape::Unusable => Read::Failed(absent),
            Shape::Failure => Read::Failed(failure),
            // Somebody else's Patient is no answer to a read of this one.
            _ if query.is_read() && others > 0 && own == 0 && is_fetched => {
                Read::Failed(Why::OtherPatient)
            }
            _ if query.is_read() && asked_for > 0 && own == 0 => Read::Failed(absent),
            _ if asked_for == 0 && self.opened.failure => Read::Failed(failure),
            _ if asked_for == 0 && other > 0 => Read::Failed(absent),
            _ if more => Read::Partial(Why::MorePages),
            // A server that was asked for one patient and tells of others did not answer the question, nor did a client
            // that sends nobody but others: what is not there proves nothing.
            _ if others > 0 && (is_fetched || own == 0) => Read::Partial(Why::OtherPatient),
            _ if self.opened.failure => Read::Partial(failure),
            _ if bad > 0 => Read::Partial(Why::Entries {
                bad,
                of: bad + asked_for,
            }),
            _ => Read::Complete,
        }
    }

    fn gaps(&self) -> Vec<Gap> {
        let place = self.name.to_owned();
        let kind = self.query.map_or("Resource", Query::resource_type);
        let mut gaps = Vec::new();
        let unreadable = self.opened.bad + self.opened.hollow;
        if unreadable > 0 {
            gaps.push(Gap::Entries {
                resource_type: kind.to_owned(),
                place: place.clone(),
                count: unreadable,
            });
        }
        for (kind, count) in &self.tally.unclear {
            gaps.push(Gap::Entries {
                resource_type: kind.clone(),
                place: place.clone(),
                count: *count,
            });
        }
        gaps
    }
}

/// Decides how far each read got.
struct Settled<'s, 'a> {
    source: &'s Source<'a>,
    places: &'s [Place<'a>],
    /// Queries that resources under other keys belong to.
    elsewhere: &'s BTreeSet<Query>,
}

impl Settled<'_, '_> {
    fn into(self, record: &mut Record<'_>, needs: &[Query]) {
        let sent = self.places.iter().filter_map(|place| place.query);
        let queries: BTreeSet<Query> = sent.chain(needs.iter().copied()).collect();
        for query in queries {
            if query == Query::ContextEncounter && self.source.encounter_id.is_none() {
                continue;
            }
            let read = self.settle(query, record);
            if needs.contains(&query)
                && let Read::Partial(why) | Read::Failed(why) = &read
            {
                record.gaps.push(Gap::Read(query, why.clone()));
            }
            record.reads.insert(query, read);
        }
        for place in self.places {
            record.gaps.extend(place.gaps());
        }
    }

    fn settle(&self, query: Query, record: &Record<'_>) -> Read {
        let found = match query {
            Query::Patient => record.patient.is_some(),
            Query::ContextEncounter => record
                .encounters
                .iter()
                .any(|e| e.id.is_some() && e.id.as_deref() == self.source.encounter_id),
            _ => false,
        };
        if found {
            return Read::Complete;
        }
        let fetched = self.combined(query, false, |origin| origin != Origin::Prefetch);
        let followed = fetched == Some(Read::Complete);
        let sent = self.combined(query, followed, |origin| origin == Origin::Prefetch);
        let read = match (sent, fetched) {
            (None | Some(Read::Failed(Why::NotSent)), Some(fetched)) => fetched,
            (Some(Read::Partial(Why::NotSent | Why::OtherPatient)), Some(Read::Complete)) => {
                Read::Complete
            }
            (Some(sent), _) => sent,
            (None, None) => Read::Failed(Why::NotSent),
        };
        match read {
            Read::Failed(why) if self.elsewhere.contains(&query) => Read::Partial(why),
            read => read,
        }
    }

    /// Several keys may share one query (problems and encounter diagnoses apart): all have to be complete.
    fn combined(
        &self,
        query: Query,
        followed: bool,
        origin: impl Fn(Origin<'_>) -> bool,
    ) -> Option<Read> {
        self.places
            .iter()
            .filter(|place| place.query == Some(query) && origin(place.origin))
            .map(|place| place.read(query, followed))
            .reduce(|one, other| match (one, other) {
                (Read::Complete, Read::Complete) => Read::Complete,
                (Read::Failed(why), Read::Failed(_)) => Read::Failed(why),
                (Read::Partial(why) | Read::Failed(why), _)
                | (_, Read::Partial(why) | Read::Failed(why)) => Read::Partial(why),
                (one, _) => one,
            })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests;
