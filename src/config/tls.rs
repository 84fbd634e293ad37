//! Settings of TLS on the service's listener.

use clap::Args;
use std::path::PathBuf;

/// TLS on the service's listener.
#[derive(Debug, Clone, Default, Args)]
pub struct TlsSettings {
    /// Certificate of the service, then those up to an authority: PEM. Read again when it changes.
    #[arg(
        long,
        env = "OPIOID_CDS_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate: PEM.
    #[arg(
        long,
        env = "OPIOID_CDS_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,
    /// Authorities of client certificates: PEM. With it, nobody comes in without a certificate.
    #[arg(
        long,
        env = "OPIOID_CDS_TLS_CLIENT_CA",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_client_ca: Option<PathBuf>,
    /// TLS ends before this service (a proxy does it): allows plain http on a listener that is not loopback.
    #[arg(long, env = "OPIOID_CDS_PLAIN_HTTP")]
    pub plain_http: bool,
}
