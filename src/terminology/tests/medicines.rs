//! Recognising medicines by code, by several codes, and by text.

use super::*;
use rust_decimal::Decimal;

fn names(medicine: &Medicine) -> Vec<&str> {
    let opioids = medicine.opioids.iter();
    opioids
        .map(|content| content.ingredient.name.as_str())
        .collect()
}

fn strength(medicine: &Medicine) -> Option<(Decimal, StrengthUnit)> {
    let strength = medicine.opioids.first()?.strength?;
    Some((strength.value, strength.unit))
}

#[test]
fn every_row_of_the_opioid_products_comes_back_as_it_stands() {
    let text = include_str!("../../../terminology/opioid-products.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut count = 0;
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let medicine = rx(&row["rxcui"]);
        assert_eq!(medicine.recognised, Recognised::Product, "{row:?}");
        assert!(medicine.is_opioid(), "{row:?}");
        assert!(
            !medicine.is(NaloxoneRescue) && !medicine.is(Naltrexone),
            "{row:?}"
        );
        let name = row["ingredient"].split(" (").next().unwrap_or_default();
        let content = medicine
            .opioids
            .iter()
            .find(|content| content.ingredient.name == name);
        let content = content.expect("the opioid of the row");
        let code = content
            .ingredient
            .rxcui
            .map(|code| code.to_string())
            .unwrap_or_default();
        assert_eq!(code, row["ingredient_rxcui"]);
        assert_eq!(
            content.form,
            DoseFormClass::parse(&row["dose_form_class"]),
            "{row:?}"
        );
        let value = content.strength.map(|strength| strength.value);
        assert_eq!(value, row["strength_value"].parse().ok(), "{row:?}");
        assert_eq!(content.wear_days, row["wear_days"].parse().ok(), "{row:?}");
        assert!(
            medicine.extended_release || row["is_extended_release"] == "0",
            "{row:?}"
        );
        assert_eq!(
            medicine.name,
            tables()
                .display(coding("RxNorm", &row["rxcui"]))
                .unwrap_or_default()
        );
        count += 1;
    }
    assert_eq!(count, 1286);
}

#[test]
fn a_component_code_gives_strength_and_the_form_of_its_products() {
    let vicodin = rx("1310197");
    assert_eq!(vicodin.recognised, Recognised::Component);
    assert_eq!(
        strength(&vicodin),
        Some((Decimal::from(5), StrengthUnit::Mg))
    );
    assert_eq!(vicodin.opioids[0].form, Some(DoseFormClass::Oral));
    assert!(vicodin.is(Opioid) && !vicodin.is(OpioidByIngredient));
    assert_eq!(vicodin.short_name, "hydrocodone/acetaminophen");
}

#[test]
fn an_ingredient_code_proves_an_opioid_without_a_dose() {
    let oxycodone = rx("7804");
    assert_eq!(oxycodone.recognised, Recognised::Ingredient);
    assert_eq!(
        (names(&oxycodone), strength(&oxycodone)),
        (vec!["oxycodone"], None)
    );
    assert!(oxycodone.is(OpioidByIngredient) && oxycodone.is_opioid());
    assert!(!oxycodone.extended_release);

    let methadone = rx("6813");
    assert!(methadone.is(Methadone) && methadone.is(ExtendedRelease) && methadone.extended_release);
    assert!(rx("1819").is(Buprenorphine));
    assert!(
        rx("4337").is(TolerantOnly),
        "fentanyl for use at home is for tolerant patients only"
    );
}

#[test]
fn among_several_codings_the_product_is_taken() {
    let rxnorm = System::RxNorm.uri();
    let codings = [
        coding(rxnorm, "7804"),
        coding(rxnorm, "1049611"),
        coding("SNOMED", "1"),
    ];
    let medicine = tables().medicine(&codings, None);
    assert_eq!(medicine.rxcui.as_deref(), Some("1049611"));
    assert_eq!(
        strength(&medicine),
        Some((Decimal::from(15), StrengthUnit::Mg))
    );
    assert!(medicine.is(Opioid) && !medicine.is(OpioidByIngredient));

    let parts = [coding(rxnorm, "161"), coding(rxnorm, "7804")];
    let combination = tables().medicine(&parts, None);
    assert_eq!(names(&combination), ["oxycodone"]);
    assert_eq!(combination.short_name, "oxycodone/acetaminophen");
}

