//! The guard against tokens that come twice, with a real server: Valkey or Redis from the distribution's packages.

use super::signer::{ES384, PUBLIC_URL};
use super::{gate_with, guarded, one_client, sign_with};
use crate::tls::Authority;
use futures_util::future::join_all;
use opioid_cds::auth::WhenDown;
use opioid_cds::hooks::Clock;
use opioid_cds::store::{Key, Redis, Seen, Sighting};
use secrecy::SecretString;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const MINUTE: Duration = Duration::from_secs(60);

/// A server of this test's own, on a free port of this machine.
pub(crate) struct Server {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Server {
    pub(crate) fn start() -> Server {
        Server::start_at(free_port())
    }

    fn start_at(port: u16) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        Server::start_in(folder, port, &["--port", &port.to_string()])
    }

    /// With a certificate of this authority, and over TLS alone.
    fn start_with_tls(authority: &Authority) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        let (certificate, key) = authority.issue("127.0.0.1");
        for (name, text) in [("cert.pem", certificate), ("key.pem", key)] {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let port = free_port();
        let port_text = port.to_string();
        let arguments = ["--port", "0", "--tls-port", &port_text];
        let files = ["--tls-cert-file", "cert.pem", "--tls-key-file", "key.pem"];
        let clients = ["--tls-auth-clients", "no"];
        let all = [&arguments[..], &files, &clients].concat();
        Server::start_in(folder, port, &all)
    }

    fn start_in(folder: TempDir, port: u16, arguments: &[&str]) -> Server {
        let run = |program: &str| {
            Command::new(program)
                .args(arguments)
                .args(["--bind", "127.0.0.1"])
                .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
                .current_dir(folder.path())
                .stdout(Stdio::piped())
                .spawn()
        };
        let mut process = ["valkey-server", "redis-server"]
            .into_iter()
            .find_map(|program| run(program).ok())
            .expect("no valkey-server and no redis-server here: apt-get install redis-server");
        let output = process.stdout.take().expect("piped");
        let ready = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .any(|line| line.contains("Ready to accept connections"));
        assert!(ready, "the server on port {port} did not start");
        Server {
            process,
            port,
            _folder: folder,
        }
    }

    pub(crate) fn url(&self) -> SecretString {
        format!("redis://127.0.0.1:{}", self.port).into()
    }

    pub(crate) fn stop(mut self) -> u16 {
        self.process.kill().expect("it ran");
        self.process.wait().expect("it ended");
        self.port
    }
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    free.local_addr().expect("an address").port()
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been stopped already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// of many machines that ask at once, one is the first; notes tell endpoints apart; what is past its time is gone.
#[tokio::test]
async fn one_of_many_machines_is_the_first() {
    let server = Server::start();
    let machines: Vec<Seen> = (0..4)
        .map(|_| Seen::Redis(Redis::at(&server.url(), None).expect("an address")))
        .collect();
    let key = Key::of(&["https://ehr.example.org", "1"]);
    let asking = machines.iter().cycle().take(40);
    let all = join_all(asking.map(|machine| machine.sight(key, "a", MINUTE))).await;
    let count = |sighting| all.iter().filter(|answer| **answer == Ok(sighting)).count();
    assert_eq!((count(Sighting::First), count(Sighting::Again)), (1, 39));
    let elsewhere = machines[0].sight(key, "b", MINUTE).await;
    assert_eq!(elsewhere, Ok(Sighting::Elsewhere));
}

/// two machines that share a server.
#[tokio::test]
async fn a_token_used_on_one_machine_is_refused_on_the_other() {
    let server = Server::start();
    let mut machines = Vec::new();
    for _ in 0..2 {
        let seen = Seen::Redis(Redis::at(&server.url(), None).expect("an address"));
        let gate = gate_with(one_client(""), seen, WhenDown::Refuse);
        gate.refresh(Clock::System.now()).await;
        machines.push(guarded(gate));
    }
    let token = ES384.token(|_| ());
    assert_eq!(sign_with(&machines[0], &token).await, 200);
    assert_eq!(sign_with(&machines[1], &token).await, 401);
    assert_eq!(sign_with(&machines[0], &token).await, 401);
}

/// what happens while the server is down is a setting; it is used again when it is back.
#[tokio::test]
async fn a_server_that_is_down_refuses_or_accepts_as_the_site_has_set() {
    let server = Server::start();
    let url = server.url();
    let mut machines = Vec::new();
    for when_down in [WhenDown::Refuse, WhenDown::Accept] {
        let seen = Seen::Redis(Redis::at(&url, None).expect("an address"));
        let gate = gate_with(one_client(""), seen, when_down);
        gate.refresh(Clock::System.now()).await;
        machines.push(guarded(gate));
    }
    let token = ES384.token(|_| ());
    assert_eq!(sign_with(&machines[0], &token).await, 200);
    let port = server.stop();
    assert_eq!(sign_with(&machines[0], &ES384.token(|_| ())).await, 503);
    assert_eq!(sign_with(&machines[1], &ES384.token(|_| ())).await, 200);
    let wrong = ES384.token(|claims| claims["aud"] = json!(PUBLIC_URL));
    assert_eq!(
        sign_with(&machines[1], &wrong).await,
        401,
        "all else is still checked"
    );

    let _server = Server::start_at(port);
    // Each refusal waits for the server as long as a call does.
    let mut answers = Vec::new();
    for _ in 0..200 {
        answers.push(sign_with(&machines[0], &ES384.token(|_| ())).await);
        if answers.last() == Some(&200) {
            break;
        }
    }
    assert_eq!(answers.last(), Some(&200), "{answers:?}");
}

/// The first connection may take longer than a call waits for it.
async fn sighting(store: &Seen) -> Option<Sighting> {
    for number in 0..100 {
        let key = Key::of(&["https://ehr.example.org", &number.to_string()]);
        if let Ok(sighting) = store.sight(key, "a", MINUTE).await {
            return Some(sighting);
        }
    }
    None
}

/// `rediss://`: the server shows a certificate of the authority that `--ca-file` names, or is not spoken to.
#[tokio::test]
async fn a_shared_store_over_tls_is_trusted_by_the_authorities_of_the_site() {
    let authority = Authority::new();
    let server = Server::start_with_tls(&authority);
    let url = format!("rediss://127.0.0.1:{}", server.port);
    let at = |url: &str, authority: Option<&Authority>| {
        let pem = authority.map(Authority::pem);
        let store = Redis::at(&url.into(), pem.as_ref().map(String::as_bytes));
        Seen::Redis(store.expect("an address"))
    };
    let trusting = at(&url, Some(&authority));
    assert_eq!(sighting(&trusting).await, Some(Sighting::First));
    for (url, authority) in [
        (&url, Some(&Authority::new())),
        (&url, None),
        (&url.replace("rediss:", "redis:"), Some(&authority)),
    ] {
        let refused = at(url, authority);
        for _ in 0..3 {
            let key = Key::of(&["https://ehr.example.org", "1"]);
            assert!(refused.sight(key, "a", MINUTE).await.is_err(), "{url}");
        }
    }
    let gate = gate_with(one_client(""), trusting, WhenDown::Refuse);
    gate.refresh(Clock::System.now()).await;
    let machine = guarded(gate);
    let token = ES384.token(|_| ());
    assert_eq!(sign_with(&machine, &token).await, 200);
    assert_eq!(sign_with(&machine, &token).await, 401);
}

#[test]
fn certificates_of_a_shared_store_are_always_checked() {
    assert!(Redis::check("rediss://cache:6380").is_ok());
    assert!(Redis::check("rediss://cache:6380/#insecure").is_err());
}
