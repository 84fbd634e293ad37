//! A code of a code system, however the client spells the system.

/// The code systems that the tables use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum System {
    /// RxNorm, `http://www.nlm.nih.gov/research/umls/rxnorm`.
    RxNorm,
    /// SNOMED CT, `http://snomed.info/sct`.
    Snomed,
    /// ICD-10-CM, `http://hl7.org/fhir/sid/icd-10-cm`.
    Icd10Cm,
    /// LOINC, `http://loinc.org`.
    Loinc,
    /// NUCC provider taxonomy, `http://nucc.org/provider-taxonomy`.
    Nucc,
    /// National Drug Code, `http://hl7.org/fhir/sid/ndc`.
    Ndc,
}

/// One coding as a record shows it; nothing in it is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CodingRef<'a> {
    /// URI, OID (`urn:oid:…` or bare) or short name of the code system.
    pub system: Option<&'a str>,
    /// The code as sent.
    pub code: Option<&'a str>,
    /// The display as sent.
    pub display: Option<&'a str>,
}

/// A code that the tables can be asked about, packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u128);
