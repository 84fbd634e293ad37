//! What the medication history says: naive, tolerant, long-term, lost tolerance, trend (catalogue section 2).

use super::coverage::{days_between, minus, minus_months};
use super::known::{Doubt, FactDate, Known};
use super::regimen::follows;
use super::row::{MedicineRow, RowKind};
use super::site::Site;
use super::snapshot::{History, LongTerm, Naive, RecentOpioid, TrendPoint};
use super::tolerance;
use crate::dose::{self, OrderDose};
use crate::fhir::Query;
use crate::terminology::ValueSet;
use jiff::ToSpan;
use jiff::civil::Date;

/// Days that a completed or stopped row covers where no end can be derived (P-NAIVE).
const NO_END_DAYS: i64 = 30;
/// Days looked back for naive and long-term.
const WINDOW_DAYS: i64 = 90;
/// Days covered of the window that make use long-term.
const LONG_TERM_DAYS: i64 = 60;
/// Gap that does not break a run.
pub(super) const RUN_GAP_DAYS: i64 = 14;

/// The days on which one row covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<'r> {
    pub(super) row: &'r MedicineRow,
    pub(super) first: Date,
    pub(super) last: Date,
}

impl Span<'_> {
    pub(super) fn covers(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

/// The rows of the record as covered days, without grace days.
pub(super) struct Timeline<'r> {
    /// Every opioid row's days.
    all: Vec<Span<'r>>,
    /// Each supply once: renewals end what they renew, and a request wins over its dispenses.
    pub(super) once: Vec<Span<'r>>,
    /// An opioid row without any date.
    undated: Option<&'r MedicineRow>,
    /// An active row without an end: for P-NAIVE it covers up to today, however old it is.
    open_ended: bool,
    as_of: Date,
}

/// How complete the list is.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListState {
    /// The medication orders were read completely.
    pub(super) complete: bool,
    /// The list has rows, and all are active.
    pub(super) only_active: bool,
}

