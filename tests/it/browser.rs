//! The preview page in Chromium, driven through chromedriver: what a person does, seen on the screen.
//!
//! Needs Chromium and its driver, and axe-core for the accessibility scan; `.ci/run` installs all three.
//! Without them the tests fail and say how to install them: a skipped test would look like a passed one.

use crate::service::AS_OF;
use axum::Router;
use axum::http::Method;
use axum::response::Html;
use axum::routing::get;
use fantoccini::elements::Element;
use fantoccini::wd::{PrintConfiguration, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

/// A busy build machine takes its time; nothing waits longer than its condition.
const PATIENCE: Duration = Duration::from_secs(90);
/// Version of axe-core that `.ci/run` fetches.
const AXE: &str = "axe-core-4.14.1/axe.min.js";

/// One browser at a time: each takes a processor for itself.
static TURN: Mutex<()> = Mutex::const_new(());

const INSTALL: &str = "the browser tests need Chromium and its driver: apt-get install --yes chromium chromium-driver";

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program and reads its output up to a line with this text.
fn started(mut command: Command, mark: &str, advice: &str) -> (Running, String) {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut running = Running(child.unwrap_or_else(|error| panic!("{error}: {advice}")));
    let output = running.0.stdout.take().expect("piped");
    let mut lines = BufReader::new(output).lines();
    let line = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| line.contains(mark))
        .unwrap_or_else(|| panic!("ended without \"{mark}\": {advice}"));
    // Whoever writes to a pipe that nobody reads stops.
    std::thread::spawn(move || lines.for_each(drop));
    (running, line)
}

/// The demo, a driver and a browser, and nobody else's turn.
struct Stage {
    client: Client,
    /// `http://127.0.0.1:…`, of the demo's service.
    service: String,
    _demo: Running,
    _driver: Running,
    _profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// Which colors the system asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scheme {
    Light,
    Dark,
}

impl Stage {
    async fn open(scheme: Scheme, arguments: &[&str]) -> Stage {
        let turn = TURN.lock().await;
        let mut demo = Command::new(env!("CARGO_BIN_EXE_opioid-cds"));
        demo.args(["demo", "--listen", "127.0.0.1:0", "--fhir-listen"])
            .args(["127.0.0.1:0", "--management-listen", "127.0.0.1:0"])
            .args(["--log", "warn", "--as-of", AS_OF])
            .args(arguments);
        let (demo, line) = started(demo, "/preview", "the demo did not start");
        let address = line.split_whitespace().last().expect("an address");
        let service = address.trim_end_matches("/preview").to_owned();

        let mut driver = Command::new("chromedriver");
        driver.arg("--port=0");
        let (driver, line) = started(driver, "started successfully on port", INSTALL);
        let port = line.rsplit(' ').next().expect("a port");
        let port = port.trim_end_matches('.');

        let profile = TempDir::new().expect("a folder");
        let client = browser(port, &profile, scheme).await;
        Stage {
            client,
            service,
            _demo: demo,
            _driver: driver,
            _profile: profile,
            _turn: turn,
        }
    }

    /// In light colors, with the orders of a case signed.
    async fn signed() -> Stage {
        let stage = Stage::open(Scheme::Light, &[]).await;
        stage.sign(APNEA).await;
        stage
    }

    /// Opens the page of a case, and signs.
    async fn sign(&self, page: &str) {
        self.go(page).await;
        self.click(SIGN).await;
    }

    async fn go(&self, path: &str) {
        let address = format!("{}{path}", self.service);
        self.client.goto(&address).await.expect("a page");
    }

    /// Waits for it.
    async fn see(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE);
        wait.for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Waits until an element that fits holds this text.
    async fn read(&self, element: &str, text: &str) -> Element {
        let path = format!("//{element}[contains(normalize-space(.), \"{text}\")]");
        let wait = self.client.wait().at_most(PATIENCE);
        match wait.for_element(Locator::XPath(&path)).await {
            Ok(found) => found,
            Err(error) => {
                let page = self.see("body").await.text().await.unwrap_or_default();
                panic!("{path}: {error}\n{page}")
            }
        }
    }

