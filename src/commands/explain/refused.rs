//! Files that are not answered, and why.

use crate::hooks::HookError;
use serde::Serialize;

/// A file that could not be answered.
#[derive(Debug, Serialize)]
pub(super) struct RefusedLine<'a> {
    file: &'a str,
    error: &'a Refused,
}

/// Why not.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    /// The status that the service would give; `None` where the file never gets there.
    pub(super) status: Option<u16>,
    /// For people.
    pub(super) message: String,
}

impl Refused {
    pub(super) fn unreadable(message: String) -> Refused {
        Refused {
            status: None,
            message,
        }
    }

    /// No service of ours answers this hook.
    pub(super) fn of_hook(hook: &str) -> Refused {
        Refused {
            status: Some(400),
            message: format!("hook is {hook}, which no service here answers"),
        }
    }

    pub(super) fn named<'a>(&'a self, file: &'a str) -> RefusedLine<'a> {
        RefusedLine { file, error: self }
    }
}

impl From<HookError> for Refused {
    fn from(error: HookError) -> Refused {
        Refused {
            status: Some(error.status().0.as_u16()),
            message: error.message().into_owned(),
        }
    }
}
