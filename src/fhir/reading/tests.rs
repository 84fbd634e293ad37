use super::*;

/// A call, its JSON kept alive.
struct Call {
    body: String,
    fetched: Vec<Fetched>,
    needs: Vec<Query>,
    aliases: BTreeMap<String, String>,
}

const P1: &str = r#"{"resourceType":"Patient","id":"p1","birthDate":"1980-02-23","identifier":[{"value":"MRN7"}]}"#;

fn call(prefetch: &str) -> Call {
    Call {
        body: format!(r#"{{"prefetch":{prefetch}}}"#),
        fetched: Vec::new(),
        needs: vec![Query::Medications],
        aliases: BTreeMap::new(),
    }
}

impl Call {
    fn needing(mut self, needs: &[Query]) -> Self {
        self.needs = needs.to_vec();
        self
    }

    fn with(mut self, fetched: Fetched) -> Self {
        self.fetched.push(fetched);
        self
    }

    fn drafting(mut self, drafts: &str) -> Self {
        self.body = self
            .body
            .replacen('{', &format!(r#"{{"drafts":{drafts},"#), 1);
        self
    }

    fn look<T>(&self, look: impl FnOnce(&Source<'_>, Record<'_>) -> T) -> T {
        let body: BTreeMap<&str, &RawValue> = serde_json::from_str(&self.body).unwrap();
        // In the order sent, as the wire reads it; the tests name their keys in alphabetical order.
        let prefetch: BTreeMap<String, Option<&RawValue>> =
            serde_json::from_str(body["prefetch"].get()).unwrap();
        let prefetch: Vec<_> = prefetch
            .into_iter()
            .map(|(key, value)| (Cow::Owned(key), value))
            .collect();
        let source = Source {
            encounter_id: Some("e1"),
            draft_orders: body.get("drafts").copied(),
            prefetch: &prefetch,
            key_aliases: &self.aliases,
            fetched: &self.fetched,
            ..Source::new("p1")
        };
        let record = read_record(&source, &self.needs);
        look(&source, record)
    }

    fn read(&self) -> Read {
        self.look(|_, record| record.read(self.needs[0]).clone())
    }

    fn rows(&self) -> Vec<String> {
        self.look(|_, record| {
            let rows = record.medication_requests.iter();
            rows.map(|r| r.id.as_deref().unwrap_or("-").to_owned())
                .collect()
        })
    }

    fn wanted(&self) -> Vec<Need> {
        self.look(|source, record| to_fetch(source, &record, &self.needs))
    }

    fn gaps(&self) -> Vec<Gap> {
        self.look(|_, record| record.gaps)
    }
}

fn order(id: &str, subject: &str) -> String {
    format!(
        r#"{{"resourceType":"MedicationRequest","id":"{id}","subject":{{"reference":"{subject}"}},"medicationCodeableConcept":{{"text":"x"}}}}"#
    )
}

fn bundle(resources: &[String]) -> String {
    let entries: Vec<_> = resources
        .iter()
        .map(|r| format!(r#"{{"resource":{r}}}"#))
        .collect();
    format!(
        r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#,
        entries.join(",")
    )
}

fn page(resources: &[String], next: &str) -> String {
    bundle(resources).replacen(
        "\"entry\"",
        &format!(r#""link":[{{"relation":"self","url":"x"}},{{"relation":"next","url":"{next}"}}],"entry""#),
        1,
    )
}

fn outcome(severity: &str) -> String {
    format!(
        r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}","code":"x"}}]}}"#
    )
}

fn outcome_bundle(severity: &str, resources: &[String]) -> String {
    let entry = format!(
        r#"{{"resource":{},"search":{{"mode":"outcome"}}}}"#,
        outcome(severity)
    );
    let rest = resources.iter().map(|r| format!(r#",{{"resource":{r}}}"#));
    format!(
        r#"{{"resourceType":"Bundle","total":0,"entry":[{entry}{}]}}"#,
        rest.collect::<String>()
    )
}

fn medications(value: &str) -> Call {
    call(&format!(r#"{{"medications":{value}}}"#))
}

mod decision_table {
    use super::*;

    #[test]
    fn an_absent_key_is_unknown_and_is_asked_for() {
        let call = call("{}");
        assert_eq!(call.read(), Read::Failed(Why::NotSent));
        assert_eq!(call.wanted(), [Need::from(Query::Medications)]);
        assert_eq!(call.gaps(), [Gap::Read(Query::Medications, Why::NotSent)]);
    }

    #[test]
    fn null_is_known_empty() {
        let call = medications("null");
        assert_eq!(call.read(), Read::Complete);
        assert_eq!(call.wanted(), []);
        assert_eq!(call.gaps(), []);
    }

    #[test]
    fn a_bundle_without_entries_is_known_empty() {
        for empty in [
            r#"{"resourceType":"Bundle"}"#,
            r#"{"resourceType":"Bundle","entry":[]}"#,
            r#"{"resourceType":"Bundle","entry":null}"#,
            r#"{"type":"searchset","total":0,"resourceType":"Bundle"}"#,
        ] {
            assert_eq!(medications(empty).read(), Read::Complete, "{empty}");
        }
    }

    #[test]
    fn a_bundle_of_a_warning_alone_is_known_empty() {
        for severity in ["warning", "information"] {
            let call = medications(&outcome_bundle(severity, &[]));
            assert_eq!(call.read(), Read::Complete);
        }
    }

    #[test]
    fn a_bundle_of_an_error_alone_failed_and_is_not_asked_again() {
        for severity in ["error", "fatal", "?"] {
            let call = medications(&outcome_bundle(severity, &[]));
            assert_eq!(call.read(), Read::Failed(Why::ClientFailed));
            assert_eq!(call.wanted(), []);
        }
    }

    #[test]
    fn an_outcome_in_place_of_the_answer_failed_whatever_its_severity() {
        for severity in ["error", "information"] {
            let call = medications(&outcome(severity));
            assert_eq!(call.read(), Read::Failed(Why::ClientFailed));
            assert_eq!(call.wanted(), []);
        }
    }

    #[test]
    fn an_outcome_beside_matches_leaves_them() {
        let rows = [order("m1", "Patient/p1")];
        let call = medications(&outcome_bundle("warning", &rows));
        assert_eq!(
            (call.read(), call.rows()),
            (Read::Complete, vec!["m1".into()])
        );
        let call = medications(&outcome_bundle("error", &rows));
        assert_eq!(call.read(), Read::Partial(Why::ClientFailed));
        assert_eq!(call.rows(), ["m1"]);
    }

    #[test]
    fn a_list_that_goes_on_is_partial_until_its_pages_are_read() {
        let first = page(&[order("m1", "Patient/p1")], "https://ehr/fhir?page=2");
        let call = medications(&first);
        assert_eq!(call.read(), Read::Partial(Why::MorePages));
        assert_eq!(
            call.wanted(),
            [Need {
                query: Query::Medications,
                next: Some("https://ehr/fhir?page=2".into())
            }]
        );
        let second = bundle(&[order("m2", "Patient/p1"), order("m1", "Patient/p1")]);
        let call = call.with(Fetched::complete(Query::Medications, vec![second]));
        assert_eq!(call.read(), Read::Complete);
        assert_eq!(call.rows(), ["m1", "m2"], "the repeated row counts once");
    }

    #[test]
    fn a_list_whose_rest_cannot_be_had_stays_partial() {
        let first = page(&[order("m1", "Patient/p1")], "https://ehr/fhir?page=2");
        for why in [Why::Timeout, Why::NotAllowed] {
            let call = medications(&first).with(Fetched::failed(Query::Medications, why));
            assert_eq!(call.read(), Read::Partial(Why::MorePages));
            assert_eq!(call.rows(), ["m1"]);
        }
    }

    #[test]
    fn a_next_link_without_an_address_is_still_a_next_link() {
        let call =
            medications(r#"{"resourceType":"Bundle","link":[{"relation":"next"}],"entry":[]}"#);
        assert_eq!(call.read(), Read::Partial(Why::MorePages));
        assert_eq!(call.wanted(), []);
    }

    #[test]
    fn a_usable_bundle_or_resource_is_had() {
        let one = order("m1", "Patient/p1");
        for value in [bundle(std::slice::from_ref(&one)), one] {
            let call = medications(&value);
            assert_eq!(
                (call.read(), call.rows()),
                (Read::Complete, vec!["m1".into()])
            );
        }
    }

    #[test]
    fn anything_else_counts_as_absent() {
        for value in [
            "\"Bundle\"",
            "7",
            "true",
            "{}",
            "[]",
            "[1,2]",
            r#"{"resourceType":7}"#,
            r#"{"resourceType":"Condition","id":"c1"}"#,
            r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","id":"c1"}}]}"#,
        ] {
            let call = medications(value);
            assert_eq!(call.read(), Read::Failed(Why::NotSent), "{value}");
            assert_eq!(call.wanted().len(), 1, "{value}");
        }
    }
}

mod shapes {
    use super::*;

    #[test]
    fn the_wrapper_from_before_1_0_is_taken_off() {
        let wrapped =
            |inner: &str| format!(r#"{{"response":{{"status":"200 OK"}},"resource":{inner}}}"#);
        let call = medications(&wrapped(&bundle(&[order("m1", "Patient/p1")])));
        assert_eq!(
            (call.read(), call.rows()),
            (Read::Complete, vec!["m1".into()])
        );
        let call = medications(r#"{"response":{"status":"403 Forbidden"}}"#);
        assert_eq!(call.read(), Read::Failed(Why::ClientFailed));
        let call = medications(r#"{"response":{"status":"200 OK"},"resource":null}"#);
        assert_eq!(call.read(), Read::Failed(Why::NotSent));
    }

    #[test]
    fn bundles_in_bundles_are_opened() {
        let inner = bundle(&[order("m1", "Patient/p1")]);
        let call = medications(&bundle(&[inner, order("m2", "Patient/p1")]));
        assert_eq!((call.read(), call.rows().len()), (Read::Complete, 2));
        let inner = page(&[order("m1", "Patient/p1")], "x");
        let call = medications(&bundle(&[inner]));
        assert_eq!(call.read(), Read::Partial(Why::MorePages));
    }

    #[test]
    fn a_bundle_of_one_answers_a_read() {
        let call =
            call(&format!(r#"{{"patient":{}}}"#, bundle(&[P1.into()]))).needing(&[Query::Patient]);
        assert_eq!(call.read(), Read::Complete);
    }

    #[test]
    fn entries_that_cannot_be_read_are_counted_and_cost_completeness() {
        let value = format!(
            r#"{{"resourceType":"Bundle","entry":[{{"resource":{}}},7,{{"resource":"x"}},{{"resource":{{"id":"m3"}}}}]}}"#,
            order("m1", "Patient/p1")
        );
        let call = medications(&value);
        assert_eq!(call.read(), Read::Partial(Why::Entries { bad: 3, of: 4 }));
        assert_eq!(call.rows(), ["m1"]);
        assert!(call.gaps().contains(&Gap::Entries {
            resource_type: "MedicationRequest".into(),
            place: "medications".into(),
            count: 3
        }));
    }

    #[test]
    fn includes_are_used_but_are_no_matches() {
        let value = r#"{"resourceType":"Bundle","entry":[
            {"resource":{"resourceType":"MedicationRequest","id":"m1","medicationReference":{"reference":"Medication/d1"}},"search":{"mode":"match"}},
            {"resource":{"resourceType":"Medication","id":"d1","code":{"text":"oxycodone"}},"search":{"mode":"include"}}]}"#;
        let call = medications(value);
        assert_eq!(call.read(), Read::Complete);
        call.look(|_, record| {
            let order = &record.medication_requests[0];
            let found = record.medication_of(&order.medication).unwrap();
            assert_eq!(
                found.code.as_ref().unwrap().text.as_deref(),
                Some("oxycodone")
            );
            assert!(record.unresolved_medications().is_empty());
        });
        let only_include = value.replace("\"match\"", "\"outcome\"");
        assert_eq!(medications(&only_include).read(), Read::Complete);
    }

    #[test]
    fn a_bare_list_gives_its_resources_but_is_no_answer() {
        let call = medications(&format!("[{}]", order("m1", "Patient/p1")));
        assert_eq!(call.rows(), ["m1"]);
        assert_ne!(call.read(), Read::Complete);
        assert_eq!(call.wanted().len(), 1);
    }
}

mod keys {
    use super::*;

    #[test]
    fn resources_under_other_keys_are_presence_at_most() {
        let call = call(&format!(r#"{{"item7":{}}}"#, order("m1", "Patient/p1")));
        assert_eq!(call.rows(), ["m1"]);
        assert_eq!(call.read(), Read::Partial(Why::NotSent));
        assert_eq!(call.wanted(), [Need::from(Query::Medications)]);
    }

    #[test]
    fn the_patient_is_read_wherever_it_stands() {
        let call = call(&format!(r#"{{"-user":7,"item1":{P1}}}"#)).needing(&[Query::Patient]);
        assert_eq!(call.read(), Read::Complete);
        assert_eq!(call.wanted(), []);
    }

    #[test]
    fn an_alias_stands_for_our_key() {
        let mut call = call(r#"{"MEDS":null}"#);
        call.aliases.insert("MEDS".into(), "medications".into());
        assert_eq!(call.read(), Read::Complete);
    }

    #[test]
    fn two_keys_of_one_read_must_both_be_complete() {
        let diagnoses = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","id":"c1"}}]}"#;
        let both = |problems: &str| {
            let mut call = call(&format!(
                r#"{{"conditions":{problems},"diagnoses":{diagnoses}}}"#
            ));
            call.aliases.insert("diagnoses".into(), "conditions".into());
            call.needing(&[Query::Conditions])
        };
        assert_eq!(both("null").read(), Read::Complete);
        assert_eq!(
            both(&outcome("error")).read(),
            Read::Partial(Why::ClientFailed)
        );
    }

    #[test]
    fn observations_are_told_apart_by_category() {
        let lab = r#"{"resourceType":"Observation","id":"o1","category":[{"coding":[{"code":"laboratory"}]}]}"#;
        let needs = [Query::Laboratory, Query::Surveys];
        let call = call(&format!(r#"{{"other":{lab}}}"#)).needing(&needs);
        call.look(|_, record| {
            assert_eq!(record.observations.len(), 1);
            assert_eq!(*record.read(Query::Laboratory), Read::Partial(Why::NotSent));
            assert_eq!(*record.read(Query::Surveys), Read::Failed(Why::NotSent));
            assert_eq!(*record.read(Query::Plans), Read::NotAsked);
        });
    }

    #[test]
    fn the_context_encounter_may_be_among_the_encounters() {
        let encounters = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Encounter","id":"e1"}}]}"#;
        let call =
            call(&format!(r#"{{"encounters":{encounters}}}"#)).needing(&[Query::ContextEncounter]);
        assert_eq!(call.read(), Read::Complete);
        let call = super::call("{}").needing(&[Query::ContextEncounter]);
        assert_eq!(call.read(), Read::Failed(Why::NotSent));
    }
}

mod other_patients {
    use super::*;

    #[test]
    fn their_resources_are_left_out_and_counted() {
        let call = medications(&bundle(&[
            order("m1", "Patient/p1"),
            order("m2", "Patient/p2"),
            order("m3", "https://ehr.example/fhir/Patient/p2"),
            order("m4", "https://ehr.example/fhir/Patient/p1"),
            order("m5", "Patient/p1/_history/3"),
            order("m6", "Group/p1"),
        ]));
        assert_eq!(call.rows(), ["m1", "m4", "m5"]);
        assert_eq!(call.read(), Read::Complete);
        assert_eq!(
            call.gaps(),
            [Gap::OtherPatient {
                resource_type: "MedicationRequest".into(),
                count: 3
            }]
        );
    }

    #[test]
    fn a_patient_key_that_holds_somebody_else_was_not_sent() {
        let call =
            call(r#"{"patient":{"resourceType":"Patient","id":"p2"}}"#).needing(&[Query::Patient]);
        assert_eq!(call.read(), Read::Failed(Why::NotSent));
        assert!(call.look(|_, record| record.patient.is_none()));
    }

    #[test]
    fn logical_and_urn_subjects_are_the_patients_if_the_patient_says_so() {
        let patient = format!(
            r#"{{"resourceType":"Bundle","entry":[{{"fullUrl":"urn:uuid:1f","resource":{P1}}}]}}"#
        );
        let rows = [
            r#"{"resourceType":"MedicationRequest","id":"m1","subject":{"reference":"urn:uuid:1f"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m2","subject":{"identifier":{"value":"MRN7"}}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m3","subject":{"reference":"urn:uuid:2f"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m4","subject":{"identifier":{"value":"MRN8"}}}"#,
            r##"{"resourceType":"MedicationRequest","id":"m5","subject":{"reference":"#p"}}"##,
            r#"{"resourceType":"MedicationRequest","id":"m6","subject":{"display":"Ann"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m7","subject":"Patient/p2"}"#,
            r#"{"resourceType":"MedicationRequest","id":"m8"}"#,
        ]
        .map(String::from);
        let call = call(&format!(
            r#"{{"medications":{},"patient":{patient}}}"#,
            bundle(&rows)
        ));
        assert_eq!(call.rows(), ["m1", "m2", "m6", "m8"]);
        assert_eq!(call.read(), Read::Partial(Why::Entries { bad: 3, of: 11 }));
    }

    #[test]
    fn an_appointment_is_the_patients_unless_only_others_take_part() {
        let appointments = [
            r#"{"resourceType":"Appointment","id":"a1","participant":[{"actor":{"reference":"Practitioner/d"}},{"actor":{"reference":"Patient/p1"}}]}"#,
            r#"{"resourceType":"Appointment","id":"a2","participant":[{"actor":{"reference":"Patient/p2"}}]}"#,
            r#"{"resourceType":"Appointment","id":"a3","participant":[{"actor":{"reference":"Location/l"}}]}"#,
        ]
        .map(String::from);
        let call = call(&format!(r#"{{"appointments":{}}}"#, bundle(&appointments)));
        call.look(|_, record| {
            let ids: Vec<_> = record
                .appointments
                .iter()
                .filter_map(|a| a.id.as_deref())
                .collect();
            assert_eq!(ids, ["a1", "a3"]);
        });
    }
}

mod drafts {
    use super::*;

    #[test]
    fn a_draft_and_its_chart_form_are_both_there() {
        let chart = order("m1", "Patient/p1");
        let draft = chart.replacen("\"id\"", "\"status\":\"stopped\",\"id\"", 1);
        let call =
            medications(&bundle(&[chart])).drafting(&bundle(&[draft.clone(), draft.clone()]));
        call.look(|_, record| {
            assert_eq!(record.drafts.len(), 1, "sent twice, counts once");
            assert_eq!(record.drafts[0].reference, "MedicationRequest/m1");
            assert_eq!(record.drafts[0].raw.get(), draft);
            assert_eq!(record.drafts[0].request.status.as_deref(), Some("stopped"));
            assert_eq!(record.medication_requests.len(), 1);
            assert_eq!(record.medication_requests[0].status, None);
        });
    }

    #[test]
    fn other_requests_and_helpers_in_the_bundle_are_no_error() {
        let call = call("{}").drafting(&bundle(
            &[
                r#"{"resourceType":"ServiceRequest","id":"s1"}"#,
                r#"{"resourceType":"ProcedureRequest","id":"s2"}"#,
                r#"{"resourceType":"Practitioner","id":"d"}"#,
                r#"{"resourceType":"VisionPrescription"}"#,
                r#"{"resourceType":"MedicationRequest"}"#,
            ]
            .map(String::from),
        ));
        call.look(|_, record| {
            assert_eq!(record.draft_service_requests.len(), 2);
            assert_eq!(record.drafts.len(), 1);
            assert_eq!(record.drafts[0].reference, "MedicationRequest/");
        });
    }

    #[test]
    fn a_draft_of_another_patient_is_left_out_and_named() {
        let call = call("{}")
            .needing(&[])
            .drafting(&bundle(&[order("m1", "Patient/p2")]));
        assert!(call.look(|_, record| record.drafts.is_empty()));
        assert_eq!(
            call.gaps(),
            [Gap::OtherPatient {
                resource_type: "MedicationRequest".into(),
                count: 1
            }]
        );
    }

    #[test]
    fn drafts_without_anything_in_them_are_no_drafts() {
        for drafts in [
            r#"{"resourceType":"Bundle"}"#,
            r#"{"resourceType":"Bundle","entry":[]}"#,
            r#"{"resourceType":"Bundle","entry":[{},{"resource":null}]}"#,
        ] {
            let call = call("{}").drafting(drafts);
            assert!(call.look(|_, record| record.drafts.is_empty()));
            assert_eq!(call.needing(&[]).gaps(), []);
        }
    }

    #[test]
    fn a_medication_is_found_in_every_form_of_reference() {
        let medication = r#"{"fullUrl":"urn:uuid:77","resource":{"resourceType":"Medication","id":"d1","code":{"text":"oxycodone"}}}"#;
        for (reference, contained) in [
            ("Medication/d1", ""),
            ("https://ehr.example/fhir/Medication/d1", ""),
            ("Medication/d1/_history/2", ""),
            ("urn:uuid:77", ""),
            (
                "#c1",
                r#""contained":[{"resourceType":"Organization","id":"o"},{"id":"c1","resourceType":"Medication","code":{"text":"oxycodone"}}],"#,
            ),
        ] {
            let order = format!(
                r#"{{"resource":{{"resourceType":"MedicationRequest",{contained}"id":"m1","medicationReference":{{"reference":"{reference}"}}}}}}"#
            );
            let call = call("{}").drafting(&format!(
                r#"{{"resourceType":"Bundle","entry":[{order},{medication}]}}"#
            ));
            call.look(|_, record| {
                let found = record.medication_of(&record.drafts[0].request.medication);
                let text = found
                    .and_then(|m| m.code.as_ref())
                    .and_then(|c| c.text.as_deref());
                assert_eq!(text, Some("oxycodone"), "{reference}");
            });
        }
    }

    #[test]
    fn a_medication_that_is_nowhere_is_named_once_fetched_and_then_found() {
        let drafts = bundle(&[
            r#"{"resourceType":"MedicationRequest","id":"m1","medicationReference":{"reference":"Medication/d1"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"m2","medicationReference":{"reference":"Medication/d1"}}"#,
        ].map(String::from));
        let call = call("{}").needing(&[]).drafting(&drafts);
        assert_eq!(
            call.look(|_, r| r.unresolved_medications()),
            ["Medication/d1"]
        );
        let named = |id: &str| Gap::Medication {
            order: format!("MedicationRequest/{id}"),
        };
        assert_eq!(call.gaps(), [named("m1"), named("m2")]);
        let call = call.with(Fetched {
            asked: Asked::Medication("Medication/d1".into()),
            pages: vec![r#"{"resourceType":"Medication","id":"d1"}"#.into()],
            ended: None,
        });
        assert_eq!(call.gaps(), []);
    }
}

mod fetched {
    use super::*;

    #[test]
    fn what_the_server_said_answers_a_missing_key() {
        let body = bundle(&[order("m1", "Patient/p1"), order("x", "Patient/p2")]);
        let call = call("{}").with(Fetched::complete(Query::Medications, vec![body]));
        assert_eq!(
            (call.read(), call.rows()),
            (Read::Complete, vec!["m1".into()])
        );
    }

    #[test]
    fn pages_that_came_before_the_end_count() {
        let first = page(&[order("m1", "Patient/p1")], "x");
        let call = call("{}").with(Fetched {
            ended: Some(Why::Timeout),
            ..Fetched::complete(Query::Medications, vec![first])
        });
        assert_eq!(
            (call.read(), call.rows()),
            (Read::Partial(Why::Timeout), vec!["m1".into()])
        );
    }

    #[test]
    fn nothing_at_all_is_a_failure_with_its_reason() {
        for why in [
            Why::Timeout,
            Why::Refused,
            Why::Status(404),
            Why::NotAllowed,
        ] {
            let call = call("{}").with(Fetched::failed(Query::Medications, why.clone()));
            assert_eq!(call.read(), Read::Failed(why));
        }
    }

    #[test]
    fn a_body_that_is_no_answer_is_malformed() {
        for body in [
            "<html>",
            "{",
            "7",
            &outcome("error"),
            r#"{"resourceType":"Patient"}"#,
        ] {
            let call = call("{}").with(Fetched::complete(Query::Medications, vec![body.into()]));
            assert_eq!(call.read(), Read::Failed(Why::Malformed), "{body}");
        }
    }

    #[test]
    fn rows_sent_under_another_key_stay_when_the_fetch_fails() {
        let call = call(&format!(r#"{{"item7":{}}}"#, order("m1", "Patient/p1")))
            .with(Fetched::failed(Query::Medications, Why::Timeout));
        assert_eq!(call.read(), Read::Partial(Why::Timeout));
        assert_eq!(call.rows(), ["m1"]);
    }
}
