//! Settings of trust: who may call, and whom outbound calls trust.

use crate::store::Redis;
use clap::{Args, ValueEnum};
use secrecy::SecretString;
use std::path::PathBuf;

/// Must clients show who they are?
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// Every call carries the client's signed token.
    Required,
    /// Nobody is asked; only with `--development` or on a loopback listener.
    Off,
}

/// Where `jti` values are remembered.
#[derive(Debug, Clone)]
pub enum ReplayGuard {
    /// In this process.
    Memory,
    /// In Valkey or Redis; the address may hold a password.
    Redis(SecretString),
    /// Nowhere.
    Off,
}

/// What happens to calls while the replay guard does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GuardDown {
    /// They are refused (503).
    Refuse,
    /// They are accepted and counted.
    Accept,
}

/// Who may call.
#[derive(Debug, Clone, Args)]
pub struct TrustSettings {
    /// Must clients authenticate? `off` is refused unless --development or the listener is loopback.
    #[arg(long, env = "OPIOID_CDS_AUTH", value_enum, default_value_t = Auth::Required)]
    pub auth: Auth,
    /// The clients that may call, their keys and settings: TOML, described in docs/auth.md.
    #[arg(long, env = "OPIOID_CDS_TRUSTED_CLIENTS", value_name = "FILE")]
    pub trusted_clients: Option<PathBuf>,
    /// Discovery asks for a token, too.
    #[arg(long, env = "OPIOID_CDS_AUTH_DISCOVERY")]
    pub auth_discovery: bool,
    /// Where the ids of tokens are remembered, so that none is used twice: memory (one machine), redis://HOST:PORT or
    /// rediss:// (Valkey or Redis, shared by several), or off.
    #[arg(long, env = "OPIOID_CDS_REPLAY_GUARD", value_name = "WHERE", default_value = "memory",
          hide_env_values = true, value_parser = replay_guard)]
    pub replay_guard: ReplayGuard,
    /// What happens to calls while the replay guard does not answer or is full.
    #[arg(long, env = "OPIOID_CDS_REPLAY_GUARD_DOWN", value_enum, default_value_t = GuardDown::Refuse)]
    pub replay_guard_down: GuardDown,
    /// Authorities that outbound calls trust beside those of the system, and a rediss:// store in their place: PEM.
    #[arg(long, env = "OPIOID_CDS_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

fn replay_guard(text: &str) -> Result<ReplayGuard, String> {
    match text {
        "memory" => Ok(ReplayGuard::Memory),
        "off" => Ok(ReplayGuard::Off),
        _ => Redis::check(text)
            .map(|()| ReplayGuard::Redis(SecretString::from(text)))
            .map_err(|error| format!("memory, redis://… or off; {error}")),
    }
}
