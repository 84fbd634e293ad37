//! The mapping table of the rule catalogue: medicine groups.

use super::*;

#[test]
fn opioid_is_the_ambulatory_list_without_buprenorphine_for_use_disorder() {
    let rx = System::RxNorm;
    // oxycodone, hydrocodone/acetaminophen, tramadol, fentanyl patch, butalbital with codeine
    holds(
        Opioid,
        rx,
        &["1049611", "857005", "835603", "245134", "994277"],
        &["1010600", "2599846", "310430", "1732136"],
    );
    holds(OpioidCough, rx, &["250646", "995226"], &["1049611"]);
    holds(
        BuprenorphineOud,
        rx,
        &["1010600", "1010603"],
        &["904870", "1732136"],
    );
    holds(BuprenorphinePain, rx, &["904870", "904874"], &["1010600"]);
    holds(
        Buprenorphine,
        rx,
        &["1010600", "904870"],
        &["1488634", "2599851", "1049611"],
    );
}

#[test]
fn methadone_counts_by_mouth_and_not_injected() {
    let rx = System::RxNorm;
    holds(Methadone, rx, &["864706", "864978", "864761"], &["864714"]);
    holds(
        MethadoneOudRestricted,
        rx,
        &["864978", "991147"],
        &["864706"],
    );
    let tables = tables();
    for (rxcui, opioids) in &tables.drugs.products {
        let injected = opioids
            .contents
            .iter()
            .any(|content| content.form == Some(DoseFormClass::Injection));
        let medicine = rx_number(*rxcui);
        assert!(!(injected && medicine.is(Methadone)), "{}", medicine.name);
    }
}

fn rx_number(rxcui: u32) -> Medicine {
    super::rx(&rxcui.to_string())
}

#[test]
fn erla_leaves_out_the_smallest_buprenorphine_patch_and_iontophoresis() {
    let rx = System::RxNorm;
    holds(
        ExtendedRelease,
        rx,
        &["1049593", "864706", "245134", "904870"],
        &["1049611", "904880", "1666831"],
    );
    assert!(rx_number(904_880).name.contains("0.005 MG/HR"));
}

#[test]
fn tolerant_only_is_asked_of_the_product_table() {
    let rx = System::RxNorm;
    holds(
        TolerantOnly,
        rx,
        &["245134", "1053652", "1740007", "902741"],
        &["1049593", "3423", "897696", "1666831"],
    );
    let twenty_four = rx_number(902_741);
    assert!(
        twenty_four.name.starts_with("24 HR hydromorphone"),
        "{}",
        twenty_four.name
    );
    for (rxcui, opioids) in &tables().drugs.products {
        for content in &opioids.contents {
            let medicine = rx_number(*rxcui);
            let injected = matches!(
                content.form,
                Some(
                    DoseFormClass::Injection
                        | DoseFormClass::Topical
                        | DoseFormClass::Iontophoretic
                )
            );
            if content.ingredient.name == "fentanyl" {
                assert_eq!(medicine.is(TolerantOnly), !injected, "{}", medicine.name);
            }
        }
    }
}

#[test]
fn benzodiazepines_leave_out_injections_and_seizure_rescue() {
    let rx = System::RxNorm;
    holds(
        Benzodiazepine,
        rx,
        &["197528", "308047", "905505"],
        &["311700", "422657", "763028", "1807459"],
    );
    let rows = include_str!("../../../terminology/value-sets/benzodiazepines.csv");
    let left_out = rows
        .lines()
        .skip(1)
        .filter_map(|row| row.split(',').nth(1))
        .filter(|code| !sets(System::RxNorm, code).has(Benzodiazepine))
        .count();
    // 51 by the catalogue's four words, 4 cartridges and 2 enemas.
    assert_eq!(left_out, 57);
}

#[test]
fn sedatives_are_those_that_are_swallowed() {
    let rx = System::RxNorm;
    // gabapentin, zolpidem, carisoprodol; not phenobarbital injection, dexmedetomidine, phentermine
    holds(
        Sedative,
        rx,
        &["310430", "854873", "197446"],
        &["199964", "2396891", "803348", "197528"],
    );
    holds(SedativeNamedOnly, rx, &["312743", "2570392"], &["310430"]);
    for (code, sedates) in [("995218", true), ("992432", true), ("1049630", true)] {
        assert_eq!(sets(rx, code).has(SedatingAntihistamine), sedates, "{code}");
    }
    for (rxcui, drug) in &tables().drugs.drugs {
        let name = tables().names.get(drug.name).to_lowercase();
        let sets = tables().sets_of_code(Code::rxcui(*rxcui));
        let sedates = [
            Benzodiazepine,
            Sedative,
            SedatingAntihistamine,
            SedativeNamedOnly,
        ]
        .into_iter()
        .any(|set| sets.has(set));
        let applied = ["topical", "ophthalmic", "inject", "prefilled", "cartridge"];
        assert!(
            !sedates || !applied.iter().any(|form| name.contains(form)),
            "{rxcui} {name}"
        );
    }
}

#[test]
fn rescue_is_naloxone_or_nalmefene_alone() {
    let rx = System::RxNorm;
    holds(
        NaloxoneRescue,
        rx,
        &["1725059", "1725064", "1191222"],
        &["1010600", "7242", "2672926"],
    );
    holds(NaloxoneOffered, rx, &["1725059"], &["1725064"]);
    let naloxone = include_str!("../../../terminology/value-sets/naloxone-not-rescue.csv");
    for code in naloxone
        .lines()
        .skip(1)
        .filter_map(|row| row.split(',').nth(1))
    {
        assert!(!sets(rx, code).has(NaloxoneRescue), "{code}");
    }
}

#[test]
fn naltrexone_counts_unless_it_is_embedded_in_an_opioid() {
    let rx = System::RxNorm;
    holds(
        Naltrexone,
        rx,
        &["1483744", "637213", "1551468", "2570392"],
        &["863845", "29899"],
    );
    holds(
        NaltrexoneDepot,
        rx,
        &["637213", "637216"],
        &["1483744", "1551468"],
    );
    for (rxcui, opioids) in &tables().drugs.products {
        assert!(!rx_number(*rxcui).is(Naltrexone), "{rxcui} {opioids:?}");
    }
}
