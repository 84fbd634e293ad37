//! Visits behind and ahead, and who saw this person before.

use super::{Asker, CareRow, OPEN_REQUEST_DAYS, same_type, stands};
use crate::fhir::Query;
use crate::fhir::resources::{Encounter, ServiceRequest};
use crate::patient::conditions::{fact_date, reference, relative};
use crate::patient::coverage::{minus, minus_months};
use crate::patient::evidence::Sources;
use crate::patient::{Doubt, FactDate, FollowUp, Known};

impl Sources<'_> {
    /// The earliest of: a booked or planned visit, an order or task for one, a draft of this call.
    pub(super) fn follow_up(&self) -> Known<FollowUp> {
        let visit = self.next_visit().yes().cloned();
        let orders = self
            .record
            .service_requests
            .iter()
            .filter(|order| stands(order));
        let ordered = orders.filter_map(|order| {
            let authored = order
                .authored_on
                .map(|when| fact_date(when, self.zone).date);
            let open = authored.is_some_and(|date| date >= minus(self.as_of, OPEN_REQUEST_DAYS));
            self.check_in(order, open)
        });
        let drafts = self.record.draft_service_requests.iter();
        let drafted = drafts.filter_map(|draft| self.check_in(draft, true));
        let first = visit
            .into_iter()
            .chain(ordered)
            .chain(drafted)
            .min_by_key(|visit| visit.date);
        first.map_or_else(
            || self.none_in(&[Query::Appointments, Query::Encounters]),
            Known::Yes,
        )
    }

    /// An order or task that reads like a visit or call, by its day or, where it names none, while it is `open`.
    fn check_in(&self, order: &ServiceRequest<'_>, open: bool) -> Option<FollowUp> {
        const WORDS: [&str; 8] = [
            "follow-up",
            "follow up",
            "check-in",
            "check in",
            "recheck",
            "re-check",
            "return visit",
            "visit",
        ];
        order
            .code
            .as_ref()
            .filter(|code| self.names_any(code, &WORDS))?;
        let reference = reference("ServiceRequest", order.id.as_deref());
        let today = FactDate::day_of(self.as_of);
        let Some(period) = order.occurrence else {
            return open.then_some(FollowUp {
                date: today,
                reference,
            });
        };
        let first = fact_date(period.start.or(period.end)?, self.zone);
        let last = fact_date(period.end.or(period.start)?, self.zone);
        let ahead = last.date >= self.as_of;
        ahead.then(|| FollowUp {
            date: first.max(today),
            reference,
        })
    }

    pub(super) fn last_contact(&self) -> Known<FactDate> {
        let finished = self
            .record
            .encounters
            .iter()
            .filter(|visit| visit.status.as_deref() == Some("finished"));
        let dates = finished.filter_map(|visit| {
            let period = visit.period?;
            Some(fact_date(period.end.or(period.start)?, self.zone))
        });
        let last = dates.filter(|date| date.date <= self.as_of).max();
        last.map_or_else(|| self.none_in(&[Query::Encounters]), Known::Yes)
    }

    /// A visit before today that names this practitioner, or the clinic of today's visit.
    pub(super) fn seen_here(&self, asker: Asker<'_>) -> Known<CareRow> {
        let Some(user) = asker.user else {
            return Known::No;
        };
        let since = minus_months(self.as_of, 12);
        let clinic = |visit: &Encounter<'_>| {
            let link = visit
                .service_provider
                .as_ref()?
                .reference
                .as_deref()
                .map(relative);
            link.filter(|reference| !reference.is_empty())
        };
        let here = asker.encounter.and_then(clinic);
        let mut nameless = false;
        for visit in &self.record.encounters {
            let held = matches!(
                visit.status.as_deref(),
                Some("finished" | "in-progress" | "onleave")
            );
            let date = visit
                .period
                .and_then(|period| period.start)
                .map(|when| fact_date(when, self.zone));
            let Some(date) =
                date.filter(|date| held && date.date >= since && date.date < self.as_of)
            else {
                continue;
            };
            let named = visit
                .participants
                .iter()
                .filter_map(|who| who.reference.as_deref().map(relative));
            let named: Vec<String> = named.collect();
            let same_clinic = here.is_some() && clinic(visit) == here;
            if same_clinic || named.iter().any(|who| who == user) {
                let reference = reference("Encounter", visit.id.as_deref());
                return Known::Yes(CareRow {
                    name: "visit".to_owned(),
                    date: Some(date),
                    reference,
                });
            }
            nameless |= !named.iter().any(|who| same_type(who, user));
        }
        match self.none_in(&[Query::Encounters]) {
            // A visit that names nobody, or a role in place of a person, may have been with this practitioner.
            Known::No if nameless => Known::Unsure(Doubt::Unread(Query::Encounters)),
            known => known,
        }
    }
}
