//! One table row per sentence of docs/dose-rules.md.

use super::*;
use crate::dose::{AmountUnit, ReadFrom};

fn tablets(value: &str, timing: Timing) -> Instruction {
    take(value, "{tablet}", timing)
}

fn numbered(sequence: i64, instruction: Instruction) -> Instruction {
    Instruction {
        sequence: Some(sequence),
        ..instruction
    }
}

fn doses(doses: Vec<Dose>) -> Instruction {
    Instruction {
        doses,
        ..tablets("9", every(2, 1, "d"))
    }
}

fn capped(instruction: Instruction, cap: Option<Ratio>) -> Instruction {
    Instruction {
        max_dose_per_period: cap,
        ..instruction
    }
}

/// R1, R2, R3 and R9 are tabled in `timing`; here they meet a dose.
#[test]
fn r1_to_r3_frequency_period_and_days_of_the_week() {
    let on_days = Timing {
        days_of_week: 3,
        ..every(1, 1, "d")
    };
    let frequency_only = Timing {
        frequency: Some(3.into()),
        ..Timing::default()
    };
    let times = Timing {
        times_of_day: 2,
        ..Timing::default()
    };
    for (rule, timing, expected) in [
        ("R1", every(1, 7, "h"), "51.4285714286"),
        ("R1", every(1, 3, "d"), "5"),
        ("R1", every(2, 1, "wk"), "4.2857142857"),
        ("R2", frequency_only, "45"),
        ("R2", times, "30"),
        ("R3", on_days, "6.4285714286"),
    ] {
        assert_eq!(
            mme(OXYCODONE_10, &[tablets("1", timing)]),
            expected,
            "{rule}"
        );
    }
}

/// R4.
#[test]
fn r4_several_doses_of_one_instruction_are_one_dose() {
    use DoseKind::{AdminAmount, Calculated, Ordered, Other};
    let tablet = |kind, value| dose(kind, value, "{tablet}");
    for (told, expected) in [
        (
            vec![
                tablet(AdminAmount, "4"),
                tablet(Calculated, "2"),
                tablet(Ordered, "1"),
            ],
            "30",
        ),
        (
            vec![
                tablet(AdminAmount, "4"),
                tablet(Other, "3"),
                tablet(Calculated, "2"),
            ],
            "60",
        ),
        (
            vec![
                tablet(AdminAmount, "4"),
                tablet(Other, "3"),
                tablet(Other, "1"),
            ],
            "90",
        ),
        (vec![tablet(AdminAmount, "4")], "120"),
        (
            vec![dose(Ordered, "1", "{puff}"), tablet(AdminAmount, "1")],
            "30",
        ),
        (vec![dose(Ordered, "0", "mg"), dose(Other, "5", "mg")], "15"),
        (vec![], "unknown"),
    ] {
        assert_eq!(
            mme(OXYCODONE_10, &[doses(told.clone())]),
            expected,
            "{told:?}"
        );
    }
}

/// R4: the cap of one administration, in the same unit only.
#[test]
fn r4_an_administration_is_capped_in_its_own_unit() {
    for (value, unit, expected) in [
        ("2", "tablet", "60"),
        ("2", "TAB", "60"),
        ("4", "tablet", "90"),
        ("10", "mg", "90"),
        ("0", "tablet", "90"),
        ("-1", "tablet", "90"),
    ] {
        let instruction = Instruction {
            max_dose_per_administration: Some(quantity(value, unit)),
            ..tablets("3", every(2, 1, "d"))
        };
        assert_eq!(
            mme(OXYCODONE_10, &[instruction]),
            expected,
            "{value} {unit}"
        );
    }
}

/// R5.
#[test]
fn r5_the_daily_amount_is_capped_in_the_unit_of_the_dose() {
    for (value, unit, period, per, expected) in [
        ("6", "tablet", 1, "d", "90"),
        ("6", "tablet", 24, "h", "90"),
        ("28", "tablet", 1, "wk", "60"),
        ("40", "mg", 1, "d", "120"),
        ("6", "tablet", 1, "mo", "120"),
        ("6", "tablet", 0, "d", "120"),
        ("20", "tablet", 1, "d", "120"),
    ] {
        let instruction = capped(
            tablets("2", every(1, 6, "h")),
            at_most(value, unit, period, per),
        );
        assert_eq!(
            mme(OXYCODONE_10, &[instruction]),
            expected,
            "{value} {unit} {period} {per}"
        );
    }
}

