//! Tokens: what is accepted, and that every refusal looks the same.

use super::signer::{ES256, ES384, ISSUER, PUBLIC_URL, RS384, Signer, base64url, claims, now};
use super::{SIGN, gate, guarded, one_client, post_with, sign_with};
use crate::service::{Answer, antibiotic, get, post, send};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

async fn service() -> Router {
    guarded(gate(one_client("")).await)
}

/// ES384 and RS384, a `kid` of any characters, further claims.
#[tokio::test]
async fn good_tokens_are_accepted() {
    let service = service().await;
    for signer in [&*ES384, &*RS384] {
        assert_eq!(sign_with(&service, &signer.token(|_| ())).await, 200);
    }
    let nbf = |claims: &mut Value| claims["nbf"] = json!(now() - 300);
    assert_eq!(sign_with(&service, &ES384.token(nbf)).await, 200);
    for scheme in ["bearer", "BEARER"] {
        let request = Request::post(SIGN)
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                header::AUTHORIZATION,
                format!("{scheme} {}", ES384.token(|_| ())),
            )
            .body(Body::from(antibiotic().to_string()))
            .expect("a request");
        assert_eq!(send(&service, request).await.status, 200, "{scheme}");
    }
}

/// lists, fractions, and the other endpoints.
#[tokio::test]
async fn claims_may_be_written_in_the_ways_that_the_specification_allows() {
    let service = service().await;
    let url = super::signer::SIGN_URL;
    for change in [
        |claims: &mut Value| claims["aud"] = json!(["https://a.example", super::signer::SIGN_URL]),
        |claims: &mut Value| claims["exp"] = json!(now() as f64 + 100.5),
        |claims: &mut Value| claims["exp"] = json!(now() - 10),
        |claims: &mut Value| claims["iat"] = json!(now() + 20),
        |claims: &mut Value| claims["tenant"] = json!("anything"),
    ] {
        assert_eq!(sign_with(&service, &ES384.token(change)).await, 200);
    }
    let feedback = format!("{SIGN}/feedback");
    let body = json!({"feedback": [{"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-11-01T12:00:00Z"}]});
    let token = ES384.token(|claims| claims["aud"] = json!(format!("{url}/feedback")));
    assert_eq!(
        post_with(&service, &feedback, &token, &body.to_string())
            .await
            .status,
        200
    );
    let token = ES384.token(|_| ());
    assert_eq!(
        post_with(&service, &feedback, &token, &body.to_string())
            .await
            .status,
        401
    );
}

