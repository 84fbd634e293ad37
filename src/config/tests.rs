use super::*;
use std::io::Write;

fn serve(arguments: &[&str]) -> Result<ServeSettings, clap::Error> {
    let line = ["opioid-cds", "serve"].iter().chain(arguments);
    match Cli::try_parse_from(line)?.command {
        Command::Serve(settings) => Ok(*settings),
        _ => unreachable!("the command is serve"),
    }
}

fn refusal(arguments: &[&str]) -> Option<String> {
    serve(arguments).expect("settings").refusal()
}

fn site(text: &str) -> Result<crate::patient::Site, SiteError> {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    read_site(file.path())
}

#[test]
fn the_command_line_is_well_formed() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

#[test]
fn without_authentication_only_a_loopback_or_development_service_starts() {
    assert!(refusal(&[]).is_some_and(|why| why.contains("--trusted-clients")));
    assert_eq!(refusal(&["--auth", "off"]), None);
    assert!(
        refusal(&["--auth", "off", "--listen", "0.0.0.0:80"])
            .is_some_and(|why| why.contains("0.0.0.0:80"))
    );
    assert_eq!(
        refusal(&["--auth", "off", "--listen", "0.0.0.0:80", "--development"]),
        None
    );
}

#[test]
fn clients_are_trusted_under_an_address_that_is_known() {
    let trusting = ["--trusted-clients", "clients.toml"];
    assert_eq!(refusal(&trusting), None);
    let outside = [&trusting[..], &["--listen", "0.0.0.0:80"]].concat();
    assert!(refusal(&outside).is_some_and(|why| why.contains("--public-url")));
    let named = [
        &outside[..],
        &["--public-url", "https://cds.example.org", "--plain-http"],
    ]
    .concat();
    assert_eq!(refusal(&named), None);
}

///
#[test]
fn plain_http_leaves_this_machine_only_where_that_is_said() {
    let outside = [
        "--trusted-clients",
        "clients.toml",
        "--public-url",
        "https://cds.example.org",
        "--listen",
        "0.0.0.0:80",
    ];
    assert!(refusal(&outside).is_some_and(|why| why.contains("--plain-http")));
    for more in [
        &["--plain-http"][..],
        &["--development"],
        &["--tls-cert", "a.pem", "--tls-key", "b.pem"],
    ] {
        assert_eq!(refusal(&[&outside[..], more].concat()), None, "{more:?}");
    }
    for half in ["--tls-cert", "--tls-key", "--tls-client-ca"] {
        assert!(serve(&[half, "a.pem"]).is_err(), "{half}");
    }
}

#[test]
fn the_files_of_tls_are_all_there_or_none_is() {
    assert_eq!(serve(&[]).expect("settings").tls.files, None);
    let files = ["--tls-cert", "a.pem", "--tls-key", "b.pem"];
    let given = |more: &[&str]| {
        let settings = serve(&[&files[..], more].concat()).expect("settings");
        settings.tls.files.expect("TLS")
    };
    let (plain, mutual) = (given(&[]), given(&["--tls-client-ca", "c.pem"]));
    assert_eq!(plain.tls_key.to_str(), Some("b.pem"));
    assert_eq!(plain.tls_client_ca, None);
    assert_eq!(mutual.tls_client_ca, Some("c.pem".into()));
}

/// Behind a proxy all clients have one address, and one of them could shut out the others.
#[test]
fn refused_tokens_are_limited_where_an_address_is_a_callers_own() {
    let most = |arguments: &[&str]| {
        let settings = serve(arguments).expect("settings");
        let most = settings.limits.refused(settings.tls.plain_http);
        most.map(std::num::NonZeroU32::get)
    };
    assert_eq!(most(&[]), Some(100));
    assert_eq!(most(&["--plain-http"]), None);
    assert_eq!(most(&["--plain-http", "--refused-limit", "5"]), Some(5));
    assert_eq!(most(&["--refused-limit", "0"]), None);
}

/// The address of a shared store may hold a password, which nothing shows.
#[test]
fn the_replay_guard_is_in_memory_in_a_shared_store_or_off() {
    for good in [
        "memory",
        "off",
        "redis://cache:6379",
        "rediss://user:s3cr3t@cache/0",
    ] {
        let settings = serve(&["--replay-guard", good]).expect("settings");
        assert!(!format!("{settings:?}").contains("s3cr3t"));
    }
    for bad in ["", "redis", "https://cache"] {
        assert!(serve(&["--replay-guard", bad]).is_err(), "{bad}");
    }
}

