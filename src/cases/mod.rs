//! Saved requests.