/// Everything that is wrong with a token, one at a time.
fn bad_tokens() -> Vec<(&'static str, String)> {
    let other = Signer::ec(Algorithm::ES384);
    let claim = |name: &'static str, value: Value| ES384.token(|claims| claims[name] = value);
    let lacking = |name: &'static str| {
        ES384.token(|claims| {
            claims.as_object_mut().expect("an object").remove(name);
        })
    };
    let head = |name: &'static str, value: Value| ES384.token_with_header(|it| it[name] = value);
    let no_header = |name: &'static str| {
        ES384.token_with_header(|it| {
            it.as_object_mut().expect("an object").remove(name);
        })
    };
    let unsigned = |algorithm: &str| {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": super::KEY_ID});
        let parts = [header, claims()].map(|part| base64url(part.to_string().as_bytes()));
        format!("{}.", parts.join("."))
    };
    let good = ES384.token(|_| ());
    let (message, _) = good.rsplit_once('.').expect("three parts");
    let host = format!("http://localhost{SIGN}");
    let long = ES384.token(|claims| claims["more"] = json!("x".repeat(9000)));
    vec![
        ("R-290 empty", String::new()),
        ("R-290 no token", "abc".to_owned()),
        ("R-290 no JSON", "a.b.c".to_owned()),
        ("R-291 none", unsigned("none")),
        ("R-291 None", unsigned("None")),
        ("R-291 HS384", head("alg", json!("HS384"))),
        ("R-291 HMAC with the public key", hmac_with_public_key()),
        (
            "R-292 not configured",
            ES256.token_with_header(|it| it["kid"] = json!("other")),
        ),
        ("R-293 no kid", no_header("kid")),
        ("R-293 empty kid", head("kid", json!(""))),
        ("R-293 other kid", head("kid", json!("k/1+"))),
        ("R-293 no typ", no_header("typ")),
        ("R-293 other typ", head("typ", json!("at+jwt"))),
        (
            "R-294 foreign jku",
            head("jku", json!("https://evil.example/jwks.json")),
        ),
        ("R-296 no iss", lacking("iss")),
        (
            "R-296 unknown iss",
            claim("iss", json!("https://ehr.example.org")),
        ),
        ("R-296 iss of another type", claim("iss", json!([ISSUER]))),
        ("R-297 no aud", lacking("aud")),
        ("R-297 the base", claim("aud", json!(PUBLIC_URL))),
        (
            "R-297 another service",
            claim(
                "aud",
                json!(format!("{PUBLIC_URL}/cds-services/opioid-patient-view")),
            ),
        ),
        (
            "R-297 a slash more",
            claim("aud", json!(format!("{}/", super::signer::SIGN_URL))),
        ),
        ("R-297 the Host header", claim("aud", json!(host))),
        ("R-297 an empty list", claim("aud", json!([]))),
        ("R-299 no exp", lacking("exp")),
        ("R-299 past", claim("exp", json!(now() - 31))),
        ("R-299 a text", claim("exp", json!("tomorrow"))),
        ("R-300 no iat", lacking("iat")),
        (
            "R-300 ahead",
            ES384.token(|it| {
                it["iat"] = json!(now() + 60);
                it["exp"] = json!(now() + 90);
            }),
        ),
        ("R-300 ten years", claim("exp", json!(now() + 315_360_000))),
        ("R-301 no jti", lacking("jti")),
        ("R-301 empty jti", claim("jti", json!(""))),
        ("R-303 nbf ahead", claim("nbf", json!(now() + 60))),
        ("R-306 another's key", other.token(|_| ())),
        (
            "R-306 jwk",
            other.token_with_header(|it| it["jwk"] = other.jwk(super::KEY_ID)),
        ),
        (
            "R-306 x5u",
            other.token_with_header(|it| it["x5u"] = json!("https://evil.example/cert")),
        ),
        (
            "R-306 x5c",
            other.token_with_header(|it| it["x5c"] = json!(["MIIB"])),
        ),
        ("R-306 crit", head("crit", json!(["exp"]))),
        ("R-306 empty crit", head("crit", json!([]))),
        (
            "R-306 b64",
            ES384.token_with_header(|it| {
                it["b64"] = json!(false);
                it["crit"] = json!(["b64"]);
            }),
        ),
        (
            "R-306 another algorithm of the kid",
            head("alg", json!("RS384")),
        ),
        ("R-306 too long", long),
        ("no signature", format!("{message}.")),
        (
            "another signature",
            format!("{message}.{}", "A".repeat(128)),
        ),
        ("four parts", format!("{good}.a")),
    ]
}

/// The trick of taking a public key for a shared secret.
fn hmac_with_public_key() -> String {
    let secret = jsonwebtoken::EncodingKey::from_secret(ES384.jwk("").to_string().as_bytes());
    let mut header = jsonwebtoken::Header::new(Algorithm::HS256);
    header.kid = Some(super::KEY_ID.to_owned());
    jsonwebtoken::encode(&header, &claims(), &secret).expect("a token")
}

/// one and the same answer whatever is wrong.
#[tokio::test]
async fn bad_tokens_are_refused_and_all_refusals_are_alike() {
    let service = service().await;
    let alike = post(&service, SIGN, antibiotic().to_string()).await;
    assert_401(&alike, "R-290 no header");
    for (what, token) in bad_tokens() {
        let answer = post_with(&service, SIGN, &token, &antibiotic().to_string()).await;
        assert_401(&answer, what);
        assert_eq!(answer.text, alike.text, "{what}");
    }
    for values in [
        vec!["Basic dXNlcjpwYXNz".to_owned()],
        vec![ES384.token(|_| ())],
        vec![
            format!("Bearer {}", ES384.token(|_| ())),
            format!("Bearer {}", ES384.token(|_| ())),
        ],
    ] {
        let request = values.iter().fold(Request::post(SIGN), |request, value| {
            request.header(header::AUTHORIZATION, value)
        });
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(antibiotic().to_string()));
        let answer = send(&service, request.expect("a request")).await;
        assert_401(&answer, "headers");
        assert_eq!(answer.text, alike.text);
    }
}

fn assert_401(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}");
    assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer", "{what}");
    answer.refusal();
    let body = answer.json();
    assert_eq!(body["issue"][0]["code"], "login");
    assert_eq!(body["issue"][0].get("diagnostics"), None);
}