#[test]
fn acetaminophen_is_told_by_the_name_of_the_code_else_by_the_words() {
    let tells = |medicine: Medicine| {
        let strength = medicine.acetaminophen?;
        Some((strength.value, strength.unit))
    };
    let mg = |value: i64| Some((Decimal::from(value), StrengthUnit::Mg));
    assert_eq!(tells(rx("856999")), mg(325));
    let code = [coding(System::RxNorm.uri(), "856999")];
    let brand = tables().medicine(&code, Some("Norco 10-325 tablet"));
    assert!(brand.holds_acetaminophen());
    assert_eq!(tells(brand), mg(325));
    assert_eq!(tells(text("acetaminophen 500 MG Oral Tablet")), mg(500));
    assert_eq!(tells(text("Norco 10-325 tablet")), None);
    assert!(text("Norco 10-325 tablet").holds_acetaminophen());
    assert_eq!(tells(rx("1049611")), None);
}

#[test]
fn the_code_wins_over_a_display_that_says_otherwise() {
    let rxnorm = System::RxNorm.uri();
    let lying = CodingRef {
        display: Some("Captopril 25 MG Oral Tablet"),
        ..coding(rxnorm, "1049611")
    };
    let medicine = tables().medicine(&[lying], None);
    assert!(medicine.is(Opioid));
    assert_eq!(medicine.name, "Captopril 25 MG Oral Tablet");
    assert_eq!(medicine.short_name, "oxycodone");

    let therapy = tables().medicine(&[coding(rxnorm, "1010600")], Some("Physical Therapy"));
    assert!(therapy.is(BuprenorphineOud));
    let gabapentin = CodingRef {
        display: Some("oxycodone 5 MG"),
        ..coding(rxnorm, "310430")
    };
    assert!(!tables().medicine(&[gabapentin], None).is_opioid());
}

#[test]
fn an_unknown_code_is_recognised_by_its_words() {
    let unknown = CodingRef {
        display: Some("oxycodone hydrochloride 10 MG Oral Tablet"),
        ..coding(System::RxNorm.uri(), "99999999")
    };
    let medicine = tables().medicine(&[unknown], None);
    assert_eq!(medicine.recognised, Recognised::Text);
    assert_eq!(
        (names(&medicine), strength(&medicine)),
        (vec!["oxycodone"], None)
    );

    let patch = CodingRef {
        code: Some("333919005"),
        system: Some("http://snomed.info/sct"),
        display: Some("Fentanyl 25micrograms/hour patch (product)"),
    };
    let medicine = tables().medicine(&[patch], None);
    assert!(medicine.is(TolerantOnly) && medicine.is(ExtendedRelease) && medicine.extended_release);
    assert_eq!(medicine.opioids[0].form, Some(DoseFormClass::Transdermal));

    // An unhelpful text does not hide a helpful display.
    let medicine = tables().medicine(&[unknown], Some("as discussed"));
    assert_eq!(names(&medicine), ["oxycodone"]);
}

#[test]
fn another_medicine_is_other_and_nothing_usable_is_unidentified() {
    assert_eq!(text("Lisinopril 10 mg").recognised, Recognised::Other);
    assert_eq!(text("Lisinopril 10 mg").short_name, "Lisinopril 10 mg");
    let unknown = coding(System::RxNorm.uri(), "99999999");
    for empty in [None, Some(""), Some("  "), Some("10"), Some("??")] {
        let medicine = tables().medicine(&[unknown], empty);
        assert_eq!(medicine.recognised, Recognised::Unidentified, "{empty:?}");
        assert!(!medicine.is_opioid() && !medicine.name.is_empty());
    }
    assert_eq!(
        tables().medicine(&[], None).recognised,
        Recognised::Unidentified
    );
}

