//! The value sets of the rule catalogue, by the names it uses.

/// Which value sets a code or a medicine is in: one bit a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sets(u128);

impl Sets {
    /// In none.
    pub const EMPTY: Sets = Sets(0);

    /// Is the code in this set?
    pub fn has(self, set: ValueSet) -> bool {
        self.0 & (1 << set as u32) != 0
    }

    /// The same sets and this one.
    pub fn with(self, set: ValueSet) -> Sets {
        Sets(self.0 | (1 << set as u32))
    }

    /// The sets of both.
    pub fn union(self, other: Sets) -> Sets {
        Sets(self.0 | other.0)
    }

    /// The sets that both share.
    pub fn intersection(self, other: Sets) -> Sets {
        Sets(self.0 & other.0)
    }

    /// These sets without those of the other.
    pub fn without(self, other: Sets) -> Sets {
        Sets(self.0 & !other.0)
    }

    /// In none?
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// All of these sets.
    pub const fn of(sets: &[ValueSet]) -> Sets {
        let mut bits = 0;
        let mut at = 0;
        while at < sets.len() {
            bits |= 1 << sets[at] as u32;
            at += 1;
        }
        Sets(bits)
    }
}

/// A value set as the rule catalogue names it (at most 128).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ValueSet {
    /// OPIOID.
    Opioid,
    /// OPIOID-COUGH.
    OpioidCough,
    /// BUP-OUD.
    BuprenorphineOud,
    /// BUP-PAIN.
    BuprenorphinePain,
    /// Buprenorphine in any form.
    Buprenorphine,
    /// METHADONE.
    Methadone,
    /// The products of `methadone-oud-restricted` (a hint only).
    MethadoneOudRestricted,
    /// ERLA.
    ExtendedRelease,
    /// TOLERANT-ONLY.
    TolerantOnly,
    /// BZD.
    Benzodiazepine,
    /// SEDATIVE, triggering.
    Sedative,
    /// Hydroxyzine, promethazine, diphenhydramine: a triggering sedative only when prescribed on a schedule.
    SedatingAntihistamine,
    /// SEDATIVE, named only.
    SedativeNamedOnly,
    /// NALOXONE-RESCUE.
    NaloxoneRescue,
    /// NALTREXONE.
    Naltrexone,
    /// NONOPIOID-PAIN with the adjuvants.
    NonopioidPain,
    /// Malignant cancer, ICD-10-CM and SNOMED, without skin, in-situ and uncertain ones.
    Cancer,
    /// SNOMED cancer files that never count: non-melanoma skin, in situ or uncertain, in remission.
    CancerNeverCounts,
    /// `neoplasm-related-pain` (G89.3).
    NeoplasmRelatedPain,
    /// Sickle cell disease, without trait.
    SickleCell,
    /// `likely-terminal`.
    LikelyTerminal,
    /// `limited-life-expectancy`.
    LimitedLifeExpectancy,
    /// `palliative-care`.
    PalliativeCare,
    /// `hospice`.
    Hospice,
    /// `sdb`: sleep-disordered breathing.
    SleepDisorderedBreathing,
    /// `lung`, the narrow list of the catalogue.
    ChronicLung,
    /// `overdose`.
    OpioidOverdose,
    /// Of `overdose`: heroin.
    OverdoseHeroin,
    /// Of `overdose`: opium.
    OverdoseOpium,
    /// Of `overdose`: methadone.
    OverdoseMethadone,
    /// Of `overdose`: fentanyl.
    OverdoseFentanyl,
    /// Of `overdose`: tramadol.
    OverdoseTramadol,
    /// Of `overdose`: recorded as intentional.
    OverdoseIntentional,
    /// `oud`, without F11.9 and the rows that the catalogue takes out.
    OpioidUseDisorder,
    /// Of `oud`: only F11.2* and SNOMED 75544000, which are also used for expected physical dependence.
    OpioidDependenceCode,
    /// `oud-remission`.
    OpioidUseDisorderRemission,
    /// Other substance use disorder.
    OtherSubstanceUseDisorder,
    /// `alcohol-use-disorder`.
    AlcoholUseDisorder,
    /// `kidney` severe, as a condition.
    KidneySevere,
    /// `kidney` moderate, as a condition.
    KidneyModerate,
    /// eGFR (LOINC codes of the catalogue).
    Egfr,
    /// `liver`, the narrow list of the catalogue.
    Liver,
    /// `pregnant`.
    Pregnant,
    /// A delivery, postpartum or not-pregnant row.
    Postpartum,
    /// LOINC 82810-3 pregnancy status.
    PregnancyStatus,
    /// Estimated date of delivery, as an observation.
    EstimatedDelivery,
    /// Gestational age, as an observation.
    GestationalAge,
    /// `breastfeeding`.
    Breastfeeding,
    /// Depression, anxiety, PTSD, suicide risk, suicide attempt.
    MentalHealth,
    /// `chronic-pain`.
    ChronicPain,
    /// `long-term-opioid-use` (Z79.891).
    LongTermOpioidUse,
    /// `moud-procedures`.
    MoudProcedure,
    /// SNOMED 1081000119105: on treatment for opioid use disorder.
    OnOudTreatment,
    /// `release-from-custody` (Z65.2).
    ReleaseFromCustody,
    /// Procedures of P-REVIEWED.
    ReviewProcedure,
    /// `pain-treatment-plan`.
    PainTreatmentPlan,
    /// LOINC 91147-9 PEG score.
    Peg,
    /// LOINC 44260-8 PHQ-9 item 9.
    PhqItem9,
    /// LOINC 44261-6 PHQ-9 total score.
    Phq9,
    /// Squamous cell carcinoma without a site: neither cancer nor not.
    CancerSiteUnknown,
    /// Of NALTREXONE: the depot injection.
    NaltrexoneDepot,
    /// The naloxone product that the service offers.
    NaloxoneOffered,
    /// Nasal route of administration.
    NasalRoute,
    /// Any urine drug test.
    UrineDrugTest,
    /// A review of the prescription drug monitoring program, as procedure or finding.
    PdmpReview,
    /// Of SEDATIVE: gabapentinoids.
    Gabapentinoid,
    /// Of SEDATIVE: Z-drugs.
    ZDrug,
    /// Of SEDATIVE: orexin antagonists.
    OrexinAntagonist,
    /// Of SEDATIVE: muscle relaxants.
    MuscleRelaxant,
    /// Of SEDATIVE: barbiturates.
    Barbiturate,
    /// NONDRUG: care for pain that is no medicine.
    NondrugPain,
    /// `pain-management-procedure` alone, of the procedures of P-REVIEWED.
    PainProcedure,
    /// Anticoagulants, and their long-term use as a condition.
    Anticoagulant,
    /// `gastrointestinal-bleeding`.
    GutBleeding,
    /// PHQ-2 total score.
    Phq2,
    /// GAD-7 total score.
    Gad7,
    /// A questionnaire about social needs.
    SocialNeeds,
    /// What makes visits hard: transport, distance, low income.
    VisitBarrier,
    /// The question about transport.
    TransportItem,
    /// The question whether the mother breastfeeds: counts only with a positive answer.
    BreastfeedingStatus,
    /// Obesity, for the ages in which labels name it.
    Obesity,
    /// `chronic-respiratory-disease`, wider than `lung`.
    ChronicRespiratory,
    /// Tonsil or adenoid surgery.
    ThroatSurgery,
    /// `long-qt` as a condition.
    LongQt,
    /// The corrected QT interval.
    Qtc,
    /// An electrocardiogram, done or ordered.
    Electrocardiogram,
    /// Medicines that lengthen the QT interval and that sheet 4.27 names.
    QtNamed,
    /// Laxatives.
    Laxative,
    /// The medicine holds an opioid though no list says which product (ingredient, brand or group code, or text).
    OpioidByIngredient,
}
