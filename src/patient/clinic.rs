//! Places to which a site refers.

use serde::Deserialize;

/// A place to which this site refers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clinic {
    /// What it is for.
    pub kind: ClinicKind,
    /// As people know it.
    pub name: String,
    /// For the clinician, or for a warm hand-over.
    pub phone: Option<String>,
    /// Its page.
    pub url: Option<String>,
}

/// What a clinic is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClinicKind {
    /// Methadone, buprenorphine and naltrexone for opioid use disorder.
    OpioidTreatmentProgram,
    /// Addiction medicine.
    AddictionMedicine,
    /// Pain care beyond medicines.
    Pain,
    /// Behavioral health.
    BehavioralHealth,
}
