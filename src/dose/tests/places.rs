//! Where a dose is read: dosage, text or quantity (R12).

use super::*;
use crate::dose::ReadFrom;

fn tablets(value: &str, timing: Timing) -> Instruction {
    take(value, "{tablet}", timing)
}

/// R12: dosage, then text, then quantity over days.
#[test]
fn r12_text_and_quantity_tell_where_the_dosage_does_not() {
    let unitless = |words: &str| Instruction {
        text: Some(words.to_owned()),
        ..take("1", "", every(2, 1, "d"))
    };
    let fill = || Some((quantity("60", "{tablet}"), 15));
    for (instructions, fill, expected, from) in [
        (
            vec![unitless("1 tablet twice daily")],
            fill(),
            "30",
            Some(ReadFrom::Text),
        ),
        (
            vec![unitless("as directed")],
            fill(),
            "60",
            Some(ReadFrom::Quantity),
        ),
        (vec![], fill(), "60", Some(ReadFrom::Quantity)),
        (
            vec![],
            Some((quantity("60", ""), 15)),
            "60",
            Some(ReadFrom::Quantity),
        ),
        (vec![], Some((quantity("60", "mL"), 15)), "unknown", None),
        (
            vec![],
            Some((quantity("60", "{tablet}"), 0)),
            "unknown",
            None,
        ),
        (vec![unitless("as directed")], None, "unknown", None),
    ] {
        let dose = converted(&filled(OXYCODONE_10, &instructions, fill));
        assert_eq!((shown(&dose).as_str(), dose.read_from), (expected, from));
    }
}

#[test]
fn r12_a_quantity_of_patches_is_read_over_their_days() {
    let dose = converted(&filled(
        FENTANYL_25,
        &[],
        Some((quantity("10", "patch"), 30)),
    ));
    assert_eq!(shown(&dose), "60");
    assert_eq!(dose.working.as_deref(), Some("25 µg/h × 1 patch × 2.4"));
}

#[test]
fn r12_an_unrecognised_medicine_stays_unknown() {
    let fill = Some((quantity("60", "{tablet}"), 15));
    let dose = converted(&filled("0", &[text("1 tablet twice daily")], fill));
    assert_eq!((dose.answer, dose.mme_per_day), (Answer::Unknown, None));
}

/// R12: the higher is shown and the difference named, beyond a fifth.
#[test]
fn r12_the_higher_of_dosage_and_quantity_is_shown() {
    let four = || tablets("1", every(4, 1, "d"));
    for (pills, expected, named) in [
        ("40", "60", false),
        ("48", "60", false),
        ("32", "60", false),
        ("49", "73.5", true),
        ("31", "60", true),
        ("80", "120", true),
    ] {
        let reading = filled(
            OXYCODONE_10,
            &[four()],
            Some((quantity(pills, "tablet"), 10)),
        );
        let dose = converted(&reading);
        assert_eq!(
            (shown(&dose).as_str(), dose.note.is_some()),
            (expected, named),
            "{pills}"
        );
    }
    let fill = Some((quantity("20", "tablet"), 10));
    let dose = converted(&filled(OXYCODONE_10, &[as_needed(four())], fill));
    assert_eq!(
        dose.note.as_deref(),
        Some(
            "The instruction allows 4 a day, the quantity over its days makes 2 a day; the higher is shown."
        )
    );
    assert_eq!(dose.read_from, Some(ReadFrom::Dosage));
}

#[test]
fn a_timing_code_can_say_as_needed() {
    let coded = Timing {
        codes: vec!["Q6H PRN".to_owned()],
        ..Timing::default()
    };
    let reading = reading(OXYCODONE_10, &[tablets("1", coded)]);
    assert!(reading.all_as_needed());
    assert_eq!(shown(&converted(&reading)), "60");
}

#[test]
fn supply_lasts_its_quantity_at_the_most_allowed() {
    use crate::dose::supply_days;
    for (value, unit, a_day, expected) in [
        ("60", "{tablet}", "4", Some("15")),
        ("60", "", "8", Some("7.5")),
        ("60", "mL", "4", None),
        ("60", "mg", "4", None),
        ("0", "{tablet}", "4", None),
        ("60", "{tablet}", "0", None),
        ("60", "{tablet}", "-1", None),
    ] {
        let days = supply_days(&quantity(value, unit), decimal(a_day));
        assert_eq!(days, expected.map(decimal), "{value} {unit}");
    }
    let by_mass = reading(OXYCODONE_10, &[take("20", "mg", every(2, 1, "d"))]);
    assert_eq!(by_mass.units_per_day(), Some(decimal("4")));
    let liquid = reading(MORPHINE_SOLUTION_2, &[take("10", "mg", every(3, 1, "d"))]);
    assert_eq!(liquid.units_per_day(), None);
    assert_eq!(
        liquid.supply_days(&quantity("150", "mL")),
        Some(decimal("10"))
    );
}

/// Other medicines have supply too: whoever asks for overlap needs it.
#[test]
fn a_medicine_without_opioids_has_units_a_day() {
    let naproxen = reading("849574", &[as_needed(tablets("1", every(2, 1, "d")))]);
    assert_eq!(naproxen.units_per_day(), Some(decimal("2")));
    assert_eq!(shown(&converted(&naproxen)), "unknown");
}
