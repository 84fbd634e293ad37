//! The small parts that several resources share, and the one way out through fhirbolt.
//!
//! Blank text counts as not given, because R4 has no empty strings.
//! Refuses to know which code or sentence belongs to which suggestion.

use fhirbolt::model::r4::{
    Resource,
    types::{self, CodeableConcept, Date, DateTime},
};

use crate::dates::{is_date, is_date_time};

/// Why a resource could not be written.
///
/// No message holds a value of the record, so that it may be logged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An element that has to be there was not given.
    #[error("{path} is required and was not given")]
    Missing {
        /// The element, from its resource type down.
        path: &'static str,
    },
    /// A date that is not written as FHIR writes dates, or does not exist.
    #[error("{path} is not a date as FHIR writes it")]
    Date {
        /// The element, from its resource type down.
        path: &'static str,
    },
    /// A reference that is none, or to a type that R4 does not allow there.
    #[error("{path} has to be a reference to {allowed}")]
    Reference {
        /// The element, from its resource type down.
        path: &'static str,
        /// The types that R4 allows there.
        allowed: String,
    },
    /// The R4 model refuses the resource.
    #[error("R4 refuses the {resource_type}: {reason}")]
    Refused {
        /// The type of the resource.
        resource_type: &'static str,
        /// What the model says.
        reason: String,
    },
}

/// A code of a code system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coding<'a> {
    /// The code system's URL.
    pub system: &'a str,
    /// The code.
    pub code: &'a str,
    /// What the code system calls it; left out if blank.
    pub display: &'a str,
}

/// A concept said in words, with a code where there is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CodeableText<'a> {
    /// The code, if the concept has one.
    pub coding: Option<Coding<'a>>,
    /// The words.
    pub text: &'a str,
}

/// An amount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quantity<'a> {
    /// The number as decimal text, kept as it is written: `0.10` stays `0.10`.
    pub value: &'a str,
    /// The unit as a person reads it.
    pub unit: &'a str,
    /// The code system of the unit, mostly `http://unitsofmeasure.org`.
    pub system: &'a str,
    /// The unit's code in that system.
    pub code: &'a str,
}

/// How soon a request is wanted (`request-priority`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// In the normal course.
    Routine,
    /// Before routine requests.
    Urgent,
    /// As soon as possible.
    Asap,
    /// At once.
    Stat,
}

impl Priority {
    pub(crate) fn code(self) -> types::Code {
        types::Code::from(match self {
            Self::Routine => "routine",
            Self::Urgent => "urgent",
            Self::Asap => "asap",
            Self::Stat => "stat",
        })
    }
}

/// The text, unless it is blank.
pub(crate) fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// An R4 string, unless the text is blank.
pub(crate) fn text(text: &str) -> Option<types::String> {
    given(Some(text)).map(types::String::from)
}

/// An R4 string that has to be there.
pub(crate) fn required_text(path: &'static str, value: &str) -> Result<types::String, BuildError> {
    text(value).ok_or(BuildError::Missing { path })
}

/// A day or a moment that has to be there.
pub(crate) fn date_time(path: &'static str, value: &str) -> Result<DateTime, BuildError> {
    match given(Some(value)) {
        None => Err(BuildError::Missing { path }),
        Some(value) if is_date_time(value) => Ok(DateTime::from(value)),
        Some(_) => Err(BuildError::Date { path }),
    }
}

/// A day, without a time, that has to be there.
pub(crate) fn date(path: &'static str, value: &str) -> Result<Date, BuildError> {
    match given(Some(value)) {
        None => Err(BuildError::Missing { path }),
        Some(value) if is_date(value) => Ok(Date::from(value)),
        Some(_) => Err(BuildError::Date { path }),
    }
}

/// The main code of a resource: text and a first coding, both required of every created resource.
pub(crate) fn main_code(
    path: &'static str,
    coding: Coding<'_>,
    text: &str,
) -> Result<Box<CodeableConcept>, BuildError> {
    if given(Some(coding.code)).is_none() || given(Some(coding.system)).is_none() {
        return Err(BuildError::Missing { path });
    }
    Ok(Box::new(CodeableConcept {
        coding: coded(Some(coding)),
        text: Some(required_text(path, text)?),
        ..Default::default()
    }))
}

/// A concept, unless it has neither words nor code.
pub(crate) fn concept(concept: CodeableText<'_>) -> Option<CodeableConcept> {
    let coding = coded(concept.coding);
    let text = text(concept.text);
    (!coding.is_empty() || text.is_some()).then(|| CodeableConcept {
        coding,
        text,
        ..Default::default()
    })
}

/// The concepts that say something.
pub(crate) fn concepts(said: &[CodeableText<'_>]) -> Vec<CodeableConcept> {
    said.iter().copied().filter_map(concept).collect()
}

fn coded(coding: Option<Coding<'_>>) -> Vec<types::Coding> {
    coding
        .filter(|coding| given(Some(coding.code)).is_some())
        .map(|coding| types::Coding {
            system: given(Some(coding.system)).map(types::Uri::from),
            code: Some(types::Code::from(coding.code)),
            display: text(coding.display),
            ..Default::default()
        })
        .into_iter()
        .collect()
}

/// An amount with its unit.
pub(crate) fn quantity(
    path: &'static str,
    quantity: Quantity<'_>,
) -> Result<Box<types::Quantity>, BuildError> {
    let value = given(Some(quantity.value)).ok_or(BuildError::Missing { path })?;
    Ok(Box::new(types::Quantity {
        value: Some(types::Decimal::from(value)),
        unit: text(quantity.unit),
        system: given(Some(quantity.system)).map(types::Uri::from),
        code: given(Some(quantity.code)).map(types::Code::from),
        ..Default::default()
    }))
}

/// The only call of fhirbolt's writer: the model refuses what lacks a required element.
pub(crate) fn written(
    resource_type: &'static str,
    resource: &Resource,
) -> Result<String, BuildError> {
    to_json(resource).map_err(|error| BuildError::Refused {
        resource_type,
        reason: error.to_string(),
    })
}

/// Not generic, so that the writer is generated once.
pub(crate) fn to_json(resource: &Resource) -> Result<String, serde_json::Error> {
    fhirbolt::json::to_string(resource, None)
}
