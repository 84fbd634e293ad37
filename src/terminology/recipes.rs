//! The mapping table of the rule catalogue: which files make up which of its sets.
//!
//! Knows names of files, names of ingredient classes and words in names of products.
//! Refuses to know codes: those stand in the files.

use super::ValueSet::{self, *};

/// How one set of the catalogue is composed.
pub(super) struct Recipe {
    /// The set.
    pub(super) set: ValueSet,
    /// Files whose rows belong to it, with prefix rules and additions of the same name.
    pub(super) from: &'static [&'static str],
    /// Files whose rows never do.
    pub(super) without: &'static [&'static str],
    /// Words in a display, lower case, that keep a row out.
    pub(super) unless_named: &'static [&'static str],
    /// Words in a display, lower case, one of which a row needs.
    pub(super) only_named: &'static [&'static str],
}

const fn plain(set: ValueSet, from: &'static [&'static str]) -> Recipe {
    Recipe {
        set,
        from,
        without: &[],
        unless_named: &[],
        only_named: &[],
    }
}

const fn minus(
    set: ValueSet,
    from: &'static [&'static str],
    without: &'static [&'static str],
) -> Recipe {
    Recipe {
        without,
        ..plain(set, from)
    }
}

const fn unless(
    set: ValueSet,
    from: &'static [&'static str],
    unless_named: &'static [&'static str],
) -> Recipe {
    Recipe {
        unless_named,
        ..plain(set, from)
    }
}

/// Injected forms; "inject" also stands in auto-injector and injectable.
const INJECTED: &[&str] = &["inject", "prefilled", "cartridge"];

/// Forms that do not sedate, or that nobody takes at home.
const NOT_SYSTEMIC: &[&str] = &["inject", "prefilled", "cartridge", "topical", "ophthalmic"];

/// Injected forms and seizure rescue.
/// The catalogue names the first four words; cartridges are injections and enemas rectal.
const NOT_REGULAR: &[&str] = &[
    "inject",
    "rectal",
    "nasal",
    "prefilled",
    "cartridge",
    "enema",
];

/// Names of urine test files.
const URINE: &[&str] = &[
    "uds-all",
    "uds-amphetamine",
    "uds-barbiturate",
    "uds-benzodiazepine",
    "uds-buprenorphine",
    "uds-cannabinoid",
    "uds-cocaine",
    "uds-fentanyl",
    "uds-heroin",
    "uds-methadone",
    "uds-non-opioid",
    "uds-opiate-general",
    "uds-opiate-specific",
    "uds-opioid",
    "uds-oxycodone",
    "uds-phencyclidine",
    "uds-synthetic-opioid",
    "uds-xylazine",
];