#[test]
fn text_names_opioids_by_ingredient_or_brand_as_whole_words() {
    for (words, opioids) in [
        ("OXYCODONE HCL 5 MG TABLET", &["oxycodone"][..]),
        ("Percocet 5/325", &["oxycodone"]),
        ("OxyContin", &["oxycodone"]),
        ("Norco 10-325", &["hydrocodone"]),
        ("hydrocodone-acetaminophen", &["hydrocodone"]),
        ("Tylenol with Codeine #3", &["codeine"]),
        ("Tylenol #3", &["codeine"]),
        ("Tylenol 500 mg", &[]),
        ("pethidine", &["meperidine"]),
        ("MS Contin", &["morphine"]),
        ("Ultram", &["tramadol"]),
        ("Dilaudid", &["hydromorphone"]),
        ("heroin", &["heroin"]),
        ("HYDROCODON-ACETAMINOPHEN 5-325", &["hydrocodone"]),
        ("ACETAMINOPHEN-COD #3 TABLET", &["codeine"]),
        ("pholcodine linctus", &["pholcodine"]),
        ("cod liver oil", &[]),
        ("apomorphine", &[]),
        ("Loperamide 2 mg", &[]),
        ("Lomotil", &[]),
        ("diphenoxylate/atropine", &[]),
        ("naloxegol", &[]),
        ("methylnaltrexone", &[]),
        ("dextromethorphan", &[]),
        ("oxycodonelike", &[]),
    ] {
        let medicine = text(words);
        assert_eq!(names(&medicine), opioids, "{words}");
        assert_eq!(medicine.is_opioid(), !opioids.is_empty(), "{words}");
        assert_eq!(strength(&medicine), None, "{words}");
    }
    assert!(!text("Loperamide 2 mg").is(Naltrexone));
}

#[test]
fn a_brand_stands_for_what_all_its_products_share() {
    assert!(text("Suboxone 8-2 film").is(BuprenorphineOud));
    assert!(text("Butrans").is(BuprenorphinePain) && !text("Butrans").is(BuprenorphineOud));
    assert!(text("OxyContin").is(Opioid) && text("OxyContin").is(ExtendedRelease));
    assert!(text("Duragesic").is(TolerantOnly));
    assert!(text("Vivitrol").is(NaltrexoneDepot) && text("Vivitrol").is(Naltrexone));
    assert!(text("Contrave").is(Naltrexone) && !text("Contrave").is(NaltrexoneDepot));
    assert!(text("Xanax").is(Benzodiazepine));
    assert!(text("Ambien 10").is(Sedative));
    let injected = text("Sublimaze");
    assert!(injected.is_opioid() && !injected.is(TolerantOnly));
    assert_eq!(injected.opioids[0].form, Some(DoseFormClass::Injection));
}

#[test]
fn combined_antagonists_are_neither_rescue_nor_blockers() {
    for words in ["morphine/naltrexone", "Embeda 20/0.8"] {
        assert!(
            !text(words).is(Naltrexone) && text(words).is_opioid(),
            "{words}"
        );
    }
    for words in [
        "buprenorphine/naloxone",
        "Suboxone",
        "pentazocine-naloxone",
        "Zubsolv nasal",
    ] {
        assert!(
            !text(words).is(NaloxoneRescue) && text(words).is_opioid(),
            "{words}"
        );
    }
    assert!(text("naltrexone 50 mg").is(Naltrexone));
    assert!(text("naltrexone ER 380 mg injection").is(NaltrexoneDepot));
    for words in [
        "naloxone 4 mg nasal spray",
        "Narcan",
        "Kloxxado",
        "Evzio",
        "Opvee",
        "Zurnai",
        "naloxone 0.4 mg/ml injection",
    ] {
        assert!(text(words).is(NaloxoneRescue), "{words}");
    }
    assert!(!text("naloxone").is(NaloxoneRescue), "no form, no proof");
    assert!(!rx("7242").is(NaloxoneRescue));
}

