use super::*;

fn templates() -> Vec<&'static str> {
    Query::ALL.into_iter().filter_map(Query::template).collect()
}

#[test]
fn the_eight_templates_are_those_of_the_contract() {
    let keys: Vec<_> = Query::ALL
        .into_iter()
        .filter(|q| q.advertised())
        .map(Query::key)
        .collect();
    assert_eq!(
        keys,
        [
            "patient",
            "medications",
            "conditions",
            "encounters",
            "laboratory",
            "surveys",
            "procedures",
            "plans"
        ]
    );
    assert_eq!(
        templates(),
        [
            "Patient/{{context.patientId}}",
            "MedicationRequest?patient={{context.patientId}}&status=active,on-hold,completed,stopped",
            "Condition?patient={{context.patientId}}",
            "Encounter?patient={{context.patientId}}&_sort=-date&_count=50",
            "Observation?patient={{context.patientId}}&category=laboratory&_sort=-date&_count=100",
            "Observation?patient={{context.patientId}}&category=survey&_sort=-date&_count=50",
            "Procedure?patient={{context.patientId}}&_sort=-date&_count=50",
            "CarePlan?patient={{context.patientId}}&status=active",
        ]
    );
}

#[test]
fn templates_use_the_patient_token_alone() {
    for template in templates() {
        assert_eq!(template.matches("{{").count(), 1, "{template}");
        assert_eq!(template.matches(PATIENT).count(), 1, "{template}");
        for forbidden in ["draftOrders", "encounterId", "today()", "%"] {
            assert!(!template.contains(forbidden), "{template}");
        }
    }
}

#[test]
fn templates_stay_within_the_prefetch_restrictions() {
    let allowed = ["patient", "status", "category", "_sort", "_count"];
    for template in templates() {
        let Some((_, search)) = template.split_once('?') else {
            continue;
        };
        let mut names: Vec<_> = search
            .split('&')
            .filter_map(|p| p.split_once('='))
            .map(|(name, _)| name)
            .collect();
        assert!(names.iter().all(|n| allowed.contains(n)), "{template}");
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "no parameter twice: {template}");
    }
}

#[test]
fn templates_are_few_short_and_plain() {
    assert!(templates().len() <= 8);
    for template in templates() {
        assert!(template.len() <= 500);
        assert!(template.matches('?').count() <= 1);
        assert!(!template.contains([' ', '#']) && !template.starts_with('/'));
        assert!(!template.contains("://"));
    }
    for query in Query::ALL {
        let key = query.key();
        assert!(key.starts_with(|c: char| c.is_ascii_alphabetic()));
        assert!(
            key.chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        );
    }
}

#[test]
fn every_read_has_a_fhir_query_and_a_key_of_its_own() {
    for query in Query::ALL {
        let url = query.url("p1", Some("e1")).unwrap();
        assert!(url.starts_with(query.resource_type()), "{url}");
        assert!(!url.contains("{{"), "{url}");
        assert_eq!(Query::from_key(query.key()), Some(query));
    }
}

#[test]
fn observations_have_a_category_and_orders_a_status() {
    for query in Query::ALL {
        let url = query.url("p1", Some("e1")).unwrap();
        if query.resource_type() == "Observation" {
            let category = query.category().unwrap();
            assert!(url.contains(&format!("category={category}")), "{url}");
        }
        if query.resource_type() == "MedicationRequest" {
            assert!(url.contains("status=active,"), "{url}");
        }
    }
}

/// contract R-082
#[test]
fn ids_are_percent_encoded_and_never_leave_their_segment() {
    let url = Query::Patient.url("../../x?y#z&a=b é", None).unwrap();
    assert_eq!(url, "Patient/..%2F..%2Fx%3Fy%23z%26a%3Db%20%C3%A9");
    assert_eq!(Query::Patient.url("..", None), None);
    assert_eq!(Query::Patient.url("", None), None);
    let long = "eA.-1".repeat(39);
    assert_eq!(
        Query::Conditions.url(&long, None).unwrap(),
        format!("Condition?patient={long}")
    );
}

#[test]
fn the_context_encounter_is_only_asked_for_if_there_is_one() {
    assert_eq!(Query::ContextEncounter.url("p1", None), None);
    assert_eq!(
        Query::ContextEncounter.url("p1", Some("e1")).unwrap(),
        "Encounter/e1"
    );
}