#[test]
fn r5_without_any_timing_the_cap_is_the_daily_amount() {
    let instruction = capped(
        as_needed(tablets("1", Timing::default())),
        at_most("6", "tablet", 1, "d"),
    );
    let dose = converted(&reading(OXYCODONE_10, &[instruction]));
    assert_eq!(shown(&dose), "90");
    assert!(dose.up_to);
    assert_eq!(
        dose.working.as_deref(),
        Some("10 mg × up to 6 per day × 1.5")
    );
    let by_mass = capped(Instruction::default(), at_most("60", "mg", 1, "d"));
    let dose = converted(&reading(OXYCODONE_10, &[by_mass]));
    assert_eq!(dose.working.as_deref(), Some("60 mg per day × 1.5"));
}

/// R5: as-needed use lowers nothing and is told.
#[test]
fn r5_as_needed_counts_at_its_most_and_apart() {
    let instructions = [
        tablets("1", every(2, 1, "d")),
        as_needed(tablets("1", every(1, 6, "h"))),
    ];
    let reading = reading(OXYCODONE_10, &instructions);
    let dose = converted(&reading);
    assert_eq!(shown(&dose), "90");
    assert!(dose.up_to && reading.any_as_needed() && !reading.all_as_needed());
    assert_eq!(
        dose.working.as_deref(),
        Some("10 mg × 2 per day × 1.5 + 10 mg × up to 4 per day × 1.5")
    );
    assert_eq!(reading.amounts()[0].amount, decimal("60"));
    assert_eq!(reading.scheduled_amounts()[0].amount, decimal("20"));
    assert_eq!(shown(&converted(&reading.scheduled())), "30");
}

#[test]
fn r5_words_make_an_order_as_needed_where_the_element_is_left_out() {
    let mut instruction = tablets("1", every(1, 6, "h"));
    instruction.text = Some("1 tab q6h PRN (see handout)".to_owned());
    let reading = reading(OXYCODONE_10, &[instruction]);
    assert!(reading.all_as_needed());
    assert_eq!(reading.read_from(), Some(ReadFrom::Dosage));
    assert!(reading.scheduled_amounts().is_empty());
    assert_eq!(shown(&converted(&reading.scheduled())), "unknown");
}

/// R6.
#[test]
fn r6_instructions_add_up_unless_each_has_its_own_number() {
    let one = || tablets("1", every(2, 1, "d"));
    let two = || tablets("2", every(2, 1, "d"));
    for (instructions, expected) in [
        (vec![one(), one()], "60"),
        (vec![numbered(1, one()), one()], "60"),
        (vec![numbered(1, one()), numbered(1, two())], "90"),
        (vec![numbered(1, two()), numbered(2, one())], "60"),
        (vec![numbered(2, one()), numbered(1, two())], "60"),
        (vec![one(), tablets("1", Timing::default())], "unknown"),
        (
            vec![
                numbered(1, two()),
                numbered(2, tablets("1", Timing::default())),
            ],
            "unknown",
        ),
    ] {
        assert_eq!(
            mme(OXYCODONE_10, &instructions),
            expected,
            "{instructions:?}"
        );
    }
}

#[test]
fn r6_each_step_has_its_own_number_in_order() {
    let reading = reading(
        OXYCODONE_10,
        &[
            numbered(2, tablets("1", every(2, 1, "d"))),
            numbered(1, tablets("3", every(2, 1, "d"))),
            numbered(3, tablets("1", Timing::default())),
        ],
    );
    let dose = converted(&reading);
    assert_eq!(shown(&dose), "unknown");
    let steps: Vec<_> = dose
        .steps
        .iter()
        .map(|step| (step.sequence, step.mme_per_day.map(|mme| mme.to_string())))
        .collect();
    assert_eq!(
        steps,
        [
            (1, Some("90".to_owned())),
            (2, Some("30".to_owned())),
            (3, None)
        ]
    );
}

