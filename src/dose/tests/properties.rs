//! What holds for every order.

use super::*;
use crate::dose::text;
use crate::terminology::Ingredient;
use proptest::{collection::vec, option, prelude::*};

const PRODUCTS: [&str; 7] = [
    OXYCODONE_10,
    HYDROCODONE_APAP_10,
    FENTANYL_25,
    METHADONE_10,
    MORPHINE_SOLUTION_2,
    BUPRENORPHINE_NALOXONE_8,
    LEVORPHANOL_2,
];
const TABLET_SPELLINGS: [&str; 8] = [
    "tablet", "TAB", "{tbl}", "Tablets", "{pill}", "1", "tab", "EA",
];

fn any_decimal() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), 0..28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn small() -> impl Strategy<Value = Decimal> {
    (1..100_000_i64, 0..4_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn any_unit() -> impl Strategy<Value = Option<String>> {
    let spellings = [
        "mg", "mcg", "ug/h", "mL", "tablet", "{patch}", "1", "g", "", "[drp]",
    ];
    option::of(proptest::sample::select(spellings.to_vec()).prop_map(str::to_owned))
}

fn any_quantity() -> impl Strategy<Value = Quantity> {
    (option::of(any_decimal()), any_unit(), any_unit()).prop_map(|(value, unit, code)| Quantity {
        value,
        unit,
        code,
    })
}

fn any_timing() -> impl Strategy<Value = Timing> {
    let number = || option::of(any_decimal());
    let units = ["s", "min", "h", "d", "wk", "mo", "a", "x"];
    let unit = option::of(proptest::sample::select(units.to_vec()).prop_map(str::to_owned));
    let counts = (0..5_u32, 0..5_u32, any::<u32>());
    (
        number(),
        number(),
        number(),
        unit,
        counts,
        vec(any_words(), 0..2),
    )
        .prop_map(
            |(frequency, frequency_max, period, period_unit, counts, codes)| Timing {
                frequency,
                frequency_max,
                period,
                period_unit,
                times_of_day: counts.0,
                when: counts.1,
                days_of_week: counts.2,
                codes,
            },
        )
}

/// Words of instructions in any order, and any text at all.
fn any_words() -> impl Strategy<Value = String> {
    let words = [
        "take", "1", "2", "1/2", "one", "(", ")", "-", "/", ",", ".", "tablet", "mg", "10",
        "every", "6", "hours", "h", "daily", "twice", "bid", "q", "prn", "for", "pain", "max",
        "up", "to", "and", "at", "bedtime", "am", "8", "day", "per", "times", "x", "not", "exceed",
        "½", "µg", "0",
    ];
    let phrase = vec(proptest::sample::select(words.to_vec()), 0..12);
    prop_oneof![phrase.prop_map(|words| words.join(" ")), any::<String>()]
}

fn any_instruction() -> impl Strategy<Value = Instruction> {
    let kinds = [
        DoseKind::Ordered,
        DoseKind::Calculated,
        DoseKind::AdminAmount,
        DoseKind::Other,
    ];
    let dose = (proptest::sample::select(kinds.to_vec()), any_quantity())
        .prop_map(|(kind, amount)| Dose { kind, amount });
    let ratio = (any_quantity(), any_quantity()).prop_map(|(numerator, denominator)| Ratio {
        numerator,
        denominator,
    });
    let caps = (option::of(ratio), option::of(any_quantity()));
    let timing = option::of(any_timing());
    let told = (option::of(0..3_i64), option::of(any_words()), any::<bool>());
    (
        told,
        timing,
        vec(dose, 0..3),
        option::of(any_quantity()),
        caps,
    )
        .prop_map(
            |((sequence, text, as_needed), timing, doses, rate, caps)| Instruction {
                sequence,
                text,
                timing,
                as_needed,
                doses,
                rate,
                max_dose_per_period: caps.0,
                max_dose_per_administration: caps.1,
            },
        )
}

fn number(dose: &OrderDose) -> Decimal {
    dose.mme_per_day.expect("a number").value()
}

proptest! {
    #[test]
    fn nothing_panics_and_a_number_has_a_working(
        product in proptest::sample::select(PRODUCTS.to_vec()),
        instructions in vec(any_instruction(), 0..4),
        fill in option::of((any_quantity(), any::<i64>())),
        total in option::of(any_decimal()),
    ) {
        let reading = filled(product, &instructions, fill);
        for set in FactorSet::ALL {
            let factors = Terminology::builtin().factors();
            let dose = convert(&reading, factors, set, total);
            let has_number = dose.answer == Answer::Converted;
            prop_assert_eq!(dose.mme_per_day.is_some(), has_number);
            prop_assert_eq!(dose.working.is_some(), has_number);
            prop_assert_eq!(dose.because.is_none(), has_number);
            prop_assert!(dose.mme_per_day.is_none_or(|mme| mme.value() > Decimal::ZERO));
            prop_assert!(dose.mme_per_day.is_none_or(|mme| !mme.rounded().is_empty()));
        }
        let _ = (reading.steps(), reading.scheduled().amounts(), reading.supply_days(&quantity("1", "tablet")));
    }

    #[test]
    fn no_text_panics(words in any_words()) {
        let _ = (text::read(&words), text::times_per_day(&words), text::says_as_needed(&words));
    }

    #[test]
    fn milligrams_and_micrograms_are_the_same_drug(value in small(), times in 1..24_i64) {
        let micrograms = (value * Decimal::ONE_THOUSAND).to_string();
        let by_milligram = mme(OXYCODONE_10, &[take(&value.to_string(), "mg", every(times, 1, "d"))]);
        let by_microgram = mme(OXYCODONE_10, &[take(&micrograms, "mcg", every(times, 1, "d"))]);
        prop_assert_eq!(by_milligram, by_microgram);
    }

    #[test]
    fn the_spelling_of_a_unit_changes_nothing(
        value in small(),
        one in proptest::sample::select(TABLET_SPELLINGS.to_vec()),
        other in proptest::sample::select(TABLET_SPELLINGS.to_vec()),
    ) {
        let with = |unit| mme(OXYCODONE_10, &[take(&value.to_string(), unit, every(1, 6, "h"))]);
        prop_assert_eq!(with(one), with(other));
    }

    #[test]
    fn more_drug_never_lowers_mme(
        value in small(),
        more in small(),
        times in 1..24_i64,
        period in 1..100_i64,
        set in proptest::sample::select(FactorSet::ALL.to_vec()),
    ) {
        let dose = |value: Decimal, times, period| {
            let instruction = take(&value.to_string(), "mg", every(times, period, "h"));
            number(&under(set, &reading(METHADONE_10, &[instruction])))
        };
        let plain = dose(value, times, period);
        prop_assert!(dose(value + more, times, period) >= plain);
        prop_assert!(dose(value, times + 1, period) >= plain);
        prop_assert!(dose(value, times, period + 1) <= plain);
    }

    #[test]
    fn another_instruction_or_a_larger_total_never_lowers_mme(
        values in vec(small(), 1..4),
        total in small(),
    ) {
        let instruction = |value: &Decimal| take(&value.to_string(), "mg", every(2, 1, "d"));
        let instructions: Vec<_> = values.iter().map(instruction).collect();
        let factors = Terminology::builtin().factors();
        let with = |count: usize, total| {
            let reading = reading(METHADONE_10, &instructions[..count]);
            number(&convert(&reading, factors, FactorSet::Cdc2016, total))
        };
        let all = with(values.len(), None);
        prop_assert!(all >= with(1, None));
        prop_assert!(with(1, Some(total)) >= with(1, None));
    }

    /// A medicine is what codes tell of it; strengths and forms that do not fit are no reason to panic.
    #[test]
    fn no_strength_panics(value in any_decimal(), instruction in any_instruction(), two in any::<bool>()) {
        let mut strange = medicine(OXYCODONE_10);
        strange.opioids[0].strength = strange.opioids[0].strength.map(|strength| crate::terminology::Strength {
            value,
            ..strength
        });
        if two {
            let mut other = strange.opioids[0].clone();
            other.ingredient = Ingredient { rxcui: None, name: "another".to_owned() };
            other.form = None;
            strange.opioids.push(other);
        }
        let reading = read(&Order {
            medicine: &strange,
            instructions: &[instruction],
            quantity: None,
            supply_days: None,
        });
        let dose = converted(&reading);
        prop_assert!(dose.mme_per_day.is_none_or(|mme| mme.value() > Decimal::ZERO));
    }
}
