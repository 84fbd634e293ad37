//! The audit trail: one JSON line for each call and each feedback, for those who must answer for them later.
//!
//! Knows the shape of a line (docs/audit.md) and where lines go.
//! Refuses to know patient data: a patient is a keyed hash, or nothing where there is no key;
//! no name, birth date, medicine, text or token has a member that it could stand in.

mod line;

pub use line::{Answer, Card, Event, Line, Outcome, Rule};

use crate::telemetry;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A shorter key could be tried out, one patient number after the other.
const SHORTEST_KEY: usize = 32;

/// Where audit lines go.
pub struct Audit {
    out: Mutex<Box<dyn Write + Send>>,
    key: Option<Key>,
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit")
            .field("has_key", &self.key.is_some())
            .finish_non_exhaustive()
    }
}

/// Why there is no audit trail.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file cannot be opened for appending.
    #[error("--audit-log {file}: {because}")]
    Log {
        /// File.
        file: String,
        /// What the system says.
        because: io::Error,
    },
    /// The key cannot be read.
    #[error("--audit-key-file {file}: {because}")]
    Key {
        /// File.
        file: String,
        /// What the system says.
        because: io::Error,
    },
    /// The key is too short to protect anybody.
    #[error("--audit-key-file {file}: the key must have at least {SHORTEST_KEY} bytes")]
    ShortKey {
        /// File.
        file: String,
    },
}

impl Audit {
    /// Appends to this file, or writes to standard output where it is `-`; patients are hashed with the key in this file.
    pub fn open(log: &Path, key: Option<&Path>) -> Result<Audit, AuditError> {
        let out: Box<dyn Write + Send> = if log.as_os_str() == "-" {
            Box::new(io::stdout())
        } else {
            Box::new(append(log).map_err(|because| AuditError::Log {
                file: log.display().to_string(),
                because,
            })?)
        };
        let audit = Audit::to(out);
        match key {
            Some(file) => audit
                .with_key(&read_key(file)?)
                .ok_or_else(|| AuditError::ShortKey {
                    file: file.display().to_string(),
                }),
            None => Ok(audit),
        }
    }

    /// Writes to anything, patients left out.
    pub fn to(out: Box<dyn Write + Send>) -> Audit {
        Audit {
            out: Mutex::new(out),
            key: None,
        }
    }

    /// Patients are hashed with this key; `None` where it is too short.
    pub fn with_key(self, key: &[u8]) -> Option<Audit> {
        (key.len() >= SHORTEST_KEY).then(|| Audit {
            key: Some(Key::new(HMAC_SHA256, key)),
            ..self
        })
    }

    /// What stands for a patient: HMAC-SHA-256 over the client, a zero byte, and the id; none without a key.
    pub fn patient(&self, client: Option<&str>, id: &str) -> Option<String> {
        let key = self.key.as_ref()?;
        let text = [client.unwrap_or_default().as_bytes(), &[0], id.as_bytes()].concat();
        let hash = sign(key, &text);
        Some(
            hash.as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    /// Writes one line, whole. A line that cannot be written is counted and logged; the call goes on.
    pub fn write(&self, line: &Line) {
        let mut text = serde_json::to_vec(line).expect("a line serialises: it has string keys");
        text.push(b'\n');
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = out.write_all(&text).and_then(|()| out.flush()) {
            telemetry::audit_lost();
            tracing::error!(kind = %error.kind(), "audit line lost");
        }
    }
}

/// Only its owner reads it.
fn append(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn read_key(file: &Path) -> Result<Vec<u8>, AuditError> {
    let key = fs::read(file).map_err(|because| AuditError::Key {
        file: file.display().to_string(),
        because,
    })?;
    Ok(key.trim_ascii().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn audit() -> Audit {
        Audit::to(Box::new(io::sink()))
    }

    #[test]
    fn without_a_key_no_patient_is_named() {
        assert_eq!(audit().patient(Some("https://ehr.example"), "p1"), None);
        assert!(
            audit().with_key(&KEY[1..]).is_none(),
            "a short key is refused"
        );
    }

    #[test]
    fn a_patient_is_the_same_hash_for_one_client_and_key_alone() {
        let audit = audit().with_key(KEY).expect("long enough");
        let hash = audit.patient(Some("a"), "p1").expect("a hash");
        assert_eq!(hash.len(), 64);
        assert_eq!(audit.patient(Some("a"), "p1").as_ref(), Some(&hash));
        for (client, id) in [(Some("b"), "p1"), (Some("a"), "p2"), (None, "ap1")] {
            assert_ne!(audit.patient(client, id).as_ref(), Some(&hash));
        }
        let other = Audit::to(Box::new(io::sink())).with_key(b"fedcba9876543210fedcba9876543210");
        assert_ne!(
            other.expect("long enough").patient(Some("a"), "p1"),
            Some(hash)
        );
    }

    #[test]
    fn the_file_is_appended_to_and_the_key_may_end_in_a_line_break() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, key) = (folder.path().join("audit.jsonl"), folder.path().join("key"));
        fs::write(&key, [KEY, b"\n"].concat()).expect("written");
        for _ in 0..2 {
            let audit = Audit::open(&log, Some(&key)).expect("opened");
            audit.write(&Line::default());
        }
        let text = fs::read_to_string(&log).expect("read");
        assert_eq!(text.lines().count(), 2);
        fs::write(&key, "short").expect("written");
        let refused = Audit::open(&log, Some(&key))
            .expect_err("too short")
            .to_string();
        assert!(refused.contains("at least 32"), "{refused}");
        assert!(
            Audit::open(folder.path(), None).is_err(),
            "a folder is no file"
        );
    }
}