    async fn click(&self, css: &str) {
        // From the middle of the window, so that nothing lies over it.
        let script = "arguments[0].scrollIntoView({block: 'center'})";
        let element = self.see(css).await;
        let target = serde_json::to_value(&element).expect("an element");
        self.client
            .execute(script, vec![target])
            .await
            .expect("scrolled");
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    async fn text(&self, css: &str) -> String {
        self.see(css).await.text().await.expect("text")
    }

    /// Runs a script in the page; `done` takes its answer.
    async fn script(&self, body: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {body}");
        self.client
            .execute_async(&script, Vec::new())
            .await
            .expect("an answer")
    }

    async fn close(self) {
        self.client.clone().close().await.expect("closed");
    }
}

async fn browser(port: &str, profile: &TempDir, scheme: Scheme) -> Client {
    // Two providers are linked in; the first to install one decides.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut arguments: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1400,1000",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.path().display()));
    if scheme == Scheme::Dark {
        arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
    }
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": {"args": arguments},
        "timeouts": {"script": 90_000, "pageLoad": 90_000},
    });
    let Value::Object(capabilities) = capabilities else {
        unreachable!("an object")
    };
    ClientBuilder::rustls()
        .expect("a connector")
        .capabilities(capabilities)
        .connect(&format!("http://127.0.0.1:{port}"))
        .await
        .unwrap_or_else(|error| panic!("{error}: {INSTALL}"))
}

const SIGN: &str = "button[data-fire='order-sign']";
const APNEA: &str = "/preview?case=naloxone-offer/fires-sleep-apnea";
const NALOXONE: &str = "Add naloxone 4 mg nasal spray";

#[tokio::test]
async fn a_patient_is_chosen_the_order_signed_and_a_suggestion_taken() {
    let stage = Stage::open(Scheme::Light, &[]).await;
    stage.go("/preview").await;
    stage
        .click("a[data-case='opioid-benzo/fires-new-hydrocodone-beside-lorazepam']")
        .await;
    stage.read("li", "hydrocodone").await;
    stage
        .click("a[data-case='naloxone-offer/fires-sleep-apnea']")
        .await;
    stage.read("ul[@id='orders']/li", "oxycodone").await;
    stage.click(SIGN).await;
    stage.read("article", "sleep apnea").await;
    stage.read("p[@id='said']", "cards").await;
    let urgency = stage.text("article .urgency").await;
    assert!(
        ["Information", "Warning", "Critical"].contains(&urgency.trim()),
        "{urgency}"
    );

    let offer = stage.read("button", NALOXONE).await;
    offer.click().await.expect("clicked");
    stage.read("ul[@id='orders']/li", "naloxone").await;
    stage.read("p[@id='said']", "feedback was sent (200)").await;
    let sent = stage
        .script("done(document.querySelector('#raw-feedback').textContent)")
        .await;
    let sent = sent.as_str().expect("text");
    assert!(
        sent.contains("\"accepted\"") && sent.contains("acceptedSuggestions"),
        "{sent}"
    );

    // Asked anew with the naloxone among the drafts, the offer is gone.
    stage.click(SIGN).await;
    stage.read("p[@id='said']", "card").await;
    let offers = stage
        .script(&format!(
            "done([...document.querySelectorAll('.suggestion')].filter(b => b.textContent.includes('{NALOXONE}')).length)"
        ))
        .await;
    assert_eq!(offers, json!(0));
    stage.close().await;
}

#[tokio::test]
async fn the_words_follow_the_patients_language() {
    let stage = Stage::signed().await;
    stage.read("article", "Words you could use").await;
    stage.click("#lang option[value='es']").await;
    let said = stage.see("article span[lang='es']").await;
    let said = said.text().await.expect("text");
    assert!(said.contains('¿'), "{said}");
    stage.click("#lang option[value='en']").await;
    stage
        .read("p[strong[.='Words you could use:']]", "you")
        .await;
    stage.close().await;
}

#[tokio::test]
async fn a_card_is_dismissed_with_a_reason() {
    let stage = Stage::signed().await;
    stage.click("article .dismiss summary").await;
    stage.click("article .dismiss-now").await;
    stage.read("p", "Choose a reason, or write one.").await;
    stage.click("article input[value='already-has-it']").await;
    stage.click("article .dismiss-now").await;
    stage.read("p", "Reason: Already has it.").await;
    stage.read("p[@id='said']", "feedback was sent (200)").await;
    let sent = stage
        .script("done(document.querySelector('#raw-feedback').textContent)")
        .await;
    let sent = sent.as_str().expect("text");
    assert!(
        sent.contains("\"overridden\"") && sent.contains("already-has-it"),
        "{sent}"
    );
    stage.close().await;
}

