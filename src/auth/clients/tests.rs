use super::*;
use std::io::Write;

const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-384","kid":"1","use":"sig",
    "x":"CJL_hkISE5HSu4hbUbrCkdkPxl-Tlp3HoCBGwJpfyFxIq0X_f2KwfVNqdyBoAnBH",
    "y":"KUMEI2Y6j7hJWkYGQb5rWBBYrbh-z_EmyOo_YvA6zcs9QYqFDy_OHBc3hEoQlBsk"}]}"#;

fn read(text: &str, latitude: Latitude) -> Result<Clients, ClientsError> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("keys.json"), KEYS).expect("written");
    std::fs::write(folder.path().join("empty.json"), r#"{"keys":[]}"#).expect("written");
    let path = folder.path().join("clients.toml");
    let mut file = std::fs::File::create(&path).expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    Clients::read(&path, latitude)
}

fn strict(text: &str) -> Result<Clients, ClientsError> {
    read(text, Latitude::default())
}

/// R-292, R-296, R-298, R-301, R-302, and section 15
#[test]
fn a_client_is_one_record() {
    let clients = strict(
        r#"
[[client]]
iss = "https://ehr.example.org/fhir"
name = "example-hospital"
jku = ["https://ehr.example.org/jwks.json"]
jwks_file = "keys.json"
algorithms = ["RS384", "ES256"]
audiences = ["cds"]
tenants = ["north"]
jti = "per-endpoint"
fhir_servers = ["https://ehr.example.org/fhir"]
services = ["opioid-order-sign"]
topic_code = "alphanumeric"
selection_behavior = "any"
max_cards_order_sign = 1
max_cards_patient_view = 1
deadline_ms = 2000
prefetch_keys = { pat = "patient" }

[[client]]
iss = "https://kit.example.org"
jwks_file = "keys.json"
"#,
    )
    .expect("clients");
    let client = clients.of("https://ehr.example.org/fhir").expect("one");
    assert_eq!(client.name, "example-hospital");
    assert_eq!(client.keys.len(), 2);
    assert_eq!(client.algorithms, [Algorithm::RS384, Algorithm::ES256]);
    assert_eq!(
        (&client.audiences[0], &client.tenants[0]),
        (&"cds".into(), &"north".into())
    );
    assert_eq!(client.jti, JtiMode::PerEndpoint);
    assert_eq!(client.deadline, Some(Duration::from_secs(2)));
    assert!(client.cards.alphanumeric_topic && client.cards.any_only);
    assert_eq!(client.prefetch_keys["pat"], "patient");
    let plain = clients.of("https://kit.example.org").expect("the other");
    assert_eq!(plain.algorithms, [Algorithm::ES384, Algorithm::RS384]);
    assert_eq!((plain.jti, &plain.name), (JtiMode::Enforce, &plain.issuer));
    assert_eq!(clients.of("https://ehr.example.org/fhir/"), None);
    assert_eq!(clients.all().count(), 2);
}

/// Each fault with the line and the field that it stands in.
#[test]
fn faults_are_named_by_line_and_field() {
    let client = "[[client]]\niss = \"https://a.example\"\njwks_file = \"keys.json\"\n";
    for (text, line, words) in [
        ("[[client]]\niss = 5\n".to_owned(), 2, "iss"),
        ("[[client]]\niss = \"\"\n".to_owned(), 2, "iss"),
        ("[[client]]\niss = \"a b\"\n".to_owned(), 2, "iss"),
        (
            "\n[[client]]\niss = \"a\"\n".to_owned(),
            2,
            "jku or jwks_file",
        ),
        (format!("{client}{client}"), 5, "twice"),
        (format!("{client}speed = 1\n"), 4, "speed"),
        (format!("{client}jti = \"never\"\n"), 4, "jti"),
        (
            format!("{client}algorithms = [\"HS256\"]\n"),
            4,
            "algorithms",
        ),
        (
            format!("{client}algorithms = [\"none\"]\n"),
            4,
            "algorithms",
        ),
        (
            format!("{client}algorithms = [\n\"RS384\",\n\"RS1\"]\n"),
            6,
            "algorithms",
        ),
        (
            format!("{client}jku = \"https://a.example/jwks\"\n"),
            4,
            "jku",
        ),
        (
            format!("{client}jku = [\"http://a.example/jwks\"]\n"),
            4,
            "https://",
        ),
        (
            format!("{client}jku = [\"http://127.0.0.1/jwks\"]\n"),
            4,
            "https://",
        ),
        (
            format!("{client}jku = [\"https://u:p@a.example/\"]\n"),
            4,
            "jku",
        ),
        (
            format!("{client}jku = [\"https://A.example/jwks\"]\n"),
            4,
            "https://a.example/jwks",
        ),
        (
            format!("{client}fhir_servers = [\"ftp://a\"]\n"),
            4,
            "fhir_servers",
        ),
        (format!("{client}deadline_ms = 5\n"), 4, "deadline_ms"),
        (
            "[[client]]\niss = \"a\"\njwks_file = \"none.json\"\n".to_owned(),
            3,
            "jwks_file",
        ),
        (
            "[[client]]\niss = \"a\"\njwks_file = \"empty.json\"\n".to_owned(),
            3,
            "jwks_file",
        ),
        (
            "[[client]]\niss = \"a\"\njwks_file = \"clients.toml\"\n".to_owned(),
            3,
            "jwks_file",
        ),
        (
            "[[client]]\niss = \"https://sandbox.cds-hooks.org\"\njwks_file = \"keys.json\"\n"
                .to_owned(),
            2,
            "private key",
        ),
    ] {
        match strict(&text) {
            Err(ClientsError::Field {
                line: found,
                message,
                ..
            }) => {
                assert!(
                    found == line && message.contains(words),
                    "{text}: {found}: {message}"
                );
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let missing = Clients::read(Path::new("/nowhere/clients.toml"), Latitude::default());
    assert!(matches!(missing, Err(ClientsError::Unreadable { .. })));
}

/// R-294: plain http to this machine, and the sandbox whose key everybody has, are for development alone.
#[test]
fn development_allows_what_production_must_not() {
    let text = "[[client]]\niss = \"https://sandbox.cds-hooks.org\"\njku = [\"http://127.0.0.1:4567/jwks.json\"]\n";
    assert!(strict(text).is_err());
    assert!(read(text, Latitude { development: true }).is_ok());
    let far = text.replace("127.0.0.1", "ehr.example.org");
    assert!(read(&far, Latitude { development: true }).is_err());
}

/// What the documentation shows is what is read.
#[test]
fn the_example_file_is_good() {
    let example = include_str!("../../../deploy/clients.example.toml");
    let clients = strict(example).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(clients.all().count(), 3);
    let open: String = example
        .lines()
        .skip_while(|line| !line.starts_with("# An EHR that hands over"))
        .skip(2)
        .filter_map(|line| line.strip_prefix("# "))
        .map(|line| format!("{}\n", line.replace("ehr-keys", "keys")))
        .collect();
    let clients = strict(&open).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        clients
            .of("https://ehr.example.org")
            .map(|it| it.tenants.len()),
        Some(2)
    );
}
