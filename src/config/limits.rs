//! Limits of `serve`: what a client may take.

use super::Auth;
use clap::Args;
use std::num::NonZeroU32;

/// Calls a second that one authenticated client may make where nothing else is said: a fifth of what one core answers.
const RATE: u32 = 1000;

/// Refused tokens a second from one address where nothing else is said: checking as many takes 2 % of one core.
const REFUSED: u32 = 100;

/// What a client may take.
#[derive(Debug, Clone, Args)]
pub struct LimitSettings {
    /// Largest header of a request, at least 8192; more is answered 431.
    #[arg(
        long,
        env = "OPIOID_CDS_MAX_HEADER_BYTES",
        value_name = "BYTES",
        default_value_t = 65_536
    )]
    pub max_header_bytes: usize,
    /// Calls at once; one more is answered 503 without waiting. Each may hold --max-body-bytes of memory.
    #[arg(long, env = "OPIOID_CDS_MAX_CONCURRENT_CALLS", value_name = "N", default_value_t = 256,
          value_parser = at_least_one)]
    pub max_concurrent_calls: usize,
    /// Calls a second, and at once, from one client: its issuer, or its address with --auth off; more are answered 429.
    /// 0 is no limit. Default: 1000, and no limit with --auth off.
    #[arg(long, env = "OPIOID_CDS_RATE_LIMIT", value_name = "CALLS")]
    pub rate_limit: Option<u32>,
    /// Refused tokens a second, and at once, from one address (of IPv6: its /64); whatever comes from there beyond them is
    /// answered 429 before its token is looked at. 0 is no limit. Default: 100, and no limit with --plain-http, where
    /// clients share the address of a proxy.
    #[arg(long, env = "OPIOID_CDS_REFUSED_LIMIT", value_name = "TOKENS")]
    pub refused_limit: Option<u32>,
    /// A request's header that takes longer ends the connection; an idle connection is kept as long.
    #[arg(long, env = "OPIOID_CDS_HEADER_TIMEOUT_MS", value_name = "MS", default_value_t = 30_000,
          value_parser = clap::value_parser!(u64).range(100..=600_000))]
    pub header_timeout_ms: u64,
    /// A request's body that takes longer is answered 408.
    #[arg(long, env = "OPIOID_CDS_BODY_TIMEOUT_MS", value_name = "MS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u64).range(100..=600_000))]
    pub body_timeout_ms: u64,
}

impl LimitSettings {
    /// Calls a second from one client; `None`: any number.
    pub fn rate(&self, auth: Auth) -> Option<NonZeroU32> {
        let usual = match auth {
            Auth::Required => RATE,
            Auth::Off => 0,
        };
        NonZeroU32::new(self.rate_limit.unwrap_or(usual))
    }

    /// Refused tokens a second from one address; `None`: any number. Behind a proxy one caller could shut out all others.
    pub fn refused(&self, is_behind_proxy: bool) -> Option<NonZeroU32> {
        let usual = if is_behind_proxy { 0 } else { REFUSED };
        NonZeroU32::new(self.refused_limit.unwrap_or(usual))
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}
