//! Errors that other calculators make, by their number in source-errors.md.

use super::*;
use crate::dose::{MmePerDay, total};

fn tablets(value: &str, timing: Timing) -> Instruction {
    take(value, "{tablet}", timing)
}

fn with_total(rxcui: &str, instruction: Instruction, total: &str) -> String {
    let reading = reading(rxcui, &[instruction]);
    let factors = Terminology::builtin().factors();
    let dose = convert(&reading, factors, FactorSet::Cdc2016, Some(decimal(total)));
    shown(&dose)
}

/// Error 2: an ingredient without a factor counts as nothing.
#[test]
fn an_opioid_without_a_factor_is_named_and_never_nothing() {
    let dose = converted(&reading(LEVORPHANOL_2, &[tablets("1", every(4, 1, "d"))]));
    assert_eq!(dose.answer, Answer::NoFactor);
    assert_eq!(dose.daily_dose.as_deref(), Some("8 mg"));
    let sum = total([&dose].into_iter());
    assert_eq!((sum.mme_per_day, sum.floor), (None, true));
}

/// Error 3: gaps between the methadone bands.
#[test]
fn methadone_bands_leave_no_gap() {
    for (milligrams, expected) in [
        ("0.5", "2"),
        ("20", "80"),
        ("20.5", "164"),
        ("40", "320"),
        ("40.5", "405"),
        ("60", "600"),
        ("60.5", "726"),
    ] {
        let reading = reading(METHADONE_10, &[take(milligrams, "mg", every(1, 1, "d"))]);
        assert_eq!(
            shown(&under(FactorSet::Cdc2016, &reading)),
            expected,
            "{milligrams}"
        );
    }
}

/// Error 4: the band is that of the patient's methadone, not of the order.
#[test]
fn the_methadone_band_is_chosen_from_the_total() {
    let twenty = || tablets("2", every(1, 1, "d"));
    let five = || tablets("1", every(1, 1, "d"));
    assert_eq!(with_total(METHADONE_10, twenty(), "25"), "160");
    assert_eq!(with_total(METHADONE_5, five(), "25"), "40");
    // A total below the order itself cannot be.
    assert_eq!(
        with_total(METHADONE_10, tablets("3", every(1, 1, "d")), "5"),
        "240"
    );
}

/// Error 5: no timing is not once a day.
#[test]
fn no_timing_is_unknown() {
    let dose = converted(&reading(OXYCODONE_10, &[tablets("1", Timing::default())]));
    assert_eq!(dose.answer, Answer::Unknown);
    assert_eq!(
        dose.because.as_deref(),
        Some("No MME for oxycodone: no usable timing is recorded.")
    );
}

/// Error 6: everything that tells a dose is read.
#[test]
fn several_instructions_several_doses_and_codes_are_read() {
    let twice = [
        tablets("1", every(2, 1, "d")),
        tablets("2", every(1, 1, "d")),
    ];
    let dose = converted(&reading(OXYCODONE_10, &twice));
    assert_eq!(shown(&dose), "60");
    assert_eq!(
        dose.working.as_deref(),
        Some("10 mg × 2 per day × 1.5 + 10 mg × 2 per day × 1.5")
    );
    let mut told_twice = tablets("1", every(2, 1, "d"));
    told_twice
        .doses
        .push(dose_of(DoseKind::Calculated, "10", "mg"));
    assert_eq!(mme(OXYCODONE_10, &[told_twice]), "30");
    let coded = Timing {
        codes: vec!["BID".to_owned()],
        ..Timing::default()
    };
    assert_eq!(mme(OXYCODONE_10, &[tablets("1", coded)]), "30");
}

fn dose_of(kind: DoseKind, value: &str, unit: &str) -> Dose {
    super::dose(kind, value, unit)
}

/// Error 7: micrograms are converted.
#[test]
fn micrograms_are_no_milligrams() {
    assert_eq!(
        mme(OXYCODONE_10, &[take("10000", "ug", every(2, 1, "d"))]),
        "30"
    );
}

