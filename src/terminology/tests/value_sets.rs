//! The mapping table of the rule catalogue: conditions, observations and procedures.

use super::*;

#[test]
fn cancer_counts_where_it_is_invasive_and_active() {
    holds(
        Cancer,
        System::Icd10Cm,
        &[
            "C34.90", "c50911", "C7B.02", "C96.9", "G89.3", "C43.9", "D45",
        ],
        &["C44.91", "D37.01", "D03.9", "D25.9", "Z85.3"],
    );
    holds(
        CancerNeverCounts,
        System::Icd10Cm,
        &["C44.91", "D37.01"],
        &["C34.90"],
    );
    holds(
        NeoplasmRelatedPain,
        System::Icd10Cm,
        &["G89.3"],
        &["G89.29"],
    );
    holds(
        Cancer,
        System::Snomed,
        &["254837009", "363406005", "93143009"],
        &["402815007", "254701007"],
    );
    holds(
        CancerSiteUnknown,
        System::Snomed,
        &["402815007"],
        &["254837009"],
    );
}

#[test]
fn no_file_that_never_counts_takes_a_malignant_prefix_back() {
    let malignant = include_str!("../../../terminology/value-sets/malignant-cancer.csv");
    for code in malignant
        .lines()
        .skip(1)
        .filter_map(|row| row.split(',').nth(1))
    {
        assert!(sets(System::Icd10Cm, code).has(Cancer), "{code}");
    }
}

#[test]
fn scope_sets_follow_their_prefix_rules() {
    let icd = System::Icd10Cm;
    holds(
        SickleCell,
        icd,
        &["D57.1", "D57.00", "D57.219", "D57.04"],
        &["D57.3"],
    );
    holds(SickleCell, System::Snomed, &[], &["16402000"]);
    holds(PalliativeCare, icd, &["Z51.5"], &["Z51.0"]);
    holds(LikelyTerminal, icd, &["C78.00"], &["C44.91"]);
    holds(
        LimitedLifeExpectancy,
        System::Snomed,
        &["300936002"],
        &["385763009"],
    );
    holds(
        Hospice,
        System::Snomed,
        &["385763009", "385765002"],
        &["300936002"],
    );
}

#[test]
fn risk_sets_are_the_narrow_lists_of_the_catalogue() {
    let (icd, snomed) = (System::Icd10Cm, System::Snomed);
    holds(
        SleepDisorderedBreathing,
        icd,
        &["G47.33", "E66.2", "G47.30"],
        &["G47.419", "G47.26", "G47.32"],
    );
    holds(
        SleepDisorderedBreathing,
        snomed,
        &["78275009", "73430006"],
        &["13645005"],
    );
    holds(
        ChronicLung,
        icd,
        &["J44.9", "J43.1", "J96.11", "Z99.81"],
        &["E84.0", "J47.9", "J96.20", "J45.909"],
    );
    holds(
        ChronicLung,
        snomed,
        &["13645005", "931000119107"],
        &["190905008", "51615001"],
    );
    holds(
        Liver,
        icd,
        &["K74.60", "K70.30", "K72.90", "K72.00"],
        &["K76.7", "I85.01", "K74.0"],
    );
    holds(Liver, snomed, &["19943007", "59927004"], &["51292008"]);
    holds(
        KidneySevere,
        icd,
        &["N18.4", "N18.6", "Z99.2", "I12.0"],
        &["N18.30", "N18.9", "I12.9"],
    );
    holds(KidneyModerate, icd, &["N18.30", "N18.32"], &["N18.4"]);
    holds(
        Egfr,
        System::Loinc,
        &["33914-3", "48642-3", "48643-1", "62238-1", "98979-8"],
        &["2160-0"],
    );
}

#[test]
fn an_overdose_is_a_poisoning_and_not_an_adverse_effect() {
    holds(
        OpioidOverdose,
        System::Icd10Cm,
        &["T40.2X1A", "T40.2X4D", "T40.411A", "T40.1X2S", "T40.601A"],
        &["T40.2X5A", "T40.2X6A", "T40.5X1A", "T40.415A", "T40.7X1A"],
    );
}

#[test]
fn opioid_use_disorder_is_not_use_unspecified() {
    let (icd, snomed) = (System::Icd10Cm, System::Snomed);
    holds(
        OpioidUseDisorder,
        icd,
        &["F11.20", "F11.10", "F11.23", "F11.2"],
        &["F11.21", "F11.11", "F11.90", "F11.9", "F11.988", "F12.20"],
    );
    holds(
        OpioidUseDisorder,
        snomed,
        &["5602001", "75544000", "231479000"],
        &["77721001", "87132004", "762322007"],
    );
    holds(
        OpioidDependenceCode,
        icd,
        &["F11.20", "F11.24"],
        &["F11.10", "F11.21"],
    );
    holds(OpioidDependenceCode, snomed, &["75544000"], &["5602001"]);
    holds(
        OpioidUseDisorderRemission,
        icd,
        &["F11.21", "F11.11"],
        &["F11.20"],
    );
    holds(OnOudTreatment, snomed, &["1081000119105"], &["75544000"]);
    holds(
        MoudProcedure,
        snomed,
        &["310653000", "792901003"],
        &["75544000"],
    );
    holds(
        AlcoholUseDisorder,
        icd,
        &["F10.20", "F10.10"],
        &["F10.21", "F10.11"],
    );
    holds(
        OtherSubstanceUseDisorder,
        icd,
        &["F10.20", "F12.20", "F15.10", "F19.259"],
        &["F12.21", "F12.90", "F11.20", "F17.210", "Z71.41"],
    );
}