/// The medicine groups and value sets of the catalogue, section 2.
///
/// Sets that are a question to the product tables (TOLERANT-ONLY, and parts of METHADONE and ERLA)
/// are completed where those tables are read.
pub(super) const RECIPES: &[Recipe] = &[
    minus(
        Opioid,
        &["opioid-analgesics-ambulatory", "opioid-other"],
        &["buprenorphine-oud", "veterinary-products"],
    ),
    minus(
        OpioidCough,
        &["opioid-cough-cold"],
        &["veterinary-products"],
    ),
    minus(
        BuprenorphineOud,
        &["buprenorphine-oud"],
        &["veterinary-products"],
    ),
    minus(
        BuprenorphinePain,
        &["buprenorphine-pain"],
        &["veterinary-products"],
    ),
    minus(
        Buprenorphine,
        &["buprenorphine-all"],
        &["veterinary-products"],
    ),
    unless(Methadone, &["methadone"], INJECTED),
    plain(MethadoneOudRestricted, &["methadone-oud-restricted"]),
    minus(
        ExtendedRelease,
        &["opioid-extended-release"],
        &["veterinary-products"],
    ),
    unless(Benzodiazepine, &["benzodiazepines"], NOT_REGULAR),
    Recipe {
        without: &["dexmedetomidine", "veterinary-products"],
        ..unless(Sedative, &["cns-depressants-curated"], NOT_SYSTEMIC)
    },
    plain(Gabapentinoid, &["gabapentinoids"]),
    plain(ZDrug, &["z-drugs"]),
    plain(OrexinAntagonist, &["orexin-antagonists"]),
    plain(MuscleRelaxant, &["skeletal-muscle-relaxants"]),
    plain(Barbiturate, &["barbiturates"]),
    Recipe {
        only_named: &["hydroxyzine", "promethazine", "diphenhydramine"],
        ..unless(
            SedatingAntihistamine,
            &["sedating-antihistamines"],
            NOT_SYSTEMIC,
        )
    },
    unless(
        SedativeNamedOnly,
        &["sedating-antipsychotics", "sedating-antidepressants"],
        NOT_SYSTEMIC,
    ),
    minus(
        NaloxoneRescue,
        &["opioid-antagonist-rescue"],
        &["naloxone-not-rescue"],
    ),
    plain(Naltrexone, &["naltrexone"]),
    Recipe {
        only_named: INJECTED,
        ..plain(NaltrexoneDepot, &["naltrexone"])
    },
    plain(
        NonopioidPain,
        &["nonopioid-pain", "nonopioid-pain-adjuvant"],
    ),
    minus(
        Cancer,
        &[
            "malignant-cancer",
            "neoplasm-related-pain",
            "malignant-cancer-snomed",
        ],
        NEVER_CANCER,
    ),
    plain(CancerNeverCounts, NEVER_CANCER),
    plain(CancerSiteUnknown, &["cancer-site-unknown"]),
    plain(NeoplasmRelatedPain, &["neoplasm-related-pain"]),
    plain(SickleCell, &["sickle-cell-disease"]),
    plain(LikelyTerminal, &["likely-terminal"]),
    plain(LimitedLifeExpectancy, &["limited-life-expectancy"]),
    plain(PalliativeCare, &["palliative-care"]),
    plain(Hospice, &["hospice"]),
    plain(SleepDisorderedBreathing, &["sleep-disordered-breathing"]),
    plain(ChronicLung, &["chronic-lung-disease"]),
    plain(OpioidOverdose, &["opioid-overdose"]),
    plain(OverdoseHeroin, &["overdose-heroin"]),
    plain(OverdoseOpium, &["overdose-opium"]),
    plain(OverdoseMethadone, &["overdose-methadone"]),
    plain(OverdoseFentanyl, &["overdose-fentanyl"]),
    plain(OverdoseTramadol, &["overdose-tramadol"]),
    plain(OverdoseIntentional, &["overdose-intentional"]),
    minus(
        OpioidUseDisorder,
        &["opioid-use-disorder"],
        &["opioid-use-disorder-left-out"],
    ),
    plain(OpioidDependenceCode, &["opioid-dependence-code"]),
    plain(
        OpioidUseDisorderRemission,
        &["opioid-use-disorder-remission"],
    ),
    plain(
        OtherSubstanceUseDisorder,
        &["alcohol-use-disorder", "other-substance-use-disorder"],
    ),
    plain(AlcoholUseDisorder, &["alcohol-use-disorder"]),
    plain(KidneySevere, &["renal-impairment-severe"]),
    plain(KidneyModerate, &["renal-impairment-moderate"]),
    plain(Egfr, &["egfr"]),
    plain(Liver, &["severe-liver-disease"]),
    plain(Pregnant, &["pregnancy"]),
    plain(Postpartum, &["postpartum", "delivery", "not-pregnant"]),
    plain(PregnancyStatus, &["pregnancy-status"]),
    plain(EstimatedDelivery, &["estimated-delivery"]),
    plain(GestationalAge, &["gestational-age"]),
    minus(Breastfeeding, &["breastfeeding"], &["breastfeeding-status"]),
    plain(BreastfeedingStatus, &["breastfeeding-status"]),
    plain(Obesity, &["obesity"]),
    plain(ChronicRespiratory, &["chronic-respiratory-disease"]),
    plain(ThroatSurgery, &["tonsil-adenoid-surgery"]),
    plain(LongQt, &["long-qt"]),
    plain(Qtc, &["qtc-interval"]),
    plain(Electrocardiogram, &["electrocardiogram"]),
    unless(Laxative, &["laxatives"], &["topical", "ophthalmic"]),
    plain(
        MentalHealth,
        &[
            "depression",
            "anxiety",
            "ptsd",
            "suicide-risk",
            "suicide-attempt",
        ],
    ),
    plain(ChronicPain, &["chronic-pain"]),
    plain(LongTermOpioidUse, &["long-term-opioid-use"]),
    plain(MoudProcedure, &["moud-procedures"]),
    plain(OnOudTreatment, &["on-oud-treatment"]),
    plain(ReleaseFromCustody, &["release-from-custody"]),
    plain(
        ReviewProcedure,
        &[
            "opioid-misuse-assessment",
            "opioid-treatment-assessment",
            "opioid-counseling",
            "pain-management-procedure",
        ],
    ),
    plain(PainTreatmentPlan, &["pain-treatment-plan"]),
    plain(Peg, &["peg-score"]),
    plain(PhqItem9, &["phq-9-item-9"]),
    plain(Phq9, &["phq-9-total"]),
    plain(NondrugPain, &["nondrug-pain"]),
    plain(PainProcedure, &["pain-management-procedure"]),
    plain(Anticoagulant, &["anticoagulants"]),
    plain(GutBleeding, &["gastrointestinal-bleeding"]),
    plain(Phq2, &["phq-2-total"]),
    plain(Gad7, &["gad-7-total"]),
    plain(SocialNeeds, &["social-needs"]),
    plain(VisitBarrier, &["visit-barriers"]),
    plain(TransportItem, &["transport-item"]),
    plain(NaloxoneOffered, &["naloxone-offered"]),
    plain(NasalRoute, &["nasal-route"]),
    plain(UrineDrugTest, URINE),
    plain(
        PdmpReview,
        &["pdmp-review-procedure", "pdmp-reviewed-finding"],
    ),
    plain(
        OpioidByIngredient,
        &["opioid-ingredients-and-groups", "opioid-injectable"],
    ),
];

