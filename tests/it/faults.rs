//! Whatever a FHIR server does, the answer is that of a call in which this read was never sent: an answer in time, never a
//! failure of ours, and never a card that claims that something is absent which was not read..
//!
//! What is said without a read is held by the fixtures: each `unsure-` case, and each case with its data left out.
//! How exactly the deadline is kept is for a quiet machine to say: `cargo bench --bench gathering` measures it.

use crate::faulty::{self, BODY_LIMIT, FAULTS, Fault, HANGS, Leaves, PATIENT};
use crate::gathering::{oxycodone, sign, token};
use crate::service::{Answer, content, with};
use crate::trap::Trap;
use opioid_cds::fhir::{Allowed, Client, Limits, MemoryServer, Query};
use opioid_cds::hooks::{Chart, Clock, Servers, Shared, enabled};
use opioid_cds::patient::Hook;
use opioid_cds::server::{Layers, app};
use opioid_cds::{config::Discovery, rules, telemetry::Stopwatch};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Calls at the same time.
const AT_ONCE: usize = 16;
/// Nothing in the first part waits for it.
const LONG: Duration = Duration::from_secs(120);
/// What hangs is given up then, and everything else has long been answered, on a busy machine, too.
const SHORT: Duration = Duration::from_secs(6);

/// Somebody with sleep apnea who takes oxycodone and lorazepam, and has no naloxone.
fn chart() -> MemoryServer {
    let subject = json!({"reference": format!("Patient/{PATIENT}")});
    let coded = |system: &str, code: &str| json!({"coding": [{"system": system, "code": code}]});
    let mut lorazepam = oxycodone("m2", "active");
    lorazepam["medicationCodeableConcept"] = Value::Null;
    lorazepam["medicationReference"] = json!({"reference": "Medication/med1"});
    let resources = [
        json!({"resourceType": "Patient", "id": PATIENT, "birthDate": "1960-01-01"}),
        oxycodone("m1", "active"),
        lorazepam,
        json!({"resourceType": "Medication", "id": "med1",
            "code": coded("http://www.nlm.nih.gov/research/umls/rxnorm", "197901")}),
        json!({"resourceType": "Condition", "id": "c1", "subject": subject,
            "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "code": coded("http://snomed.info/sct", "73430006")}),
        json!({"resourceType": "Encounter", "id": "e1", "status": "finished", "subject": subject,
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "period": {"start": "2026-10-20", "end": "2026-10-20"}}),
    ];
    let texts = resources
        .iter()
        .map(|resource| ("chart", resource.to_string()));
    let (server, problems) = MemoryServer::from_texts(texts);
    assert!(problems.is_empty(), "{problems:?}");
    server
}

/// The call, and the read that its server fails at: a key, `medication` or `all`.
struct Trial {
    fault: Fault,
    target: &'static str,
}

impl Trial {
    fn is_target(&self, name: &str) -> bool {
        self.target == name || self.target == "all"
    }

    /// What a client that is in the same place would have sent as prefetch, without a server to ask.
    fn as_prefetch(&self, chart: &MemoryServer) -> Value {
        let mut prefetch = Map::new();
        for query in rules::needs(Hook::OrderSign) {
            let Some(url) = query.url(PATIENT, None) else {
                continue;
            };
            let value = if self.is_target(query.key()) {
                self.left(query)
            } else {
                let (_, body) = chart.answer(&url);
                Some(serde_json::from_str(&body).expect("JSON"))
            };
            prefetch.extend(value.map(|value| (query.key().to_owned(), value)));
        }
        let has_orders = !self.is_target("medications") || self.fault.leaves != Leaves::Nothing;
        if !self.is_target("medication") && has_orders {
            let (_, body) = chart.answer("Medication/med1");
            let medication = serde_json::from_str(&body).expect("JSON");
            prefetch.insert("medicines".to_owned(), medication);
        }
        with(call(None), "/prefetch", Some(Value::Object(prefetch)))
    }

    fn left(&self, query: Query) -> Option<Value> {
        let kind = query.resource_type();
        let next = json!([{"relation": "next", "url": "x"}]);
        match (self.fault.leaves, query.is_read()) {
            (Leaves::Nothing, _) | (Leaves::Beginning | Leaves::Rubble, true) => None,
            (Leaves::Beginning, false) => {
                Some(json!({"resourceType": "Bundle", "type": "searchset", "link": next}))
            }
            (Leaves::Others, true) => Some(faulty::of_another(kind)),
            (Leaves::Others, false) => {
                let entry = json!([{"resource": faulty::of_another(kind)}]);
                Some(
                    json!({"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": next}),
                )
            }
            (Leaves::Rubble, false) => Some(faulty::rubble()),
        }
    }
}

/// A drafted oxycodone; the call names this base, if any.
fn call(base: Option<&str>) -> Value {
    let body = json!({
        "hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/d1", "patientId": PATIENT, "draftOrders": {
            "resourceType": "Bundle", "entry": [{"resource": oxycodone("d1", "draft")}]}}
    });
    match base {
        Some(base) => with(
            with(body, "/fhirServer", Some(json!(base))),
            "/fhirAuthorization",
            token(300),
        ),
        None => body,
    }
}

/// Every fault at what matters most, and each other read at one of them.
fn trials() -> Vec<Trial> {
    let keys = rules::needs(Hook::OrderSign);
    let keys = keys
        .iter()
        .filter(|query| **query != Query::ContextEncounter);
    let few = ["patient", "medications", "conditions", "all"];
    let everywhere = FAULTS.iter().flat_map(|fault| {
        let targets = few.into_iter().chain(["medication"]);
        // A Medication is no list.
        let targets =
            targets.filter(|target| *target != "medication" || fault.leaves == Leaves::Nothing);
        targets.map(|target| Trial {
            fault: *fault,
            target,
        })
    });
    let others = keys
        .map(|query| query.key())
        .filter(|key| !few.contains(key))
        .zip(FAULTS.iter().rev().cycle())
        .map(|(target, fault)| Trial {
            fault: *fault,
            target,
        });
    everywhere.chain(others).collect()
}

fn hanging() -> Vec<Trial> {
    HANGS
        .iter()
        .flat_map(|fault| {
            ["patient", "medications", "conditions", "all"].map(|target| Trial {
                fault: *fault,
                target,
            })
        })
        .collect()
}

fn shared(host: &str) -> Shared {
    let limits = Limits {
        body_bytes: BODY_LIMIT,
        // A busy machine takes its time.
        connect: LONG,
        ..Limits::default()
    };
    let servers = Servers {
        client: Client::new(limits).expect("a client"),
        allowed: Allowed::parse(&[host]).expect("an allow-list"),
        by_client: BTreeMap::new(),
        open: false,
    };
    let chart = Chart::Servers(servers);
    let mut shared = Shared::new(content(), chart, enabled(&[]), Discovery::V3);
    shared.clock = Clock::Fixed(crate::service::AS_OF.parse().expect("an instant"));
    shared.deadline = LONG;
    shared
}

/// All at once, as far as that goes; each with the answer of the server's fault and that of its likeness as prefetch.
async fn run(
    shared: Shared,
    host: &str,
    trials: Vec<Trial>,
) -> (Shared, Vec<(Trial, Answer, Answer)>) {
    let limit = shared.deadline + Duration::from_secs(30);
    let shared = Arc::new(shared);
    let service = app(shared.clone(), &Layers::default());
    let (chart, places) = (Arc::new(chart()), Arc::new(Semaphore::new(AT_ONCE)));
    let mut running = JoinSet::new();
    for trial in trials {
        let base = format!("{host}/{}/{}/fhir", trial.fault.name, trial.target);
        let (service, chart, places) = (service.clone(), chart.clone(), places.clone());
        running.spawn(async move {
            let _place = places.acquire().await.expect("never closed");
            let expected = sign(&service, &trial.as_prefetch(&chart)).await;
            let watch = Stopwatch::start();
            let answer = sign(&service, &call(Some(&base))).await;
            let took = watch.elapsed();
            assert!(took < limit, "{} took {took:?}", trial.fault.name);
            (trial, answer, expected)
        });
    }
    let answers = running.join_all().await;
    drop(service);
    (Arc::into_inner(shared).expect("no call is left"), answers)
}

/// What an answer says, in short.
fn told(answer: &Answer) -> String {
    let body = answer.json();
    let cards = body["cards"].as_array().into_iter().flatten();
    let texts = cards.map(|card| format!("{}\n{}", card["summary"], card["detail"]));
    texts.collect::<Vec<_>>().join("\n")
}

const NO_NALOXONE: &str = "No rescue naloxone found";

fn judge(answers: &[(Trial, Answer, Answer)]) {
    for (trial, answer, expected) in answers {
        let name = format!("{} at {}", trial.fault.name, trial.target);
        assert!(
            matches!(answer.status.as_u16(), 200 | 412),
            "{name}: {}",
            answer.text
        );
        assert_eq!(answer.status, expected.status, "{name}: {}", answer.text);
        assert!(
            answer.text == expected.text,
            "{name}: {}\ninstead of {}",
            told(answer),
            told(expected)
        );
        assert!(!answer.text.contains("s3cr3t"), "{name}: R-350");
        if trial.is_target("medications") {
            assert!(
                !answer.text.contains(NO_NALOXONE),
                "{name}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_a_gap_that_the_card_names_and_none_a_lost_call() {
    let trap = Trap::set().await;
    let elsewhere = format!("http://{}/fhir/MedicationRequest", trap.address);
    let host = faulty::start(chart(), elsewhere).await;
    let shared = shared(&host);

    let healthy = [Trial {
        fault: FAULTS[0],
        target: "nothing",
    }];
    let (shared, answers) = run(shared, &host, healthy.into()).await;
    judge(&answers);
    let (_, answer, _) = &answers[0];
    assert!(answer.text.contains(NO_NALOXONE), "{}", answer.text);

    let (mut shared, answers) = run(shared, &host, trials()).await;
    judge(&answers);

    shared.deadline = SHORT;
    let (_, answers) = run(shared, &host, hanging()).await;
    judge(&answers);
    trap.saw_nobody().await;
}
