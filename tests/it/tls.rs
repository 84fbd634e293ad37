//! TLS on the service's listener: HTTP/2, renewed certificates, client certificates, and the end.

use crate::service::{antibiotic, shared, sign};
use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use opioid_cds::auth::{Authorities, install_cryptography};
use opioid_cds::fhir::{self, Allowed};
use opioid_cds::hooks::{Chart, Servers};
use opioid_cds::server::{Layers, Listeners, Stop, Tls, TlsFiles, app, run};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::tls::TlsInfo;
use reqwest::{Certificate, Client, Identity, Version};
use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

struct Told(oneshot::Receiver<()>);

impl Stop for Told {
    fn notice(&self) -> Duration {
        Duration::ZERO
    }

    async fn signal(self) {
        let _ = self.0.await;
    }
}

/// An authority of this test's own.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Authority {
        install_cryptography();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    /// Certificate and key for this name: PEM.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A web server on this machine with a certificate of this authority; its port.
    pub(crate) async fn serve(&self, app: Router) -> u16 {
        let (certificate, key) = self.issue("localhost");
        let config = RustlsConfig::from_pem(certificate.into(), key.into()).await;
        let config = config.expect("a certificate");
        let listener = std::net::TcpListener::bind(LOOPBACK).expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let server = axum_server::from_tcp_rustls(listener, config).expect("a listener");
        tokio::spawn(server.serve(app.into_make_service()));
        port
    }

    /// What `--ca-file` reads, with this authority in it.
    pub(crate) fn trusted(&self) -> Authorities {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), self.pem()).expect("written");
        Authorities::read(file.path()).expect("a certificate")
    }

    /// A client that trusts this authority, with a certificate of its own or none.
    fn client(&self, identity: Option<(String, String)>) -> Client {
        let authority = Certificate::from_pem(self.pem().as_bytes()).expect("a certificate");
        let builder = Client::builder()
            .tls_certs_only([authority])
            .tls_info(true)
            .no_proxy();
        let builder = match identity {
            Some((certificate, key)) => {
                let pem = format!("{certificate}{key}");
                builder.identity(Identity::from_pem(pem.as_bytes()).expect("an identity"))
            }
            None => builder,
        };
        builder.build().expect("a client")
    }
}

/// Puts a certificate in place as renewal does: a new file, then its name.
fn place(folder: &Path, (certificate, key): &(String, String)) {
    for (name, text) in [("key.pem", key), ("cert.pem", certificate)] {
        let new = folder.join(format!("{name}.new"));
        fs::write(&new, text).expect("written");
        fs::rename(&new, folder.join(name)).expect("renamed");
    }
}

struct Running {
    url: String,
    folder: TempDir,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<anyhow::Result<()>>,
}

async fn running(authority: &Authority, client_authority: Option<&Authority>) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    place(folder.path(), &authority.issue("localhost"));
    let client_authorities = client_authority.map(|authority| {
        let file = folder.path().join("clients.pem");
        fs::write(&file, authority.pem()).expect("written");
        file
    });
    let tls = Tls::read(TlsFiles {
        certificate: folder.path().join("cert.pem"),
        key: folder.path().join("key.pem"),
        client_authorities,
    })
    .unwrap_or_else(|error| panic!("{error:#}"));
    let mut listeners = Listeners::bind(LOOPBACK, LOOPBACK).await.expect("ports");
    listeners.tls = Some(tls);
    let port = listeners.service.local_addr().expect("an address").port();
    let metrics = opioid_cds::telemetry::local().expect("a recorder").handle();
    let (stop, told) = oneshot::channel();
    let ended = tokio::spawn(async move {
        let layers = Layers::default();
        run(Arc::new(shared()), listeners, &layers, metrics, Told(told)).await
    });
    Running {
        url: format!("https://localhost:{port}"),
        folder,
        stop,
        ended,
    }
}

async fn stopped(running: Running) {
    running.stop.send(()).expect("it runs");
    running.ended.await.expect("no panic").expect("no error");
}

