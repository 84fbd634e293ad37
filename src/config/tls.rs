//! Settings of TLS on the service's listener.

use clap::Args;
use std::path::PathBuf;

/// TLS on the service's listener.
#[derive(Debug, Clone, Default, Args)]
pub struct TlsSettings {
    /// With them, the listener speaks TLS.
    #[command(flatten)]
    pub files: Option<TlsFiles>,
    /// TLS ends before this service (a proxy does it): allows plain http on a listener that is not loopback.
    #[arg(long, env = "OPIOID_CDS_PLAIN_HTTP")]
    pub plain_http: bool,
}

/// The files of a listener's TLS: PEM.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[group(requires_all = ["tls_cert", "tls_key"])]
pub struct TlsFiles {
    /// Certificate of the service, then those up to an authority: PEM. Read again when it changes.
    #[arg(
        long,
        env = "OPIOID_CDS_TLS_CERT",
        value_name = "FILE",
        required = false
    )]
    pub tls_cert: PathBuf,
    /// Private key of the certificate: PEM.
    #[arg(
        long,
        env = "OPIOID_CDS_TLS_KEY",
        value_name = "FILE",
        required = false
    )]
    pub tls_key: PathBuf,
    /// Authorities of client certificates: PEM. With it, nobody comes in without a certificate.
    #[arg(long, env = "OPIOID_CDS_TLS_CLIENT_CA", value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
}