/// Files that never count as cancer.
const NEVER_CANCER: &[&str] = &[
    "cancer-nonmelanoma-skin",
    "neoplasm-uncertain-or-in-situ",
    "cancer-nonmelanoma-skin-snomed",
    "neoplasm-uncertain-or-in-situ-snomed",
    "cancer-in-remission-snomed",
];

/// Ingredient classes of `drug-classes.csv` that put a medicine into a set.
///
/// Class `muscle-relaxant` also names dantrolene, which the catalogue's list does not;
/// the file `cns-depressants-curated` holds its oral forms all the same.
pub(super) const CLASSES: &[(&str, ValueSet)] = &[
    ("opioid", OpioidByIngredient),
    ("benzodiazepine", Benzodiazepine),
    ("gabapentinoid", Sedative),
    ("gabapentinoid", Gabapentinoid),
    ("z-drug", Sedative),
    ("z-drug", ZDrug),
    ("orexin-antagonist", Sedative),
    ("orexin-antagonist", OrexinAntagonist),
    ("muscle-relaxant", Sedative),
    ("muscle-relaxant", MuscleRelaxant),
    ("barbiturate", Sedative),
    ("barbiturate", Barbiturate),
    ("oxybate", Sedative),
    ("meprobamate", Sedative),
    ("sedating-antihistamine", SedatingAntihistamine),
    ("sedating-antipsychotic", SedativeNamedOnly),
    ("sedating-antidepressant", SedativeNamedOnly),
    ("naltrexone", Naltrexone),
    ("nsaid", NonopioidPain),
    ("acetaminophen", NonopioidPain),
    ("anticoagulant", Anticoagulant),
    ("qt-named", QtNamed),
    ("laxative-stimulant", Laxative),
    ("laxative-osmotic", Laxative),
    ("laxative-softener-bulk", Laxative),
    ("laxative-secretagogue", Laxative),
    ("opioid-antagonist-peripheral", Laxative),
];

/// The recipe of a set.
pub(super) fn recipe(set: ValueSet) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.set == set)
}

impl Recipe {
    /// Does a row with this display belong, as far as words decide?
    pub(super) fn admits(&self, display: &str) -> bool {
        if self.unless_named.is_empty() && self.only_named.is_empty() {
            return true;
        }
        let display = display.to_ascii_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| display.contains(word));
        !names(self.unless_named) && (self.only_named.is_empty() || names(self.only_named))
    }
}