impl<'r> Timeline<'r> {
    pub(super) fn of(rows: &'r [MedicineRow], as_of: Date, site: &Site) -> Timeline<'r> {
        let opioids = rows
            .iter()
            .filter(|row| row.medicine.is_opioid() && row.order_like && was_taken(row));
        let mut undated = None;
        let mut all = Vec::new();
        let mut open_ended = false;
        for row in opioids {
            match span(row, as_of, site) {
                Some(span) if span.first <= as_of => {
                    open_ended |=
                        row.last_day.is_none() && row.status == "active" && span.first < as_of;
                    all.push(span);
                }
                Some(_) => {}
                None => undated = undated.or(Some(row)),
            }
        }
        let once = each_supply_once(&all, site);
        Timeline {
            all,
            once,
            undated,
            open_ended,
            as_of,
        }
    }

    /// Does any opioid cover this day? An active row without an end does, however old it is (P-NAIVE).
    pub(super) fn covers(&self, day: Date) -> bool {
        self.open_ended || self.all.iter().any(|span| span.covers(day))
    }

    /// An opioid row without any date.
    pub(super) fn undated(&self) -> Option<&str> {
        self.undated.map(|row| row.reference.as_str())
    }

    fn window(&self) -> (Date, Date) {
        (minus(self.as_of, WINDOW_DAYS), minus(self.as_of, 1))
    }

    pub(super) fn history(
        &self,
        list: ListState,
        site: &Site,
        long_term_benzodiazepine: Known<LongTerm>,
    ) -> History {
        History {
            naive: self.naive(list),
            tolerant: tolerance::tolerant(self, self.as_of, list, site),
            long_term: self.long_term(list),
            long_term_benzodiazepine,
            recent: self.recent(),
            lost_tolerance: self.lost_tolerance(),
            last_supply_end: self
                .last_day()
                .filter(|last| *last < self.as_of)
                .map(FactDate::day_of),
        }
    }

    fn naive(&self, list: ListState) -> Known<Naive> {
        let (from, to) = self.window();
        let covered = |span: &Span<'_>| span.first <= to && span.last >= from;
        if self.open_ended || self.all.iter().any(covered) {
            Known::No
        } else if let Some(row) = self.undated {
            Known::Unsure(Doubt::Undated(row.reference.clone()))
        } else if !list.complete {
            Known::Unsure(Doubt::Unread(Query::Medications))
        } else if list.only_active {
            Known::Unsure(Doubt::ActiveRowsOnly)
        } else {
            let last = self
                .all
                .iter()
                .filter(|span| span.last < from)
                .max_by_key(|span| span.last)
                .map(|span| {
                    (
                        span.row.medicine.short_name.clone(),
                        FactDate::day_of(span.last),
                    )
                });
            Known::Yes(Naive { last })
        }
    }

    fn long_term(&self, list: ListState) -> Known<LongTerm> {
        let spans = self
            .all
            .iter()
            .filter(|span| span.row.is_pain_opioid() && !is_cough_only(span.row));
        match long_run(spans, self.as_of) {
            Some(long) => Known::Yes(long),
            _ if !list.complete => Known::Unsure(Doubt::Unread(Query::Medications)),
            _ => match self.undated {
                Some(row) if row.status == "active" => {
                    Known::Unsure(Doubt::Undated(row.reference.clone()))
                }
                _ => Known::No,
            },
        }
    }

    fn recent(&self) -> Vec<RecentOpioid> {
        let (from, _) = self.window();
        let mut spans: Vec<&Span<'_>> = self.once.iter().filter(|span| span.last >= from).collect();
        spans.sort_by_key(|span| (std::cmp::Reverse(span.last), std::cmp::Reverse(span.first)));
        spans
            .into_iter()
            .map(|span| RecentOpioid {
                name: span.row.medicine.short_name.clone(),
                daily_dose: span.row.dose.daily_dose.clone(),
                mme_per_day: span.row.dose.mme_per_day,
                last_day: span
                    .row
                    .last_day
                    .map(|last| FactDate::day_of(last.min(span.last).min(self.as_of))),
                label_amount: tolerance::label_amount_text(span.row),
                reference: span.row.reference.clone(),
            })
            .collect()
    }

    fn last_day(&self) -> Option<Date> {
        self.all.iter().map(|span| span.last).max()
    }

    /// A run of at least 50 MME/day that ended 14 to 180 days ago, with nothing since.
    fn lost_tolerance(&self) -> Option<FactDate> {
        let last = self.last_day()?;
        let ago = days_between(last, self.as_of);
        let at = self.total_on(last)?;
        let reached = at
            .mme_per_day
            .is_some_and(|mme| mme.value() >= rust_decimal::Decimal::from(50));
        ((14..=180).contains(&ago) && reached).then(|| FactDate::day_of(last))
    }

    /// Total of a past day; `None` where nothing covers it.
    pub(super) fn total_on(&self, day: Date) -> Option<dose::Total> {
        let doses: Vec<&OrderDose> = self
            .once
            .iter()
            .filter(|span| span.covers(day) && !span.row.moud)
            .map(|span| &span.row.dose)
            .collect();
        (!doses.is_empty()).then(|| dose::total(doses.into_iter()))
    }

    /// Does any opioid row begin by this day? Before that the record says nothing.
    pub(super) fn reaches_back_to(&self, day: Date) -> bool {
        self.all.iter().any(|span| span.first <= day)
    }

    /// The daily dose 12 and 6 months ago; "now" is the regimen's own total.
    pub(super) fn trend(&self, list: ListState, now: Option<&dose::Total>) -> Vec<TrendPoint> {
        let readable = list.complete && !list.only_active;
        let mut points: Vec<TrendPoint> = [12, 6]
            .into_iter()
            .map(|months_ago| {
                let day = minus_months(self.as_of, i64::from(months_ago));
                match self.total_on(day) {
                    Some(total) => TrendPoint {
                        months_ago,
                        mme_per_day: total.mme_per_day,
                        floor: total.floor || !readable,
                    },
                    // Nothing on that day is a zero only if the list reaches back that far.
                    None => TrendPoint {
                        months_ago,
                        mme_per_day: (readable && self.reaches_back_to(day))
                            .then_some(dose::MmePerDay::ZERO),
                        floor: false,
                    },
                }
            })
            .collect();
        points.push(TrendPoint {
            months_ago: 0,
            mme_per_day: now.and_then(|total| total.mme_per_day),
            floor: now.is_some_and(|total| total.floor),
        });
        points
    }
}

/// The unbroken run up to now of spans that cover 60 of the last 90 days.
fn long_run<'s>(spans: impl Iterator<Item = &'s Span<'s>>, as_of: Date) -> Option<LongTerm> {
    let mut spans: Vec<(Date, Date)> = spans
        .map(|span| (span.first, span.last.min(as_of)))
        .collect();
    spans.sort_unstable();
    let (from, to) = (minus(as_of, WINDOW_DAYS), minus(as_of, 1));
    let mut covered = 0;
    let mut counted_to = minus(from, 1);
    let mut run: Option<(Date, Date)> = None;
    for (first, last) in spans {
        let begin = first.max(from).max(counted_to.saturating_add(1.day()));
        let end = last.min(to);
        if begin <= end {
            covered += days_between(begin, end) + 1;
            counted_to = end;
        }
        run = match run {
            Some((since, until)) if days_between(until, first) <= RUN_GAP_DAYS + 1 => {
                Some((since, until.max(last)))
            }
            _ => Some((first, last)),
        };
    }
    let (since, until) = run?;
    (covered >= LONG_TERM_DAYS).then(|| LongTerm {
        ltot_days: days_between(since, until) + 1,
        since,
    })
}