#[test]
fn pregnancy_ends_with_a_delivery_or_a_not_pregnant_row() {
    let icd = System::Icd10Cm;
    holds(
        Pregnant,
        icd,
        &["Z33.1", "O09.511", "Z3A.20", "O99.321", "O24.410"],
        &["Z33.2", "O00.101", "O80", "O99.325", "O90.6"],
    );
    holds(
        Pregnant,
        System::Snomed,
        &["77386006", "72892002"],
        &["60001007"],
    );
    holds(
        Postpartum,
        icd,
        &["O90.6", "Z39.2", "O80", "Z37.0", "O91.22"],
        &["O09.511", "O88.211", "O91.011"],
    );
    holds(Postpartum, System::Snomed, &["60001007"], &["77386006"]);
    holds(PregnancyStatus, System::Loinc, &["82810-3"], &["63895-7"]);
    holds(
        Breastfeeding,
        icd,
        &["Z39.1", "O91.23", "O92.79"],
        &["O92.5"],
    );
    // The question is no answer: it counts only with a positive value.
    holds(Breastfeeding, System::Loinc, &[], &["63895-7"]);
    holds(BreastfeedingStatus, System::Loinc, &["63895-7"], &[]);
    holds(BreastfeedingStatus, System::Snomed, &["413712001"], &[]);
    holds(Obesity, icd, &["E66.9", "Z68.54"], &["E66.3", "Z68.53"]);
}

#[test]
fn the_remaining_sets_hold_what_they_name() {
    let (icd, snomed, loinc) = (System::Icd10Cm, System::Snomed, System::Loinc);
    holds(
        MentalHealth,
        icd,
        &["F32.9", "F41.1", "F43.10", "R45.851", "F32.A"],
        &["F32.5", "F31.9", "F40.240"],
    );
    holds(
        ChronicPain,
        icd,
        &["G89.29", "M79.7", "M54.50"],
        &["G89.18"],
    );
    holds(LongTermOpioidUse, icd, &["Z79.891"], &["Z79.899"]);
    holds(ReleaseFromCustody, icd, &["Z65.2"], &["Z65.1"]);
    holds(
        ReviewProcedure,
        snomed,
        &["454281000124100"],
        &["461621000124108"],
    );
    holds(
        PdmpReview,
        snomed,
        &["461621000124108", "461651000124104"],
        &["454281000124100"],
    );
    holds(PainTreatmentPlan, loinc, &["80764-4"], &["91147-9"]);
    holds(Peg, loinc, &["91147-9"], &["80764-4"]);
    holds(PhqItem9, loinc, &["44260-8"], &["44261-6"]);
    holds(Phq9, loinc, &["44261-6"], &["44260-8"]);
    holds(NasalRoute, snomed, &["46713006"], &["26643006"]);
    holds(
        NonopioidPain,
        System::RxNorm,
        &["198440", "310430"],
        &["857005", "1049611"],
    );
    holds(
        VisitBarrier,
        System::Icd10Cm,
        &["Z59.82", "Z75.3"],
        &["Z59.0"],
    );
    let icd = System::Icd10Cm;
    holds(
        OverdoseHeroin,
        icd,
        &["T40.1X1A", "T40.1X4S"],
        &["T40.2X1A"],
    );
    holds(OverdoseOpium, icd, &["T40.0X1A"], &["T40.0X5A", "T40.0X6A"]);
    holds(OverdoseMethadone, icd, &["T40.3X2A"], &["T40.3X5A"]);
    holds(
        OverdoseFentanyl,
        icd,
        &["T40.411A"],
        &["T40.415A", "T40.421A"],
    );
    holds(
        OverdoseTramadol,
        icd,
        &["T40.421A"],
        &["T40.426A", "T40.491A"],
    );
    holds(
        OverdoseIntentional,
        icd,
        &["T40.2X2A", "T40.412A", "T40.692S"],
        &["T40.2X1A", "T40.413A", "T40.2X5A"],
    );
    holds(EstimatedDelivery, loinc, &["11778-8"], &["11884-4"]);
    holds(GestationalAge, loinc, &["49051-6"], &["11778-8"]);
    holds(TransportItem, loinc, &["93030-5"], &["93025-5"]);
    holds(SocialNeeds, loinc, &["93025-5", "96777-8"], &["93030-5"]);
    holds(Anticoagulant, System::Icd10Cm, &["Z79.01"], &["Z79.02"]);
    holds(UrineDrugTest, loinc, &["19295-5"], &["2160-0"]);
}

#[test]
fn every_set_but_the_derived_one_has_a_recipe_and_a_member() {
    for recipe in crate::terminology::recipes::RECIPES {
        let has_prefix_only = matches!(
            recipe.set,
            KidneyModerate
                | LongTermOpioidUse
                | ReleaseFromCustody
                | NeoplasmRelatedPain
                | VisitBarrier
                | OverdoseOpium
                | OverdoseTramadol
        );
        assert!(
            has_prefix_only || tables().concept(recipe.set).is_some(),
            "{:?}",
            recipe.set
        );
    }
    let offered = tables().concept(NaloxoneOffered).expect("one product");
    assert_eq!(
        (offered.system, offered.code.as_str()),
        (System::RxNorm, "1725059")
    );
    assert!(offered.display.contains("naloxone"));
}