/// Error 8: a unit that is not known multiplies nothing.
#[test]
fn other_units_are_unknown() {
    for unit in ["{puff}", "[drp]", "g", "mg/kg", "U", ""] {
        assert_eq!(
            mme(OXYCODONE_10, &[take("1", unit, every(2, 1, "d"))]),
            "unknown",
            "{unit}"
        );
    }
}

/// Error 9: a mucosal spray is no nasal spray.
#[test]
fn the_fentanyl_mouth_spray_has_its_own_factor() {
    let reading = reading("1237050", &[take("1", "{spray}", every(3, 1, "d"))]);
    let dose = under(FactorSet::Cdc2018, &reading);
    assert_eq!(shown(&dose), "54");
    assert_eq!(dose.working.as_deref(), Some("100 µg × 3 per day × 0.18"));
    assert_eq!(shown(&converted(&reading)), "no-factor");
}

/// Error 10: buprenorphine is no full agonist, in any form and set.
#[test]
fn buprenorphine_is_excluded_everywhere() {
    for rxcui in [BUPRENORPHINE_NALOXONE_8, "1010604", "904870", "388506"] {
        for set in FactorSet::ALL {
            let dose = under(set, &reading(rxcui, &[]));
            assert_eq!(shown(&dose), "excluded", "{rxcui} {set}");
        }
    }
}

/// Errors 11 and 13: real injections are not computed.
#[test]
fn injections_are_not_computed() {
    for rxcui in ["1731993", "897756", "1735003"] {
        let dose = converted(&reading(rxcui, &[take("1", "mg", every(1, 4, "h"))]));
        assert_eq!(shown(&dose), "not-computed", "{rxcui}");
        assert!(total([&dose].into_iter()).floor);
    }
}

/// Error 14: the two salts of one tablet are both counted.
#[test]
fn both_oxycodone_salts_of_a_tablet_count() {
    assert_eq!(mme("637540", &[tablets("1", every(1, 6, "h"))]), "29.28");
}

/// Error 15: the iontophoretic system is no patch.
#[test]
fn the_iontophoretic_system_is_not_computed() {
    for instruction in [
        take("1", "{patch}", every(1, 1, "d")),
        take("1", "{actuat}", every(6, 1, "h")),
    ] {
        assert_eq!(mme("1666831", &[instruction]), "not-computed");
    }
}

/// Error 18: a three-day buprenorphine patch is changed after three days.
#[test]
fn patches_last_as_long_as_their_name_says() {
    let fill = |rxcui| filled(rxcui, &[], Some((quantity("4", "{patch}"), 28)));
    let worn = |rxcui| fill(rxcui).amounts()[0].amount;
    // Seven-day and three-day patches, four for 28 days.
    assert_eq!(worn("904870"), decimal("10"));
    assert_eq!(worn("388506"), decimal("30"));
}

/// Error 20: 12 µg/h is kept as labelled.
#[test]
fn the_twelve_microgram_patch_is_28_8() {
    let dose = converted(&reading(
        FENTANYL_12,
        &[take("1", "{patch}", every(1, 72, "h"))],
    ));
    assert_eq!(dose.mme_per_day, Some(MmePerDay::new(decimal("28.8"))));
    assert_eq!(dose.daily_dose.as_deref(), Some("12 ug/h"));
}

/// Error 1: each factor set has its own factors.
#[test]
fn factor_sets_are_kept_apart() {
    let hydromorphone = reading(HYDROMORPHONE_4, &[tablets("1", every(4, 1, "d"))]);
    let methadone = reading(METHADONE_10, &[tablets("2", every(3, 1, "d"))]);
    for (set, first, second) in [
        (FactorSet::Cdc2016, "64", "600"),
        (FactorSet::Cdc2022, "80", "282"),
    ] {
        assert_eq!(shown(&under(set, &hydromorphone)), first);
        assert_eq!(shown(&under(set, &methadone)), second);
    }
}