/// The bounds of P-LTOT for benzodiazepines that are taken on a schedule.
pub(super) fn long_term_benzodiazepine(
    rows: &[MedicineRow],
    as_of: Date,
    list: ListState,
    site: &Site,
) -> Known<LongTerm> {
    let taken = rows.iter().filter(|row| {
        row.is(ValueSet::Benzodiazepine) && !row.as_needed && row.order_like && was_taken(row)
    });
    let (mut spans, mut undated) = (Vec::new(), None);
    for row in taken {
        match span(row, as_of, site) {
            Some(span) if span.first <= as_of => spans.push(span),
            Some(_) => {}
            None if row.status == "active" => undated = undated.or(Some(row)),
            None => {}
        }
    }
    match (long_run(spans.iter(), as_of), undated) {
        (Some(long), _) => Known::Yes(long),
        (None, _) if !list.complete => Known::Unsure(Doubt::Unread(Query::Medications)),
        (None, Some(row)) => Known::Unsure(Doubt::Undated(row.reference.clone())),
        (None, None) => Known::No,
    }
}

/// Statuses of a row that was or is taken.
pub(super) fn was_taken(row: &MedicineRow) -> bool {
    let statuses: &[&str] = match row.kind {
        RowKind::Request => &["active", "completed", "stopped"],
        RowKind::Statement => &["active", "completed", "stopped"],
        RowKind::Dispense => &["completed"],
        RowKind::Draft => &[],
    };
    statuses.contains(&row.status.as_str())
}

fn is_cough_only(row: &MedicineRow) -> bool {
    row.is(ValueSet::OpioidCough) && !row.is(ValueSet::Opioid)
}

/// A row without an end covers up to today only while it is young enough to be current; an older one counts as one fill.
fn span<'r>(row: &'r MedicineRow, as_of: Date, site: &Site) -> Option<Span<'r>> {
    let first = row.start.or(row.asserted).or(row.last_day)?;
    let last = row.last_day.unwrap_or_else(|| match row.status.as_str() {
        "active" if days_between(first, as_of) <= i64::from(site.no_end_days) => as_of.max(first),
        _ => first.saturating_add((NO_END_DAYS - 1).days()),
    });
    (first <= last)
        .then_some(Span { row, first, last })
        .or(Some(Span {
            row,
            first,
            last: first,
        }))
}

fn each_supply_once<'r>(all: &[Span<'r>], site: &Site) -> Vec<Span<'r>> {
    let mut once: Vec<Span<'r>> = Vec::new();
    for span in all {
        let told_by_request = span.row.kind != RowKind::Request
            && all.iter().any(|other| {
                let stronger = match span.row.kind {
                    RowKind::Dispense => other.row.kind != RowKind::Dispense,
                    _ => other.row.kind == RowKind::Request,
                };
                stronger
                    && other.row.renews_kind_of(span.row)
                    && other.row.same_strength(span.row)
                    && other.first <= span.last
                    && span.first <= other.last
            });
        if told_by_request {
            continue;
        }
        let renewed = all
            .iter()
            .filter(|later| follows(later.row, span.row, site.renewal_early_days))
            .map(|later| minus(later.first, 1))
            .min();
        let last = renewed.map_or(span.last, |last| span.last.min(last.max(span.first)));
        once.push(Span { last, ..*span });
    }
    once
}