/// R7.
#[test]
fn r7_patches_count_by_rate_and_number_not_by_change() {
    let patches = |value, unit, timing| reading(FENTANYL_25, &[take(value, unit, timing)]);
    for (value, unit, timing, expected) in [
        ("1", "patch", every(1, 72, "h"), "60"),
        ("1", "{patch}", every(1, 48, "h"), "60"),
        ("1", "each", every(1, 3, "d"), "60"),
        ("1", "PATCH", every(1, 1, "d"), "60"),
        ("2", "patch", every(1, 72, "h"), "120"),
        ("50", "ug/h", every(1, 72, "h"), "120"),
        ("0.05", "mg/h", every(1, 72, "h"), "120"),
        ("1", "patch", Timing::default(), "unknown"),
        ("25", "ug", every(1, 72, "h"), "unknown"),
        ("25", "ug/h", Timing::default(), "unknown"),
        ("1", "mL", every(1, 72, "h"), "unknown"),
    ] {
        let dose = converted(&patches(value, unit, timing));
        assert_eq!(shown(&dose), expected, "{value} {unit}");
    }
    let reading = patches("2", "patch", every(1, 72, "h"));
    assert_eq!(
        converted(&reading).working.as_deref(),
        Some("25 µg/h × 2 patches × 2.4")
    );
    assert_eq!(reading.amounts()[0].unit, AmountUnit::UgPerHour);
    assert_eq!(reading.units_per_day(), Some(decimal("0.6666666667")));
    assert_eq!(
        reading.supply_days(&quantity("10", "patch")),
        Some(decimal("15"))
    );
}

#[test]
fn r7_a_rate_without_a_dose_is_the_dose() {
    let instruction = Instruction {
        rate: Some(quantity("25", "ug/h")),
        timing: Some(every(1, 72, "h")),
        ..Instruction::default()
    };
    let dose = converted(&reading(FENTANYL_25, std::slice::from_ref(&instruction)));
    assert_eq!(dose.working.as_deref(), Some("25 µg/h × 2.4"));
    assert_eq!(mme(OXYCODONE_10, &[instruction]), "unknown");
}

/// R8.
#[test]
fn r8_units_meet_the_strength_of_the_product() {
    for (rxcui, value, unit, expected) in [
        (OXYCODONE_10, "10", "mg", "30"),
        (OXYCODONE_10, "10000", "mcg", "30"),
        (OXYCODONE_10, "1", "1", "30"),
        (OXYCODONE_10, "1", "CAP", "30"),
        (OXYCODONE_10, "5", "mL", "unknown"),
        (OXYCODONE_10, "25", "ug/h", "unknown"),
        (MORPHINE_SOLUTION_2, "5", "mL", "20"),
        (MORPHINE_SOLUTION_2, "10", "mg", "20"),
        (MORPHINE_SOLUTION_2, "1", "{tablet}", "unknown"),
        (HYDROCODONE_APAP_10, "10", "mg", "20"),
    ] {
        let instruction = take(value, unit, every(2, 1, "d"));
        assert_eq!(
            mme(rxcui, &[instruction]),
            expected,
            "{rxcui} {value} {unit}"
        );
    }
    let liquid = converted(&reading(
        MORPHINE_SOLUTION_2,
        &[take("5", "mL", every(3, 1, "d"))],
    ));
    assert_eq!(
        liquid.working.as_deref(),
        Some("2 mg/mL × 15 mL per day × 1")
    );
    assert_eq!(liquid.daily_dose.as_deref(), Some("30 mg"));
}

#[test]
fn absurd_numbers_are_unknown_and_nothing_panics() {
    for value in [
        "-1",
        "0",
        "79228162514264337593543950335",
        "0.0000000000000000000000000001",
    ] {
        for timing in [
            every(4, 1, "d"),
            every(i64::MAX, 1, "s"),
            every(4, 0, "d"),
            every(-4, 1, "d"),
        ] {
            let dose = converted(&reading(OXYCODONE_10, &[tablets(value, timing)]));
            assert!(
                dose.mme_per_day
                    .is_none_or(|mme| mme > crate::dose::MmePerDay::ZERO)
            );
            assert_eq!(dose.mme_per_day.is_some(), dose.because.is_none());
        }
    }
    assert_eq!(
        mme(
            OXYCODONE_10,
            &[tablets("79228162514264337593543950335", every(4, 1, "d"))]
        ),
        "unknown"
    );
}
