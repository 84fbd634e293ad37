//! On which terms a caller is served: its own settings, else those of the command line.

use super::Shared;
use crate::auth::{Caller, CardSettings};
use crate::cards::ClientOptions;
use crate::wire::Request;
use std::borrow::Cow;
use std::time::Duration;

/// How its cards are made.
pub(super) fn options(shared: &Shared, caller: &Caller) -> ClientOptions {
    let mut options = shared.options.clone();
    let Some(client) = caller.client() else {
        return options;
    };
    let CardSettings {
        alphanumeric_topic,
        any_only,
        most_order,
        most_patient_view,
        ref actions,
    } = client.cards;
    options.actions = actions.clone();
    options.alphanumeric_topic = alphanumeric_topic;
    options.any_only = any_only;
    options.max_cards_order = most_order.unwrap_or(options.max_cards_order);
    options.max_cards_patient_view = most_patient_view.unwrap_or(options.max_cards_patient_view);
    options
}

/// By when its answer leaves.
pub(super) fn deadline(shared: &Shared, caller: &Caller) -> Duration {
    let own = caller.client().and_then(|client| client.deadline);
    own.unwrap_or(shared.deadline)
}

/// Gives prefetch keys that its analysts have named the names that are ours (contract R-120). A key that came under our
/// name, too, keeps it.
pub(super) fn rename_prefetch(caller: &Caller, request: &mut Request<'_>) {
    let Some(client) = caller.client() else {
        return;
    };
    for (theirs, ours) in &client.prefetch_keys {
        if request.prefetch.iter().any(|(key, _)| key == ours) {
            continue;
        }
        if let Some((key, _)) = request.prefetch.iter_mut().find(|(key, _)| key == theirs) {
            *key = Cow::Owned(ours.clone());
        }
    }
}
