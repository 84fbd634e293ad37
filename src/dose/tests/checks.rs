//! The checks at the end of docs/dose-rules.md, with the working that people see.

use super::*;
use crate::dose::{MmePerDay, total};

#[test]
fn the_checks_of_the_dose_rules_hold() {
    let tablets = |value, timing| take(value, "{tablet}", timing);
    let patch = take("1", "{patch}", every(1, 72, "h"));
    for (rxcui, instruction, number, working) in [
        (
            OXYCODONE_10,
            tablets("1", every(4, 1, "d")),
            "60",
            "10 mg × 4 per day × 1.5",
        ),
        (
            HYDROCODONE_APAP_10,
            as_needed(tablets("2", every(1, 6, "h"))),
            "80",
            "10 mg × up to 8 per day × 1",
        ),
        (FENTANYL_25, patch, "60", "25 µg/h × 1 patch × 2.4"),
        (
            METHADONE_10,
            tablets("1", every(3, 1, "d")),
            "141",
            "10 mg × 3 per day × 4.7",
        ),
        (
            TRAMADOL_50,
            tablets("1", every(4, 1, "d")),
            "40",
            "50 mg × 4 per day × 0.2",
        ),
        (
            HYDROMORPHONE_4,
            tablets("1", every(1, 6, "h")),
            "80",
            "4 mg × 4 per day × 5",
        ),
    ] {
        let dose = converted(&reading(rxcui, &[instruction]));
        assert_eq!(shown(&dose), number, "{rxcui}: {dose:?}");
        assert_eq!(dose.working.as_deref(), Some(working));
        assert_eq!(dose.because, None);
    }
}

#[test]
fn buprenorphine_with_naloxone_is_excluded() {
    let dose = converted(&reading(
        BUPRENORPHINE_NALOXONE_8,
        &[take("1", "{tablet}", every(2, 1, "d"))],
    ));
    assert_eq!(dose.answer, Answer::Excluded);
    assert_eq!(dose.mme_per_day, None);
    assert_eq!(dose.daily_dose.as_deref(), Some("16 mg"));
    let sum = total([&dose].into_iter());
    assert_eq!((sum.mme_per_day, sum.floor), (Some(MmePerDay::ZERO), false));
}

#[test]
fn two_orders_of_the_same_strength_are_two_orders() {
    let order = reading(OXYCODONE_10, &[take("1", "{tablet}", every(2, 1, "d"))]);
    let dose = converted(&order);
    let sum = total([&dose, &dose].into_iter());
    assert_eq!(sum.mme_per_day, Some(MmePerDay::new(60.into())));
    assert!(!sum.floor);
}

/// R11.
#[test]
fn a_total_with_an_order_without_a_number_is_a_floor() {
    let thirty = converted(&reading(
        OXYCODONE_10,
        &[take("1", "{tablet}", every(2, 1, "d"))],
    ));
    let unknown = converted(&reading(OXYCODONE_10, &[]));
    let no_factor = converted(&reading(
        LEVORPHANOL_2,
        &[take("1", "{tablet}", every(2, 1, "d"))],
    ));
    let sum = total([&thirty, &unknown, &no_factor, &unknown].into_iter());
    assert_eq!(sum.mme_per_day, Some(MmePerDay::new(30.into())));
    assert!(sum.floor);
    assert_eq!(
        sum.because,
        [
            "No MME for oxycodone: no instruction is recorded.",
            "No MME for levorphanol: CDC 2022 has no factor for it in this form.",
        ]
    );
    let none = total([&unknown].into_iter());
    assert_eq!((none.mme_per_day, none.floor), (None, true));
    let empty = total([].into_iter());
    assert_eq!(
        (empty.mme_per_day, empty.floor),
        (Some(MmePerDay::ZERO), false)
    );
}