#[test]
fn the_form_decides_whether_a_medicine_sedates() {
    for words in [
        "diphenhydramine 25 mg capsule",
        "promethazine 25 mg",
        "hydroxyzine",
    ] {
        assert!(text(words).is(SedatingAntihistamine), "{words}");
    }
    for words in [
        "diphenhydramine cream",
        "Benadryl itch stopping gel",
        "promethazine injection",
        "cetirizine",
        "meclizine",
    ] {
        assert!(!text(words).is(SedatingAntihistamine), "{words}");
    }
    for words in ["diazepam 5 mg", "lorazepam", "Klonopin", "bromazepam 3 mg"] {
        assert!(text(words).is(Benzodiazepine), "{words}");
    }
    for words in [
        "diazepam rectal gel",
        "Diastat",
        "Nayzilam",
        "Valtoco",
        "lorazepam 2mg/ml injection solution",
        "midazolam IV",
        "Byfavo",
    ] {
        assert!(!text(words).is(Benzodiazepine), "{words}");
    }
    for words in [
        "gabapentin 300 mg",
        "baclofen 10 mg tablet",
        "Lyrica",
        "Soma",
        "zolpidem",
    ] {
        assert!(text(words).is(Sedative), "{words}");
    }
    for words in [
        "gabapentin 6% cream",
        "baclofen intrathecal",
        "diclofenac gel",
        "phentermine",
        "dexmedetomidine",
    ] {
        assert!(!text(words).is(Sedative), "{words}");
    }
    assert!(
        text("trazodone 50 mg").is(SedativeNamedOnly) && text("quetiapine").is(SedativeNamedOnly)
    );
    assert!(!text("doxepin cream").is(SedativeNamedOnly));
}

#[test]
fn release_follows_product_methadone_or_patch() {
    assert!(rx("1049593").extended_release);
    assert!(rx("864706").extended_release);
    assert!(
        rx("904880").extended_release,
        "the smallest patch is long-acting though not ERLA"
    );
    assert!(!rx("1049611").extended_release);
    assert!(!rx("310430").extended_release);
    assert!(text("tramadol ER 100 mg").extended_release);
    assert!(text("morphine sulfate extended-release").is(ExtendedRelease));
    assert!(!text("oxycodone 5 mg q12 hr").extended_release);
    assert!(!text("gabapentin ER").extended_release);
}

#[test]
fn an_injected_opioid_is_an_opioid_in_injected_form() {
    let morphine = rx("1732136");
    assert!(morphine.is(OpioidByIngredient) && !morphine.is(Opioid));
    assert_eq!(morphine.opioids[0].form, Some(DoseFormClass::Injection));
    assert_eq!(
        text("hydromorphone 2 mg/ml injection").opioids[0].form,
        Some(DoseFormClass::Injection)
    );
}

#[test]
fn names_put_the_opioid_first() {
    assert_eq!(rx("1049221").short_name, "oxycodone/acetaminophen");
    assert_eq!(rx("1010600").short_name, "buprenorphine/naloxone");
    assert_eq!(
        rx("1049611").name,
        "oxycodone hydrochloride 15 MG Oral Tablet"
    );
    let shown = CodingRef {
        display: Some("Roxicodone 15"),
        ..coding("RxNorm", "1049611")
    };
    assert_eq!(tables().medicine(&[shown], None).name, "Roxicodone 15");
    assert_eq!(
        tables().medicine(&[shown], Some(" Oxy 15 mg ")).name,
        "Oxy 15 mg"
    );
}

#[test]
fn every_code_of_the_tables_is_recognised_without_a_panic() {
    for (rxcui, drug) in &tables().drugs.drugs {
        let medicine = rx(&rxcui.to_string());
        let opioid = tables()
            .drugs
            .ingredients_of(drug)
            .iter()
            .any(|place| tables().drugs.is_opioid(*place));
        assert_eq!(medicine.is_opioid(), opioid, "{medicine:?}");
        assert_eq!(medicine.opioids.is_empty(), !opioid, "{medicine:?}");
        assert!(!medicine.short_name.is_empty() && !medicine.name.is_empty());
    }
}

proptest::proptest! {
    #[test]
    fn no_text_or_code_panics(words in ".{0,60}", system in ".{0,30}", code in ".{0,20}") {
        let coding = CodingRef { system: Some(&system), code: Some(&code), display: Some(&words) };
        let _ = tables().medicine(&[coding], Some(&words));
        for system in System::ALL {
            let coding = CodingRef { system: Some(system.uri()), ..coding };
            let _ = tables().sets_of(coding);
            let _ = tables().medicine(&[coding], None);
        }
    }
}