///
#[tokio::test]
async fn calls_are_answered_over_tls_and_http2_and_plain_http_is_not() {
    let authority = Authority::new();
    let running = running(&authority, None).await;
    let client = authority.client(None);
    let url = format!("{}/cds-services/opioid-order-sign", running.url);
    let answer = client.post(&url).header("content-type", "application/json");
    let answer = answer
        .body(antibiotic().to_string())
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), answer.version()),
        (200, Version::HTTP_2)
    );
    let plain = url.replace("https:", "http:");
    assert!(client.get(&plain).send().await.is_err());
    let stranger = Authority::new().client(None);
    assert!(stranger.get(&running.url).send().await.is_err());
    stopped(running).await;
}

async fn certificate_of(authority: &Authority, url: &str) -> Vec<u8> {
    let answer = authority
        .client(None)
        .get(format!("{url}/health/live"))
        .send()
        .await;
    let answer = answer.expect("an answer");
    let info = answer.extensions().get::<TlsInfo>().expect("TLS");
    info.peer_certificate().expect("a certificate").to_vec()
}

/// A renewed certificate is taken up by itself; one that cannot be used is not.
#[tokio::test]
async fn a_renewed_certificate_is_served_without_a_restart() {
    let authority = Authority::new();
    let running = running(&authority, None).await;
    let first = certificate_of(&authority, &running.url).await;
    fs::write(running.folder.path().join("cert.pem"), "nonsense").expect("written");
    assert_eq!(certificate_of(&authority, &running.url).await, first);
    let renewed = authority.issue("localhost");
    // Each round writes again, so that none of them depends on when the first was seen.
    let mut served = first.clone();
    for _ in 0..500 {
        place(running.folder.path(), &renewed);
        served = certificate_of(&authority, &running.url).await;
        if served != first {
            break;
        }
    }
    assert_ne!(served, first);
    stopped(running).await;
}

/// mutual TLS, where a site wants it.
#[tokio::test]
async fn where_client_certificates_are_asked_for_nobody_comes_in_without() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let running = running(&authority, Some(&clients)).await;
    let url = format!("{}/health/live", running.url);
    let with = |identity| authority.client(identity).get(&url).send();
    assert_eq!(
        with(Some(clients.issue("ehr")))
            .await
            .expect("an answer")
            .status(),
        200
    );
    assert!(with(None).await.is_err());
    assert!(with(Some(Authority::new().issue("ehr"))).await.is_err());
    stopped(running).await;
}

/// FHIR servers with certificates of an authority that the site names, and of one that nobody knows.
#[tokio::test]
async fn fhir_servers_are_trusted_by_the_authorities_of_the_site() {
    let authority = Authority::new();
    for (authorities, is_trusted) in [
        (authority.trusted(), true),
        (Authority::new().trusted(), false),
    ] {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let fhir = Router::new().fallback(move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            "{}"
        });
        let base = format!("https://localhost:{}/fhir", authority.serve(fhir).await);
        let client = fhir::Client::trusting(fhir::Limits::default(), authorities.certificates());
        let mut shared = shared();
        shared.chart = Chart::Servers(Servers {
            client: client.expect("a client"),
            allowed: Allowed::parse(&[&base]).expect("a list"),
            by_client: BTreeMap::new(),
            own_tokens: None,
            open: true,
        });
        shared.deadline = Duration::from_secs(20);
        let file = "fhir-fixtures/naloxone-offer/fires-sleep-apnea/request.json";
        let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a case");
        let mut body: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        body.as_object_mut().expect("an object").remove("prefetch");
        body["fhirServer"] = base.into();
        sign(&app(Arc::new(shared), &Layers::default()), &body).await;
        assert_eq!(asked.load(Ordering::SeqCst) > 0, is_trusted);
    }
}

#[test]
fn files_that_do_not_fit_are_named() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    place(folder.path(), &authority.issue("localhost"));
    fs::write(path("other.pem"), authority.issue("localhost").1).expect("written");
    for (certificate, key) in [
        ("none.pem", "key.pem"),
        ("cert.pem", "none.pem"),
        ("cert.pem", "other.pem"),
        ("key.pem", "key.pem"),
    ] {
        let files = TlsFiles {
            certificate: path(certificate),
            key: path(key),
            client_authorities: None,
        };
        let error = Tls::read(files).expect_err(certificate);
        assert!(format!("{error:#}").contains(".pem"), "{error:#}");
    }
}
