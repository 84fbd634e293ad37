//! A code of a code system, however the client spells the system.
//!
//! Knows the spellings of systems and the shapes of codes.
//! Refuses to know what a code means.

use std::fmt;

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

impl System {
    /// All systems.
    pub const ALL: [System; 6] = [
        System::RxNorm,
        System::Snomed,
        System::Icd10Cm,
        System::Loinc,
        System::Nucc,
        System::Ndc,
    ];

    /// The URI that FHIR uses.
    pub fn uri(self) -> &'static str {
        match self {
            System::RxNorm => "http://www.nlm.nih.gov/research/umls/rxnorm",
            System::Snomed => "http://snomed.info/sct",
            System::Icd10Cm => "http://hl7.org/fhir/sid/icd-10-cm",
            System::Loinc => "http://loinc.org",
            System::Nucc => "http://nucc.org/provider-taxonomy",
            System::Ndc => "http://hl7.org/fhir/sid/ndc",
        }
    }

    /// The name in the `system` column of the tables.
    pub(super) fn column(self) -> &'static str {
        match self {
            System::RxNorm => "rxnorm",
            System::Snomed => "snomed",
            System::Icd10Cm => "icd10cm",
            System::Loinc => "loinc",
            System::Nucc => "nucc",
            System::Ndc => "ndc",
        }
    }

    /// Reads a URI, an OID (with or without `urn:oid:`) or a short name, in any case.
    pub fn read(system: &str) -> Option<System> {
        let system = system.trim();
        if let Some(known) = Self::ALL.into_iter().find(|known| known.uri() == system) {
            return Some(known);
        }
        let lower = system.to_ascii_lowercase();
        // A canonical may carry a version after a bar.
        let lower = lower
            .split('|')
            .next()
            .unwrap_or_default()
            .trim_end_matches('/');
        if let Some((_, place)) = lower.split_once("://") {
            return Self::from_uri(place.trim_start_matches("www."));
        }
        let lower = lower.strip_prefix("urn:oid:").unwrap_or(lower);
        Self::from_oid(lower).or_else(|| Self::from_name(lower))
    }

    fn from_uri(place: &str) -> Option<System> {
        match place {
            "nlm.nih.gov/research/umls/rxnorm" => Some(System::RxNorm),
            "snomed.info/sct" => Some(System::Snomed),
            // ICD-10 without a country is in US records the clinical modification.
            "hl7.org/fhir/sid/icd-10-cm" | "hl7.org/fhir/sid/icd-10" => Some(System::Icd10Cm),
            "loinc.org" => Some(System::Loinc),
            "nucc.org/provider-taxonomy" => Some(System::Nucc),
            "hl7.org/fhir/sid/ndc" => Some(System::Ndc),
            // An edition or version of SNOMED CT.
            _ if place.starts_with("snomed.info/sct/") => Some(System::Snomed),
            _ => None,
        }
    }

    fn from_oid(oid: &str) -> Option<System> {
        match oid {
            "2.16.840.1.113883.6.88" => Some(System::RxNorm),
            "2.16.840.1.113883.6.96" => Some(System::Snomed),
            "2.16.840.1.113883.6.90" | "2.16.840.1.113883.6.3" => Some(System::Icd10Cm),
            "2.16.840.1.113883.6.1" => Some(System::Loinc),
            "2.16.840.1.113883.6.101" => Some(System::Nucc),
            "2.16.840.1.113883.6.69" => Some(System::Ndc),
            _ => None,
        }
    }

    fn from_name(name: &str) -> Option<System> {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match name.as_str() {
            "rxnorm" | "rxn" | "rxcui" => Some(System::RxNorm),
            "snomed" | "snomedct" | "snomedctus" | "sct" => Some(System::Snomed),
            "icd10cm" | "icd10" | "i10" => Some(System::Icd10Cm),
            "loinc" | "ln" | "lnc" => Some(System::Loinc),
            "nucc" | "nuccprovidertaxonomy" => Some(System::Nucc),
            "ndc" => Some(System::Ndc),
            _ => None,
        }
    }
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
///
/// The system stands in the top byte.
/// Below it RxNorm, SNOMED CT, LOINC and NDC are numbers;
/// ICD-10-CM is its letters without the dot, left-aligned in 64 bits, so that a prefix is a mask;
/// NUCC is its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u128);

const SYSTEM_SHIFT: u32 = 120;

impl Code {
    /// Reads a coding; `None` if the system is not ours or the code has not its shape.
    pub fn read(coding: CodingRef<'_>) -> Option<Code> {
        Self::parse(System::read(coding.system?)?, coding.code?)
    }

