//! Gaps and doubts as sentences of the evaluation log.

use crate::fhir::{Gap, Query, Why};
use crate::patient::Doubt;

/// What could not be read or was left out.
pub(super) fn gap(gap: &Gap) -> String {
    match gap {
        Gap::Read(query, why) => format!("{}: {}.", query.key(), because(why)),
        Gap::Entries {
            resource_type,
            place,
            count,
        } => {
            format!("{count} × {resource_type} in {place} could not be read.")
        }
        Gap::OtherPatient {
            resource_type,
            count,
        } => {
            let what = if resource_type == "MedicationRequest" {
                "an order"
            } else {
                resource_type
            };
            format!("{count} × {resource_type} left out: {what} of another patient.")
        }
        Gap::Medication { order } => {
            format!("{order}: the Medication that it names could not be had.")
        }
    }
}

fn because(why: &Why) -> String {
    match why {
        Why::NotSent => "not sent, and no FHIR server to ask".to_owned(),
        Why::NotAllowed => "the FHIR server of the call is not on the allow-list".to_owned(),
        Why::ClientFailed => "the client could not read it".to_owned(),
        Why::Refused => "the FHIR server refused access".to_owned(),
        Why::Status(status) => format!("the FHIR server answered {status}"),
        Why::Timeout => "the FHIR server did not answer in time".to_owned(),
        Why::Unreachable => "the FHIR server could not be reached".to_owned(),
        Why::Malformed => "not the FHIR JSON that was asked for".to_owned(),
        Why::OtherVersion => "the FHIR server speaks another version than R4".to_owned(),
        Why::OtherPatient => "partial: the answer holds another patient's resources".to_owned(),
        Why::TooMuch => "larger than is taken".to_owned(),
        Why::MorePages => "partial: the list goes on and the rest could not be had".to_owned(),
        Why::Entries { bad, of } => format!("partial: {bad} of {of} entries could not be read"),
    }
}

/// Why something cannot be told.
pub(super) fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Unread(Query::Patient) => "The patient could not be read.".to_owned(),
        Doubt::Unread(query) => format!("Not fully read: {}.", query.key()),
        Doubt::Dose { order, because } => format!("{order}: {because}"),
        Doubt::Unidentified(order) => format!("{order}: the medicine could not be identified."),
        Doubt::Undated(row) => format!("{row} has no date."),
        Doubt::AsNeededOnly => {
            "Reached only if as-needed orders are taken at their maximum.".to_owned()
        }
        Doubt::ActiveRowsOnly => {
            "Only active medication rows were sent, so the history is not known.".to_owned()
        }
        Doubt::PerhapsCancer(name) => {
            format!("\"{name}\" may be a cancer; it is in none of the lists.")
        }
    }
}