#[tokio::test]
async fn what_is_pasted_is_read_or_the_fault_is_named() {
    let stage = Stage::open(Scheme::Light, &[]).await;
    stage.go("/preview").await;
    stage.click("#own summary").await;
    let paste = |text: &'static str| {
        let stage = &stage;
        async move {
            let pasted = stage.see("#pasted").await;
            pasted.clear().await.expect("cleared");
            pasted.send_keys(text).await.expect("typed");
            stage.click("#load").await;
        }
    };
    paste("{\"hook\": \"order-sign\",,}").await;
    stage.read("p", "line 1, column 23").await;
    paste("{\"hook\": \"order-sign\"}").await;
    stage.read("p", "hookInstance is required").await;
    paste(
        "{\"hook\":\"patient-view\",\"hookInstance\":\"a\",\"context\":{\"userId\":\"Practitioner/1\",\"patientId\":\"1\"},\
         \"prefetch\":{\"patient\":{\"resourceType\":\"Patient\",\"id\":\"1\",\"name\":[{\"family\":\"Pasted\"}]}}}",
    )
    .await;
    stage.read("p", "Pasted").await;
    stage.click("button[data-fire='patient-view']").await;
    stage.read("p", "412").await;
    stage.close().await;
}

#[tokio::test]
async fn words_are_changed_in_the_page_only() {
    let stage = Stage::signed().await;
    stage.read("article", "sleep apnea").await;
    stage.click("#words summary").await;
    let rewrite = |from: &str, to: &str| {
        format!(
            "const box = document.querySelector('#word-text'); const before = box.value; \
             box.value = before.replace({from}, {to}); done(box.value !== before)"
        )
    };
    stage
        .script(
            "const look = () => document.querySelector('#word-text').value.startsWith('# ') ? done(true) : requestAnimationFrame(look); look()",
        )
        .await;
    let changed = stage.script(&rewrite("/^# .*/", "'# {{ nobody }}'")).await;
    assert_eq!(changed, json!(true));
    stage.click("#show-words").await;
    stage.read("p", "line 1").await;
    stage
        .script(&rewrite("/^# .*/", "'# Words of a reviewer'"))
        .await;
    stage.click("#show-words").await;
    stage.read("h3", "Words of a reviewer").await;
    stage.click(SIGN).await;
    stage.read("p", "Changed words.").await;
    stage.sign(APNEA).await;
    stage.read("article", "sleep apnea").await;
    let left = stage
        .script("done(document.body.textContent.includes('Words of a reviewer'))")
        .await;
    assert_eq!(left, json!(false));
    stage.close().await;
}

#[tokio::test]
async fn the_booklet_prints() {
    let stage = Stage::open(Scheme::Light, &[]).await;
    stage.go("/preview/booklet?rule=naloxone-offer").await;
    stage.read("dt", "Reading level of the words to say").await;
    let pdf = stage
        .client
        .print(PrintConfiguration::default())
        .await
        .expect("a PDF");
    assert!(
        pdf.starts_with(b"%PDF") && pdf.len() > 20_000,
        "{}",
        pdf.len()
    );
    stage.close().await;
}

/// WCAG 2.2 A and AA, and best practices: nothing serious or critical.
#[tokio::test]
async fn pages_are_accessible_in_light_and_dark() {
    let axe = axe();
    for scheme in [Scheme::Light, Scheme::Dark] {
        let stage = Stage::open(scheme, &[]).await;
        let dark = stage
            .script("done(matchMedia('(prefers-color-scheme: dark)').matches)")
            .await;
        assert_eq!(dark, json!(scheme == Scheme::Dark));
        stage.go("/preview").await;
        stage.scan(&axe, scheme, "first look").await;
        stage.click(SIGN).await;
        stage.read("article", "sleep apnea").await;
        stage
            .script(
                "for (const one of document.querySelectorAll('details')) one.open = true; done()",
            )
            .await;
        stage.see("#why table").await;
        stage.scan(&axe, scheme, "cards and reasons").await;
        stage
            .read("button", NALOXONE)
            .await
            .click()
            .await
            .expect("clicked");
        stage.read("ul[@id='orders']/li", "naloxone").await;
        stage.scan(&axe, scheme, "a suggestion taken").await;
        stage.narrow_to(390).await;
        stage.scan(&axe, scheme, "phone").await;
        let wide = stage
            .script(
                "done(document.documentElement.scrollWidth - document.documentElement.clientWidth)",
            )
            .await;
        assert_eq!(wide, json!(0), "a phone scrolls sideways");
        stage.go("/preview/booklet?rule=mme-total").await;
        stage.scan(&axe, scheme, "booklet").await;
        stage.close().await;
    }
}

