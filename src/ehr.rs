//! A FHIR server over resources in memory.
