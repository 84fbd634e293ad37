//! Settings of quiet periods.

use crate::store::Redis;
use clap::Args;
use secrecy::SecretString;
use std::path::PathBuf;

/// Where answers to cards are kept.
#[derive(Debug, Clone)]
pub enum QuietStore {
    /// In this process.
    Memory,
    /// In Valkey or Redis; the address may hold a password.
    Redis(SecretString),
    /// Nowhere: nothing is kept between calls.
    Off,
}

/// Quiet periods.
#[derive(Debug, Clone, Args)]
pub struct QuietSettings {
    /// Where answers to cards are kept, so that a rule that was answered stays quiet for that patient for a while
    /// (docs/quiet.md): memory (one machine), redis://HOST:PORT or rediss:// (shared by several), or off.
    #[arg(long, env = "OPIOID_CDS_QUIET_PERIODS", value_name = "WHERE", default_value = "off",
          hide_env_values = true, value_parser = quiet_store)]
    pub quiet_periods: QuietStore,
    /// Key of at least 32 bytes, with which what is kept is found and sealed.
    #[arg(long, env = "OPIOID_CDS_QUIET_KEY_FILE", value_name = "FILE")]
    pub quiet_key_file: Option<PathBuf>,
}

impl QuietSettings {
    /// Are quiet periods wanted without a key?
    pub(super) fn lacks_key(&self) -> bool {
        !matches!(self.quiet_periods, QuietStore::Off) && self.quiet_key_file.is_none()
    }
}

fn quiet_store(text: &str) -> Result<QuietStore, String> {
    match text {
        "memory" => Ok(QuietStore::Memory),
        "off" => Ok(QuietStore::Off),
        _ => Redis::check(text)
            .map(|()| QuietStore::Redis(SecretString::from(text)))
            .map_err(|error| format!("memory, redis://… or off; {error}")),
    }
}
