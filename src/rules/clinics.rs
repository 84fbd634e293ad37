//! Places to which this site refers, by the suggestion that refers.
//!
//! Refuses to know how they are named on a card.

use super::naming::slots;
use super::{Slot, Slots};
use crate::patient::{Clinic, ClinicKind, Site};

/// Suggestions that refer, and to which kinds of place, the nearest to their words first.
const REFERRALS: [(&str, &[ClinicKind]); 2] = [
    (
        "addiction-referral",
        &[
            ClinicKind::AddictionMedicine,
            ClinicKind::OpioidTreatmentProgram,
        ],
    ),
    (
        "behavioural-health",
        &[ClinicKind::BehavioralHealth, ClinicKind::Pain],
    ),
];

/// More would be a directory.
const MOST: usize = 2;

/// The places to which this suggestion refers: the site's order within a kind, at most two.
pub fn clinics<'a>(site: &'a Site, suggestion: &str) -> impl Iterator<Item = &'a Clinic> {
    let row = REFERRALS.iter().find(|(key, _)| *key == suggestion);
    let kinds = row.map_or(&[][..], |(_, kinds)| kinds);
    kinds
        .iter()
        .flat_map(|kind| site.clinics.iter().filter(move |it| it.kind == *kind))
        .take(MOST)
}

/// The slots `clinics` and `phones` of this suggestion, both empty where the site names none.
pub(super) fn clinic_slots(site: &Site, suggestion: &str) -> Slots {
    let phone = |clinic: &Clinic| clinic.phone.clone().unwrap_or_default();
    slots([
        (
            "clinics",
            Slot::List(
                clinics(site, suggestion)
                    .map(|it| it.name.clone())
                    .collect(),
            ),
        ),
        (
            "phones",
            Slot::List(clinics(site, suggestion).map(phone).collect()),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_referral_names_at_most_two_places_of_its_kinds() {
        let clinic = |kind, name: &str| Clinic {
            kind,
            name: name.to_owned(),
            phone: None,
            url: None,
        };
        let site = Site {
            clinics: vec![
                clinic(ClinicKind::OpioidTreatmentProgram, "Harbor Recovery"),
                clinic(ClinicKind::Pain, "Pain Team"),
                clinic(ClinicKind::AddictionMedicine, "Bridge"),
                clinic(ClinicKind::AddictionMedicine, "Elm Street"),
            ],
            ..Site::default()
        };
        let named = |suggestion| -> Vec<&str> {
            clinics(&site, suggestion)
                .map(|clinic| clinic.name.as_str())
                .collect()
        };
        assert_eq!(named("addiction-referral"), ["Bridge", "Elm Street"]);
        assert_eq!(named("behavioural-health"), ["Pain Team"]);
        assert_eq!(named("follow-up"), Vec::<&str>::new());
        let none = clinic_slots(&Site::default(), "addiction-referral");
        assert_eq!(none["clinics"], Slot::List(Vec::new()));
    }
}