    /// Reads a code of a known system.
    pub fn parse(system: System, code: &str) -> Option<Code> {
        let code = code.trim();
        let value = match system {
            System::RxNorm => digits(code, 1..=8)?,
            System::Snomed => digits(code, 6..=18)?,
            System::Icd10Cm => u128::from(icd(code)?),
            System::Loinc => {
                let (number, check) = code.split_once('-')?;
                digits(number, 1..=7)? * 10 + digits(check, 1..=1)?
            }
            System::Nucc => letters(code, 10)?,
            System::Ndc => u128::from(ndc11(code)?),
        };
        Some(Code(((system as u128) << SYSTEM_SHIFT) | value))
    }

    /// The RxNorm concept with this number.
    pub(super) fn rxcui(number: u32) -> Code {
        Code(((System::RxNorm as u128) << SYSTEM_SHIFT) | u128::from(number))
    }

    /// Whose code it is.
    pub fn system(self) -> System {
        let tag = self.0 >> SYSTEM_SHIFT;
        System::ALL
            .into_iter()
            .find(|system| *system as u128 == tag)
            .expect("the tag comes from a system")
    }

    /// The number of an RxNorm concept.
    pub fn as_rxcui(self) -> Option<u32> {
        (self.system() == System::RxNorm)
            .then(|| u32::try_from(self.value()).ok())
            .flatten()
    }

    /// The 11 digits of an NDC as a number.
    pub(super) fn as_ndc(self) -> Option<u64> {
        (self.system() == System::Ndc)
            .then(|| u64::try_from(self.value()).ok())
            .flatten()
    }

    /// The letters of an ICD-10-CM code, left-aligned.
    pub(super) fn as_icd(self) -> Option<u64> {
        (self.system() == System::Icd10Cm)
            .then(|| u64::try_from(self.value()).ok())
            .flatten()
    }

    fn value(self) -> u128 {
        self.0 & ((1 << SYSTEM_SHIFT) - 1)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value();
        match self.system() {
            System::RxNorm | System::Snomed => write!(f, "{value}"),
            System::Loinc => write!(f, "{}-{}", value / 10, value % 10),
            System::Ndc => write!(f, "{value:011}"),
            System::Icd10Cm => {
                let text = text_of(value);
                let (category, rest) = text.split_at(text.len().min(3));
                let dot = if rest.is_empty() { "" } else { "." };
                write!(f, "{category}{dot}{rest}")
            }
            System::Nucc => f.write_str(&text_of(value)),
        }
    }
}

fn text_of(value: u128) -> String {
    value
        .to_be_bytes()
        .into_iter()
        .filter(|byte| *byte != 0)
        .map(char::from)
        .collect()
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u128> {
    let fits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn letters(text: &str, length: usize) -> Option<u128> {
    let fits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| {
        text.bytes().fold(0, |value, byte| {
            (value << 8) | u128::from(byte.to_ascii_uppercase())
        })
    })
}

/// An ICD-10-CM code or prefix without its dot, upper case, left-aligned.
pub(super) fn icd(text: &str) -> Option<u64> {
    let mut packed = 0_u64;
    let mut count = 0;
    for byte in text.bytes().filter(|byte| *byte != b'.') {
        let shape = match count {
            0 => byte.is_ascii_alphabetic(),
            1 => byte.is_ascii_digit(),
            2..=6 => byte.is_ascii_alphanumeric(),
            _ => false,
        };
        if !shape {
            return None;
        }
        packed |= u64::from(byte.to_ascii_uppercase()) << (56 - 8 * count);
        count += 1;
    }
    (count >= 3).then_some(packed)
}

/// The 11-digit form of an NDC: 11 digits, 5-4-2, or one of the hyphenated 10-digit forms.
///
/// Ten digits without hyphens are not read: they could be any of three products.
fn ndc11(text: &str) -> Option<u64> {
    let mut parts = text.split('-');
    let (labeler, product, package) = match (parts.next(), parts.next(), parts.next(), parts.next())
    {
        (Some(all), None, None, None) if all.len() == 11 && all.is_ascii() => {
            (&all[..5], &all[5..9], &all[9..])
        }
        (Some(labeler), Some(product), Some(package), None) => (labeler, product, package),
        _ => return None,
    };
    match (labeler.len(), product.len(), package.len()) {
        (5, 4, 2) | (4, 4, 2) | (5, 3, 2) | (5, 4, 1) => {}
        _ => return None,
    }
    let part = |text: &str| digits(text, 1..=5).and_then(|value| u64::try_from(value).ok());
    Some(part(labeler)? * 1_000_000 + part(product)? * 100 + part(package)?)
}
