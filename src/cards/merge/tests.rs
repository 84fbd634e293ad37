use super::{GROUPS, Planned, plan};
use crate::cards::ClientOptions;
use crate::cards::sample::{answers, finding, naloxone};
use crate::patient::Hook;
use crate::quiet::{Hush, Hushed, Kind};
use crate::rules::Finding;
use crate::wire::Indicator;

const INFO: Option<Indicator> = Some(Indicator::Info);
const WARNING: Option<Indicator> = Some(Indicator::Warning);

/// Rules by card: members, then "+" the guest, then "/" lines.
fn planned<const N: usize>(
    hook: Hook,
    fired: [(&str, Vec<Finding>); N],
    groups: &[(&str, &'static str)],
) -> Vec<String> {
    let answers = answers(fired);
    let group_of = |id: &str| {
        let given = groups
            .iter()
            .find(|(rule, _)| *rule == id)
            .map(|(_, group)| *group);
        given.or_else(|| {
            GROUPS
                .iter()
                .find(|group| group.order.contains(&id))
                .map(|group| group.name)
        })
    };
    let cards = plan(
        hook,
        &answers,
        &Hushed::default(),
        group_of,
        &ClientOptions::default(),
    );
    cards
        .iter()
        .map(|card| {
            let members: Vec<&str> = card.members.iter().map(|voice| voice.rule.id).collect();
            let guest = card
                .guest
                .map(|voice| format!("+{}", voice.rule.id))
                .unwrap_or_default();
            let lines: String = card
                .lines
                .iter()
                .map(|voice| format!("/{}", voice.rule.id))
                .collect();
            format!("{}{guest}{lines}", members.join(","))
        })
        .collect()
}

fn of(indicator: Option<Indicator>) -> Vec<Finding> {
    vec![finding(indicator, "x")]
}

#[test]
fn groups_have_names_of_their_own() {
    let mut names: Vec<&str> = GROUPS.iter().map(|group| group.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), GROUPS.len());
}

#[test]
fn cards_stand_by_indicator_then_group() {
    let cards = planned(
        Hook::OrderSign,
        [
            ("opioid-benzo", of(INFO)),
            ("mme-total", of(WARNING)),
            ("fentanyl-naive", of(WARNING)),
        ],
        &[],
    );
    assert_eq!(cards, ["fentanyl-naive", "mme-total", "opioid-benzo"]);
}

#[test]
fn the_highest_member_leads_and_ties_go_by_the_order_in_the_group() {
    let shared = [("mme-total", "sedation"), ("patient-brief", "sedation")];
    let tie = planned(
        Hook::OrderSign,
        [("mme-total", of(INFO)), ("opioid-benzo", of(INFO))],
        &shared,
    );
    assert_eq!(tie, ["opioid-benzo,mme-total"]);
    let higher = planned(
        Hook::OrderSign,
        [("opioid-benzo", of(INFO)), ("mme-total", of(WARNING))],
        &shared,
    );
    assert_eq!(higher, ["mme-total,opioid-benzo"]);
}

#[test]
fn on_patient_view_overdose_facts_join_the_card_about_opioid_use_disorder() {
    let cards = planned(
        Hook::PatientView,
        [
            ("naloxone-offer", of(WARNING)),
            ("taper-safety", of(INFO)),
            ("patient-brief", of(INFO)),
        ],
        &[("taper-safety", "oud")],
    );
    assert_eq!(cards, ["patient-brief", "taper-safety+naloxone-offer"]);
}

#[test]
fn the_brief_keeps_its_place_when_the_cap_is_reached() {
    let cards = planned(
        Hook::PatientView,
        [
            ("opioid-benzo", of(WARNING)),
            ("mme-total", of(WARNING)),
            ("patient-brief", of(INFO)),
        ],
        &[],
    );
    assert_eq!(cards, ["opioid-benzo", "patient-brief/mme-total"]);
}

#[test]
fn a_start_for_a_draft_that_stop_harm_is_about_becomes_a_line() {
    let start = [("mme-total", "start-well")];
    let same = planned(
        Hook::OrderSign,
        [("fentanyl-naive", of(WARNING)), ("mme-total", of(INFO))],
        &start,
    );
    assert_eq!(same, ["fentanyl-naive/mme-total"]);
    let mut other = finding(INFO, "x");
    other.drafts = vec!["MedicationRequest/other".into()];
    let apart = planned(
        Hook::OrderSign,
        [("fentanyl-naive", of(WARNING)), ("mme-total", vec![other])],
        &start,
    );
    assert_eq!(apart, ["fentanyl-naive", "mme-total"]);
}

#[test]
fn how_to_live_with_a_draft_is_not_said_where_stop_harm_is_about_it() {
    let other = |drafts: &[&str]| {
        let mut line = finding(None, "x");
        line.drafts = drafts.iter().map(ToString::to_string).collect();
        vec![line]
    };
    let lines = |line: Vec<Finding>| {
        planned(
            Hook::OrderSign,
            [("fentanyl-naive", of(WARNING)), ("safe-storage", line)],
            &[("safe-storage", "start-well")],
        )
    };
    let fentanyl = finding(WARNING, "x").drafts;
    assert_eq!(lines(other(&[&fentanyl[0]])), ["fentanyl-naive"]);
    let beside = other(&[&fentanyl[0], "MedicationRequest/other"]);
    assert_eq!(lines(beside), ["fentanyl-naive/safe-storage"]);
    assert_eq!(lines(other(&[])), ["fentanyl-naive/safe-storage"]);
}

#[test]
fn a_line_goes_to_its_own_group_else_to_the_first_card() {
    let own = planned(
        Hook::OrderSign,
        [
            ("fentanyl-naive", of(WARNING)),
            ("opioid-benzo", of(None)),
            ("mme-total", of(INFO)),
        ],
        &[("mme-total", "sedation")],
    );
    assert_eq!(own, ["fentanyl-naive", "mme-total/opioid-benzo"]);
    let first = planned(
        Hook::OrderSign,
        [("fentanyl-naive", of(WARNING)), ("opioid-benzo", of(None))],
        &[],
    );
    assert_eq!(first, ["fentanyl-naive/opioid-benzo"]);
}

#[test]
fn another_rule_offers_naloxone_where_the_offer_itself_is_silent() {
    let with = || {
        let mut finding = finding(WARNING, "x");
        finding.suggest = vec![naloxone()];
        vec![finding]
    };
    let answers = answers([("opioid-benzo", with()), ("mme-total", with())]);
    let group_of = |id: &str| {
        GROUPS
            .iter()
            .find(|group| group.order.contains(&id))
            .map(|group| group.name)
    };
    let cards = plan(
        Hook::OrderSign,
        &answers,
        &Hushed::default(),
        group_of,
        &ClientOptions::default(),
    );
    let offers: Vec<bool> = cards.iter().map(|card| card.naloxone.is_some()).collect();
    assert_eq!(offers, [true, false]);
}

#[test]
fn stop_harm_does_not_host_naloxone() {
    let cards = planned(
        Hook::OrderSign,
        [
            ("fentanyl-naive", of(Some(Indicator::Critical))),
            ("naloxone-offer", of(INFO)),
        ],
        &[],
    );
    assert_eq!(cards, ["fentanyl-naive", "naloxone-offer"]);
}

/// Cards where these rules are quiet.
fn planned_without<const N: usize>(
    quiet: &[&str],
    fired: [(&str, Vec<Finding>); N],
) -> Vec<String> {
    let answers = answers(fired);
    let hush = Hush {
        kind: Kind::NotNow,
        until: jiff::Timestamp::UNIX_EPOCH,
    };
    let hushed = answers
        .iter()
        .filter(|(rule, _)| quiet.contains(&rule.id))
        .map(|(rule, _)| ((rule.id, 0), hush))
        .collect();
    let group_of = |id: &str| {
        let group = GROUPS.iter().find(|group| group.order.contains(&id));
        group.map(|group| group.name)
    };
    let options = ClientOptions::default();
    let cards = plan(Hook::OrderSign, &answers, &hushed, group_of, &options);
    let leader = |card: &Planned<'_>| card.members[0].rule.id.to_owned();
    cards.iter().map(leader).collect()
}

#[test]
fn a_quiet_rule_hides_nothing_but_itself() {
    let pair = || [("opioid-benzo", of(WARNING)), ("kidney-liver", of(INFO))];
    assert_eq!(planned_without(&["opioid-benzo"], pair()), ["kidney-liver"]);
    let start = || {
        [
            ("fentanyl-naive", of(Some(Indicator::Critical))),
            ("erla-naive", of(INFO)),
        ]
    };
    assert_eq!(
        planned_without(&["fentanyl-naive"], start()),
        ["erla-naive"]
    );
    assert_eq!(
        planned_without(&["erla-naive"], start()),
        ["fentanyl-naive"]
    );
    assert_eq!(
        planned_without(
            &["taper-safety"],
            [("taper-safety", of(WARNING)), ("mme-total", of(INFO))]
        ),
        Vec::<String>::new(),
        "in a taper the total is not pleaded with"
    );
}
