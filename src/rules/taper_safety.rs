//! `taper-safety`.

use super::Answer;
use crate::patient::Snapshot;

pub(super) fn check(_facts: &Snapshot) -> Answer {
    Answer::silent("Not built yet.")
}