/// A command of Chromium's own protocol: windows do not get as narrow as phones.
#[derive(Debug)]
struct Cdp(Value);

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

impl Stage {
    async fn narrow_to(&self, width: u32) {
        let size = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": size});
        self.client.issue_cmd(Cdp(command)).await.expect("a phone");
        assert_eq!(self.script("done(innerWidth)").await, json!(width));
    }

    async fn scan(&self, axe: &str, scheme: Scheme, state: &str) {
        self.client
            .execute(axe, Vec::new())
            .await
            .expect("axe-core");
        let found = self
            .script(
                "axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations \
                 .filter(one => ['serious', 'critical'].includes(one.impact)) \
                 .map(one => one.id + ': ' + one.nodes.map(node => node.html).slice(0, 3).join(' | '))))",
            )
            .await;
        assert_eq!(found, json!([]), "{state}, {scheme:?}");
    }
}

fn axe() -> String {
    let folder = std::env::home_dir()
        .expect("a home")
        .join(".cache/opioid-cds");
    let file: PathBuf = folder.join(AXE);
    std::fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}. `.ci/axe` fetches axe-core with npm",
            file.display()
        )
    })
}

/// The CDS Hooks sandbox is a page of another origin: what its browser sends, and what it may read of the answers.
#[tokio::test]
async fn a_page_of_a_listed_origin_discovers_calls_and_sends_feedback() {
    let sandbox = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let origin = format!("http://{}", sandbox.local_addr().expect("an address"));
    let page = || async { Html("<!doctype html><title>sandbox</title>") };
    let other = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let stranger = format!("http://{}", other.local_addr().expect("an address"));
    for listener in [sandbox, other] {
        let pages = Router::new().route("/", get(page));
        tokio::spawn(async move { axum::serve(listener, pages).await });
    }
    let stage = Stage::open(Scheme::Light, &["--cors-origin", &origin]).await;
    let service = &stage.service;
    let visit = format!(
        "const service = '{service}'; const token = {{Authorization: 'Bearer a.b.c'}}; \
         const send = (path, body) => fetch(service + path, {{method: 'POST', headers: {{...token, 'Content-Type': 'application/json'}}, body}}); \
         (async () => {{ \
           const discovery = await (await fetch(service + '/cds-services', {{headers: token}})).json(); \
           const id = discovery.services.find(one => one.hook === 'order-sign').id; \
           const call = {call}; \
           const cards = (await (await send('/cds-services//' + id, JSON.stringify(call))).json()).cards; \
           const card = cards.find(one => one.suggestions?.length); \
           const accepted = {{card: card.uuid, outcome: 'accepted', acceptedSuggestions: [{{id: card.suggestions[0].uuid}}], outcomeTimestamp: new Date().toISOString()}}; \
           const reason = card.overrideReasons[0]; \
           const overridden = {{card: card.uuid, outcome: 'overridden', overrideReason: {{reason: {{code: reason.code, system: reason.system}}}}, outcomeTimestamp: new Date().toISOString()}}; \
           const statuses = []; \
           for (const one of [accepted, overridden]) statuses.push((await send('/cds-services/' + id + '/feedback', JSON.stringify({{feedback: [one]}}))).status); \
           const wrong = (await send('/cds-services/' + id, '{{')).status; \
           done({{cards: cards.length, statuses, wrong}}); \
         }})().catch(error => done(String(error)))",
        call = include_str!("../../fhir-fixtures/naloxone-offer/fires-sleep-apnea/request.json"),
    );
    stage.client.goto(&origin).await.expect("the sandbox");
    let seen = stage.script(&visit).await;
    assert_eq!(seen["statuses"], json!([200, 200]), "{seen}");
    assert_eq!(seen["wrong"], json!(400), "{seen}");
    assert!(seen["cards"].as_u64() > Some(0), "{seen}");

    stage.client.goto(&stranger).await.expect("another page");
    let seen = stage.script(&visit).await;
    let refused = seen
        .as_str()
        .is_some_and(|text| text.contains("Failed to fetch"));
    assert!(refused, "a page of another origin reads answers: {seen}");
    stage.close().await;
}
