//! TLS on the service's listener: certificate and key from files, read again when they change.

use crate::config::TlsFiles;
use anyhow::{Context, ensure};
use axum_server::tls_rustls::RustlsConfig;
use notify::{Event, RecursiveMode, Watcher};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;
use tracing::{info, warn};

/// TLS that is ready, and the files that it came from.
#[derive(Debug, Clone)]
pub struct Tls {
    files: TlsFiles,
    pub(super) config: RustlsConfig,
}

impl Tls {
    /// Reads the files.
    pub fn read(files: TlsFiles) -> anyhow::Result<Tls> {
        let config = RustlsConfig::from_config(Arc::new(config(&files)?));
        Ok(Tls { files, config })
    }

    /// Reads the files again whenever one of their folders changes, for ever: certificates are renewed by replacing a
    /// file, or the link that leads to it. What cannot be used is not taken.
    pub(super) async fn keep(self) -> anyhow::Result<()> {
        let (changed, mut changes) = mpsc::unbounded_channel();
        let mut watcher = notify::recommended_watcher(move |event| {
            if is_change(&event) {
                // An error means that nobody waits any more.
                let _ = changed.send(());
            }
        })?;
        for folder in folders(&self.files) {
            watcher
                .watch(&folder, RecursiveMode::NonRecursive)
                .with_context(|| folder.display().to_string())?;
        }
        while changes.recv().await.is_some() {
            while changes.try_recv().is_ok() {}
            match config(&self.files) {
                Ok(config) => {
                    self.config.reload_from_config(Arc::new(config));
                    info!("certificate read");
                }
                Err(error) => warn!(%error, "certificate not read; the one before stays"),
            }
        }
        Ok(())
    }
}

/// Something was written, moved or removed. Our own reading is an event, too, and must not lead to the next one.
fn is_change(event: &notify::Result<Event>) -> bool {
    !matches!(event, Ok(event) if event.kind.is_access())
}

fn folders(files: &TlsFiles) -> BTreeSet<PathBuf> {
    let authorities = files.tls_client_ca.as_ref();
    let files = [&files.tls_cert, &files.tls_key];
    let folder = |file: &PathBuf| match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    files.into_iter().chain(authorities).map(folder).collect()
}

fn config(files: &TlsFiles) -> anyhow::Result<ServerConfig> {
    let chain = certificates(&files.tls_cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.tls_key)
        .with_context(|| format!("--tls-key {}", files.tls_key.display()))?;
    let builder = ServerConfig::builder();
    let builder = match &files.tls_client_ca {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(file)? {
                roots
                    .add(authority)
                    .with_context(|| file.display().to_string())?;
            }
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build()?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .with_context(|| format!("--tls-cert {}", files.tls_cert.display()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let found = found.with_context(|| file.display().to_string())?;
    ensure!(
        !found.is_empty(),
        "{}: no certificate stands here",
        file.display()
    );
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::EventKind;
    use notify::event::{AccessKind, CreateKind, ModifyKind, RemoveKind};

    #[test]
    fn reading_the_files_is_no_reason_to_read_them_again() {
        let is_change = |kind: EventKind| is_change(&Ok(Event::new(kind)));
        assert!(!is_change(EventKind::Access(AccessKind::Any)));
        assert!(is_change(EventKind::Create(CreateKind::Any)));
        assert!(is_change(EventKind::Modify(ModifyKind::Any)));
        assert!(is_change(EventKind::Remove(RemoveKind::Any)));
    }
}
