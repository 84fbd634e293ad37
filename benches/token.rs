//! What it costs to let a client in: the whole check of one token, by algorithm.
//!
//! `cargo bench --bench token`. ES384 and RS384 are what clients may use without being set so; docs/auth.md has figures.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
};
use divan::{Bencher, black_box};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use opioid_cds::auth::{
    Authorities, Clients, Gate, GateSettings, Latitude, WhenDown, install_cryptography,
};
use opioid_cds::hooks::Clock;
use opioid_cds::store::{Memory, Seen};
use serde_json::json;
use std::sync::LazyLock;

const PATH: &str = "/cds-services/opioid-order-sign";
const URL: &str = "https://cds.example.org";

fn main() {
    install_cryptography();
    divan::main();
}

/// A gate that knows all three keys, and a header with a token of each.
struct Prepared {
    gate: Gate,
    headers: [(Algorithm, String); 3],
}

static PREPARED: LazyLock<Prepared> = LazyLock::new(|| {
    let keys = [
        (Algorithm::ES384, ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
        (Algorithm::ES256, ec(&ECDSA_P256_SHA256_FIXED_SIGNING)),
        (Algorithm::RS384, rsa()),
    ];
    let set: Vec<_> = keys
        .iter()
        .map(|(algorithm, key)| {
            let mut jwk = Jwk::from_encoding_key(key, *algorithm).expect("a public key");
            jwk.common.key_id = Some(format!("{algorithm:?}"));
            jwk
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        file
    };
    write("keys.json", json!({"keys": set}).to_string());
    let file = write(
        "clients.toml",
        "[[client]]\niss = \"a\"\njwks_file = \"keys.json\"\njti = \"off\"\n\
         algorithms = [\"ES384\", \"ES256\", \"RS384\"]\n"
            .to_owned(),
    );
    let gate = Gate::new(GateSettings {
        clients: Clients::read(&file, Latitude::default()).expect("clients"),
        authorities: &Authorities::default(),
        seen: Seen::Memory(Memory::default()),
        when_down: WhenDown::Refuse,
        public_url: URL,
    })
    .expect("a gate");
    let now = Clock::System.now();
    runtime().block_on(gate.refresh(now));
    let iat = now.as_second();
    let claims = json!({"iss": "a", "aud": format!("{URL}{PATH}"), "iat": iat, "exp": iat + 3600, "jti": "1"});
    let headers = keys.map(|(algorithm, key)| {
        let mut header = Header::new(algorithm);
        header.kid = Some(format!("{algorithm:?}"));
        let token = encode(&header, &claims, &key).expect("a token");
        (algorithm, format!("Bearer {token}"))
    });
    Prepared { gate, headers }
});

fn ec(kind: &'static aws_lc_rs::signature::EcdsaSigningAlgorithm) -> EncodingKey {
    let random = aws_lc_rs::rand::SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
    EncodingKey::from_ec_der(pkcs8.as_ref())
}

fn rsa() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let key = rcgen::KeyPair::try_from(pair.as_der().expect("PKCS#8").as_ref()).expect("a key");
    EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).expect("a key")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// From the header to the caller.
#[divan::bench(args = [Algorithm::ES384, Algorithm::ES256, Algorithm::RS384])]
fn admit(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let prepared = &*PREPARED;
    let header = prepared.headers.iter().find(|(its, _)| *its == algorithm);
    let (_, header) = header.expect("one of each");
    let now = Clock::System.now();
    let runtime = runtime();
    bencher.bench(|| {
        let values: [&[u8]; 1] = [black_box(header.as_bytes())];
        let admitting = prepared.gate.admit(&values, PATH, now);
        runtime.block_on(admitting).expect("let in")
    });
}