#[test]
fn quiet_periods_are_off_and_want_a_key_where_they_are_on() {
    let settings = serve(&["--auth", "off"]).expect("settings");
    assert!(matches!(settings.quiet.quiet_periods, QuietStore::Off));
    for good in ["memory", "rediss://user:s3cr3t@cache/0"] {
        let on = serve(&["--auth", "off", "--quiet-periods", good]).expect("settings");
        assert!(!format!("{on:?}").contains("s3cr3t"));
        let refusal = on.refusal().expect("no key");
        assert!(refusal.contains("--quiet-key-file"), "{refusal}");
        let key = ["--quiet-key-file", "key"];
        let on = [&["--auth", "off", "--quiet-periods", good][..], &key].concat();
        assert_eq!(serve(&on).expect("settings").refusal(), None);
    }
    assert!(serve(&["--quiet-periods", "yes"]).is_err());
}

#[test]
fn a_fixed_clock_is_for_development() {
    assert!(serve(&["--as-of", "2026-11-01T12:00:00Z"]).is_err());
    assert!(serve(&["--as-of", "2026-11-01T12:00:00Z", "--development"]).is_ok());
}

#[test]
fn origins_are_written_as_browsers_send_them() {
    assert!(serve(&["--cors-origin", "https://ehr.example.org"]).is_ok());
    for wrong in [
        "*",
        "https://ehr.example.org/",
        "ehr.example.org",
        "https://EHR.example.org",
        "https://a.example:443",
    ] {
        assert!(serve(&["--cors-origin", wrong]).is_err(), "{wrong}");
    }
}

#[test]
fn defaults_are_those_of_the_interface() {
    let settings = serve(&[]).expect("settings");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.management_listen.to_string(), "127.0.0.1:9090");
    assert_eq!(settings.calls.deadline_ms, 450);
    assert_eq!(settings.calls.max_body_bytes, 10_485_760);
    assert_eq!(settings.calls.max_cards_order_sign, 3);
    assert_eq!(settings.calls.max_cards_patient_view, 2);
}

#[test]
fn a_site_file_is_read() {
    let site = site("tz = \"America/Chicago\"\ngrace_days = 7\nincomplete_card = \"off\"\n")
        .expect("a site");
    assert_eq!((site.tz.as_str(), site.grace_days), ("America/Chicago", 7));
}

#[test]
fn a_fault_in_a_site_file_names_line_and_key() {
    for (text, line, key) in [
        ("grace_days = 7\ngrace_dayz = 7\n", 2, "grace_dayz"),
        ("\ngrace_days = \"seven\"\n", 2, "grace_days"),
        ("tz = \"Mars/Base\"\n", 1, "tz"),
        (
            "grace_days = 7\nfactor_set = \"cdc-1999\"\n",
            2,
            "factor_set",
        ),
        ("canonical_base = \"here\"\n", 1, "canonical_base"),
        ("grace_days = \n", 1, "grace_days"),
        ("taper_fast_percent = 250\n", 1, "taper_fast_percent"),
        (
            "grace_days = 7\ntaper_check_percent = 40\n",
            2,
            "taper_check_percent",
        ),
        ("followup_days = 0\n", 1, "followup_days"),
        ("services_available = [\"yoga\"]\n", 1, "services_available"),
        (
            "clinics = [\n{ kind = \"spa\", name = \"A\" },\n]\n",
            2,
            "spa",
        ),
        (
            "clinics = [\n{ kind = \"pain\", name = \"A\" },\n{ kind = \"pain\", name = \"<b>\" },\n]\n",
            3,
            "clinics: \"<b>\"",
        ),
        (
            "clinics = [{ kind = \"pain\", name = \"A\", phone = \"ask\" }]\n",
            1,
            "no telephone number",
        ),
        (
            "\nclinics = [{ kind = \"pain\", name = \"A\", url = \"http://a.example\" }]\n",
            2,
            "https",
        ),
        (
            "clinics = [{ kind = \"pain\", name = \"[A](https://b.example)\" }]\n",
            1,
            "at most 60 letters",
        ),
        ("patient_languages = [\"fr\"]\n", 1, "patient_languages"),
        ("pdmp_app_url = \"http://x.example\"\n", 1, "pdmp_app_url"),
    ] {
        match site(text) {
            Err(SiteError::Setting {
                line: found,
                message,
                ..
            }) => {
                assert_eq!(found, line, "{text}");
                assert!(message.contains(key), "{message}");
            }
            other => unreachable!("{text}: {other:?}"),
        }
    }
}
