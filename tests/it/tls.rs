//! TLS on the service's listener: HTTP/2, renewed certificates, client certificates, and the end.

use crate::running::{LOOPBACK, Running, running};
use crate::service::{antibiotic, request_of, shared, sign};
use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use opioid_cds::auth::{Authorities, install_cryptography};
use opioid_cds::config::TlsFiles;
use opioid_cds::fhir::{self, Allowed};
use opioid_cds::hooks::{Chart, Servers};
use opioid_cds::server::{Layers, Limits, Tls, app};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::tls::TlsInfo;
use reqwest::{Certificate, Client, Identity, Version};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
    pub(crate) fn issue(&self, name: &str) -> (String, String) {
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

/// The service over TLS, and the folder of its certificate.
struct Secure {
    url: String,
    folder: TempDir,
    service: Running,
}

async fn secure(authority: &Authority, client_authority: Option<&Authority>) -> Secure {
    let folder = tempfile::tempdir().expect("a folder");
    place(folder.path(), &authority.issue("localhost"));
    let tls_client_ca = client_authority.map(|authority| {
        let file = folder.path().join("clients.pem");
        fs::write(&file, authority.pem()).expect("written");
        file
    });
    let tls = Tls::read(TlsFiles {
        tls_cert: folder.path().join("cert.pem"),
        tls_key: folder.path().join("key.pem"),
        tls_client_ca,
    })
    .unwrap_or_else(|error| panic!("{error:#}"));
    let service = running(shared(), Limits::default(), Some(tls)).await;
    Secure {
        url: format!("https://localhost:{}", service.address.port()),
        folder,
        service,
    }
}

///
#[tokio::test]
async fn calls_are_answered_over_tls_and_http2_and_plain_http_is_not() {
    let authority = Authority::new();
    let secure = secure(&authority, None).await;
    let client = authority.client(None);
    let url = format!("{}/cds-services/opioid-order-sign", secure.url);
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
    assert!(stranger.get(&secure.url).send().await.is_err());
    secure.service.stopped().await;
}

/// The first answer to a hello that offers these versions (the record's, the newest) and this one cipher suite.
async fn answer_to_hello(address: SocketAddr, newest: [u8; 2], suite: [u8; 2]) -> Vec<u8> {
    let mut hello = newest.to_vec();
    hello.extend([7; 32]); // random
    hello.extend([0]); // no session
    hello.extend([0, 2]);
    hello.extend(suite);
    hello.extend([1, 0]); // no compression
    let groups = [0, 10, 0, 4, 0, 2, 0, 23]; // P-256
    let signatures = [0, 13, 0, 6, 0, 4, 4, 3, 4, 1]; // ECDSA and RSA with SHA-256
    hello.extend([0, 18]);
    hello.extend(groups);
    hello.extend(signatures);
    let length = |bytes: usize| u16::try_from(bytes).expect("short").to_be_bytes();
    let mut record = vec![22, 3, 1];
    record.extend(length(hello.len() + 4));
    record.extend([1, 0]);
    record.extend(length(hello.len()));
    record.extend(hello);
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(&record).await.expect("written");
    let mut answer = vec![0; 7];
    stream.read_exact(&mut answer).await.expect("an answer");
    answer
}

/// TLS 1.2 with forward secrecy and authenticated encryption, or 1.3: else an alert, and nothing is agreed on.
#[tokio::test]
async fn old_versions_and_weak_ciphers_of_tls_are_refused() {
    let authority = Authority::new();
    let secure = secure(&authority, None).await;
    let address = secure.service.address;
    let (alert, handshake) = (21, 22);
    let ecdhe_gcm = [0xc0, 0x2b];
    for (version, suite, kind, what) in [
        ([3, 3], ecdhe_gcm, handshake, "1.2, ECDHE with AES-GCM"),
        ([3, 0], ecdhe_gcm, alert, "SSL 3.0"),
        ([3, 1], ecdhe_gcm, alert, "1.0"),
        ([3, 2], ecdhe_gcm, alert, "1.1"),
        ([3, 3], [0xc0, 0x23], alert, "CBC"),
        ([3, 3], [0xc0, 0x08], alert, "3DES"),
        ([3, 3], [0xc0, 0x07], alert, "RC4"),
        ([3, 3], [0x00, 0x9c], alert, "no forward secrecy"),
        ([3, 3], [0xc0, 0x06], alert, "no encryption"),
    ] {
        let answer = answer_to_hello(address, version, suite).await;
        assert_eq!(answer[0], kind, "{what}: {answer:?}");
        let is_fatal = answer[5] == 2;
        assert!(kind == handshake || is_fatal, "{what}: {answer:?}");
    }
    secure.service.stopped().await;
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
    let secure = secure(&authority, None).await;
    let first = certificate_of(&authority, &secure.url).await;
    fs::write(secure.folder.path().join("cert.pem"), "nonsense").expect("written");
    assert_eq!(certificate_of(&authority, &secure.url).await, first);
    let renewed = authority.issue("localhost");
    // Each round writes again, so that none of them depends on when the first was seen.
    let mut served = first.clone();
    for _ in 0..500 {
        place(secure.folder.path(), &renewed);
        served = certificate_of(&authority, &secure.url).await;
        if served != first {
            break;
        }
    }
    assert_ne!(served, first);
    secure.service.stopped().await;
}

/// mutual TLS, where a site wants it.
#[tokio::test]
async fn where_client_certificates_are_asked_for_nobody_comes_in_without() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let secure = secure(&authority, Some(&clients)).await;
    let url = format!("{}/health/live", secure.url);
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
    secure.service.stopped().await;
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
        let mut body = request_of("naloxone-offer/fires-sleep-apnea");
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
            tls_cert: path(certificate),
            tls_key: path(key),
            tls_client_ca: None,
        };
        let error = Tls::read(files).expect_err(certificate);
        assert!(format!("{error:#}").contains(".pem"), "{error:#}");
    }
}