/// R-309, and the order of checks: route and method first, then who asks, then the body.
#[tokio::test]
async fn who_asks_is_settled_before_the_body_is_read() {
    let service = service().await;
    for body in ["{", "", "\u{0}", "[]"] {
        assert_eq!(post(&service, SIGN, body.to_owned()).await.status, 401);
    }
    let plain = Request::post(SIGN)
        .body(Body::from("x"))
        .expect("a request");
    assert_eq!(send(&service, plain).await.status, 401);
    assert_eq!(
        post_with(&service, SIGN, &ES384.token(|_| ()), "{")
            .await
            .status,
        400
    );
    assert_eq!(
        post(&service, "/cds-services/no-such", "{").await.status,
        404
    );
    assert_eq!(get(&service, SIGN).await.status, 405);
}

/// R-037, and what needs no token.
#[tokio::test]
async fn discovery_health_and_pages_need_no_token() {
    let service = service().await;
    for path in [
        "/cds-services",
        "/health/live",
        "/health/ready",
        "/openapi.yaml",
        "/guides",
    ] {
        assert_eq!(get(&service, path).await.status, 200, "{path}");
    }
}

/// what stands in the body is no token of the client's, and no token of the client's is FHIR's.
#[tokio::test]
async fn the_access_token_of_the_body_is_another_thing() {
    let mut body = antibiotic();
    body["fhirServer"] = json!("https://ehr.example.org/fhir");
    body["fhirAuthorization"] = json!({
        "access_token": "no.jwt.at-all", "token_type": "Bearer", "expires_in": 300,
        "scope": "system/*.rs", "subject": "cds"
    });
    let service = service().await;
    let answer = post_with(&service, SIGN, &ES384.token(|_| ()), &body.to_string()).await;
    assert_eq!(answer.status, 200);
    body["fhirAuthorization"]["access_token"] = json!(ES384.token(|_| ()));
    assert_eq!(post(&service, SIGN, body.to_string()).await.status, 401);
}

/// the four modes.
#[tokio::test]
async fn a_token_that_comes_twice_is_taken_as_the_client_is_set() {
    for (mode, again, elsewhere) in [
        ("enforce", 401, 401),
        ("per-endpoint", 200, 401),
        ("warn", 200, 200),
        ("off", 200, 200),
    ] {
        let service = guarded(gate(one_client(&format!("jti = \"{mode}\""))).await);
        let view = format!("{PUBLIC_URL}/cds-services/opioid-patient-view");
        let both = json!([super::signer::SIGN_URL, view]);
        let token = ES384.token(|claims| claims["aud"] = both);
        assert_eq!(sign_with(&service, &token).await, 200, "{mode}");
        assert_eq!(sign_with(&service, &token).await, again, "{mode} again");
        let body = crate::service::view().to_string();
        let answer = post_with(&service, "/cds-services/opioid-patient-view", &token, &body).await;
        assert_eq!(answer.status, elsewhere, "{mode} elsewhere");
        assert_eq!(
            sign_with(&service, &ES384.token(|_| ())).await,
            200,
            "{mode}: a new one"
        );
    }
}

/// a token that is refused for another reason is not used up.
#[tokio::test]
async fn a_refused_token_leaves_no_trace() {
    let service = service().await;
    let token = ES384.token(|_| ());
    let answer = post_with(&service, "/cds-services/opioid-patient-view", &token, "{}").await;
    assert_eq!(answer.status, 401);
    assert_eq!(sign_with(&service, &token).await, 200);
}

/// what a client's record adds and narrows.
#[tokio::test]
async fn a_client_has_its_own_algorithms_audiences_and_tenants() {
    let more = "algorithms = [\"ES256\"]\naudiences = [\"sand_man\"]\ntenants = [\"north\"]";
    let service = guarded(gate(one_client(more)).await);
    let sign = |tenant: Value, audience: &str| {
        let mut claims = claims();
        (claims["tenant"], claims["aud"]) = (tenant, json!(audience));
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": "other"});
        ES256.sign(&header, &claims)
    };
    assert_eq!(
        sign_with(&service, &sign(json!("north"), "sand_man")).await,
        200
    );
    assert_eq!(
        sign_with(&service, &sign(json!("north"), super::signer::SIGN_URL)).await,
        200
    );
    assert_eq!(
        sign_with(&service, &sign(json!("south"), "sand_man")).await,
        401
    );
    assert_eq!(
        sign_with(&service, &sign(json!(null), "sand_man")).await,
        401
    );
    assert_eq!(
        sign_with(&service, &ES384.token(|it| it["tenant"] = json!("north"))).await,
        401
    );
}
