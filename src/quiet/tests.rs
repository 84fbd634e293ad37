//! Each row of the table, what ends a period early, and whom the answer to a merged card is about.

use super::*;
use crate::cards::sample::{answers, current, draft, finding, sleep_apnea, snapshot};
use crate::dose::{MmePerDay, Total};
use crate::fhir::{Query, Read, Why};
use crate::patient::{ConditionFact, Doubt, Hook, Known, MedicineRow, Overdose};
use crate::rules::RULES;
use crate::terminology::ValueSet;
use jiff::SignedDuration;
use rust_decimal::Decimal;

const INFO: Option<Indicator> = Some(Indicator::Info);
const WARNING: Option<Indicator> = Some(Indicator::Warning);
const CRITICAL: Option<Indicator> = Some(Indicator::Critical);

fn now() -> Timestamp {
    "2026-11-01T12:00:00Z".parse().expect("an instant")
}

fn marker() -> Marker {
    Marker::with_secret(b"of one patient")
}

fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).expect("a rule")
}

/// One patient on 60 MME a day and lorazepam 1 mg, with a draft.
fn situation() -> Snapshot {
    let mut snapshot = snapshot(Hook::OrderSign);
    snapshot.rows.push(draft("m1", "oxycodone 10 MG", &[]));
    snapshot.rows.push(lorazepam(1));
    set_mme(&mut snapshot, 60);
    snapshot
}

fn lorazepam(units: i64) -> MedicineRow {
    let mut row = current(
        "m2",
        "lorazepam 1 MG Oral Tablet",
        &[ValueSet::Benzodiazepine],
    );
    row.dose.units_per_day = Some(Decimal::from(units));
    row
}

fn set_mme(snapshot: &mut Snapshot, mme: i64) {
    snapshot.mme.after = Some(Total {
        mme_per_day: Some(MmePerDay::new(Decimal::from(mme))),
        floor: false,
        because: Vec::new(),
    });
}

fn card(snapshot: &Snapshot, spoken: &[(&str, Option<Indicator>)]) -> SentCard {
    let rules = spoken.iter().map(|(id, indicator)| SentRule {
        id: (*id).to_owned(),
        grounds: Grounds::of(
            &marker(),
            rule(id),
            &finding(*indicator, "oxycodone"),
            snapshot,
        ),
    });
    SentCard {
        encounter: Some(marker().of(&["encounter", "e1"])),
        rules: rules.collect(),
    }
}

fn quiet(periods: Vec<Period>) -> Quiet {
    Quiet {
        now: now(),
        marker: marker(),
        encounter: Some(marker().of(&["encounter", "e1"])),
        periods,
    }
}

/// What is quiet after this rule's card was put away with this code.
fn after(id: &str, indicator: Option<Indicator>, code: Option<&str>) -> Quiet {
    let card = card(&situation(), &[(id, indicator)]);
    quiet(
        answered(&card, code, |_, _| true, now())
            .expect("a rule")
            .periods,
    )
}

fn is_quiet(quiet: &Quiet, id: &str, indicator: Option<Indicator>, snapshot: &Snapshot) -> bool {
    let answers = answers([(id, vec![finding(indicator, "oxycodone")])]);
    quiet.hushed(&answers, snapshot).is(rule(id).id, 0)
}

fn later(quiet: &Quiet, days: i64) -> Quiet {
    let after = SignedDuration::from_hours(24 * days);
    Quiet {
        now: quiet.now.checked_add(after).expect("an instant"),
        ..quiet.clone()
    }
}

/// The table of catalogue section 6, row by row.
#[test]
fn each_code_keeps_its_rule_quiet_for_its_days() {
    for (codes, kind, days) in [
        (
            &[
                "benefit-documented",
                "benefit-outweighs-discussed",
                "goals-reviewed",
                "discussed",
                "discussed-benefit",
                "not-appropriate",
                "treated-stable",
                "specialist-plan",
                "ob-plan-in-place",
                "explained",
            ][..],
            Kind::ClinicalJudgement,
            90,
        ),
        (
            &[
                "offered-declined",
                "patient-preference",
                "patient-requested-faster",
            ],
            Kind::PatientDecision,
            180,
        ),
        (&["declined-today"], Kind::PatientDecision, 30),
        (
            &["already-has-it", "already-met", "prescribers-coordinated"],
            Kind::AlreadyDone,
            365,
        ),
        (&["in-treatment-elsewhere"], Kind::AlreadyDone, 90),
        (
            &[
                "record-wrong",
                "diagnosis-outdated",
                "calculation-wrong",
                "criteria-not-met",
                "in-remission",
                "not-an-overdose",
                "not-naive-outside-record",
                "not-pregnant",
                "not-breastfeeding-now",
                "naltrexone-stopped",
            ],
            Kind::RecordProblem,
            30,
        ),
    ] {
        for code in codes {
            let quiet = after("nonopioid-first", INFO, Some(code));
            let answers = answers([("nonopioid-first", vec![finding(INFO, "oxycodone")])]);
            let hush = quiet.hushed(&answers, &situation()).of("nonopioid-first");
            assert_eq!(hush.map(|hush| hush.kind), Some(kind), "{code}");
            let still =
                |days| is_quiet(&later(&quiet, days), "nonopioid-first", INFO, &situation());
            assert!(still(days - 1) && !still(days), "{code}: {days} days");
        }
    }
}

/// Every code that a card offers was looked at: it stands in the table, or is named here as "not now".
#[test]
fn each_code_that_a_card_offers_has_its_row() {
    let not_now = [
        "major-surgery-or-trauma",
        "access-barrier",
        "expected-longer",
        "other",
        "specialist-advice",
        "temporary-flare",
        "intended",
        "replacing",
        "bup-preferred",
        "tolerant-elsewhere",
        "palliative-specialist",
        "longer-interval-agreed",
        "coordinated-with-program",
        "acute-severe-pain",
        "otc-planned",
        "planned-supervised",
        "tried-before",
        "severe-acute-pain",
        "not-accessible",
        "short-course-planned",
        "taper-in-progress",
        "not-available",
        "reviewed-together",
        "impending-overdose",
        "not-taking",
        "switching-treatment",
        "confirming",
    ];
    for rule in RULES {
        let codes = rule.about.split("code = \"").skip(1);
        for code in codes.filter_map(|rest| rest.split('"').next()) {
            let is_not_now = row_of(Some(code)).kind == Kind::NotNow;
            assert_eq!(is_not_now, not_now.contains(&code), "{}: {code}", rule.id);
        }
    }
}

#[test]
fn without_a_reason_a_card_is_quiet_in_this_encounter_only() {
    for code in [None, Some("other"), Some("no-such-code")] {
        let quiet = after("nonopioid-first", INFO, code);
        let other = Quiet {
            encounter: Some(marker().of(&["encounter", "e2"])),
            ..quiet.clone()
        };
        let none = Quiet {
            encounter: None,
            ..quiet.clone()
        };
        let is = |quiet| is_quiet(quiet, "nonopioid-first", INFO, &situation());
        assert!(is(&quiet) && !is(&other) && !is(&none), "{code:?}");
    }
}

#[test]
fn where_no_encounter_is_named_it_is_the_same_draft_only() {
    let mut card = card(&situation(), &[("nonopioid-first", INFO)]);
    card.encounter = None;
    let heard = answered(&card, None, |_, _| true, now()).expect("a rule");
    let quiet = quiet(heard.periods);
    assert!(is_quiet(&quiet, "nonopioid-first", INFO, &situation()));
    let mut changed = situation();
    changed.rows[0].quantity = Some(Decimal::TEN);
    assert!(!is_quiet(&quiet, "nonopioid-first", INFO, &changed));
}

/// Whatever the code: catalogue section 6.
#[test]
fn harm_rules_are_quiet_for_the_same_draft_only() {
    for id in [
        "fentanyl-naive",
        "naltrexone-conflict",
        "codeine-tramadol-child",
        "codeine-tramadol-breastfeeding",
        "taper-safety",
        "moud-protect",
        "pregnancy",
    ] {
        let quiet = after(id, WARNING, Some("patient-requested-faster"));
        assert!(is_quiet(&quiet, id, WARNING, &situation()), "{id}");
        for change in [
            (|row| row.reference = "MedicationRequest/m9".into()) as fn(&mut MedicineRow),
            |row| row.instruction_text = Some("2 tablets at night".into()),
            |row| row.repeats = 3,
            |row| row.medicine.name = "oxycodone 20 MG".into(),
        ] {
            let mut changed = situation();
            change(&mut changed.rows[0]);
            assert!(!is_quiet(&quiet, id, WARNING, &changed), "{id}");
        }
        let later = later(&quiet, 7);
        assert!(!is_quiet(&later, id, WARNING, &situation()), "{id}");
    }
}

/// A stop order is known by what it stops; a draft that nobody can identify is never the same.
#[test]
fn a_stop_order_is_the_same_while_it_stops_the_same() {
    let mut stopping = situation();
    stopping.rows[0] = current("m3", "oxycodone 10 MG", &[]);
    stopping.rows[0].stopped_by = Some("MedicationRequest/m1".into());
    let card = card(&stopping, &[("taper-safety", WARNING)]);
    let heard = answered(&card, Some("not-taking"), |_, _| true, now()).expect("a rule");
    let quiet = quiet(heard.periods);
    assert!(is_quiet(&quiet, "taper-safety", WARNING, &stopping));
    stopping.rows[0].instruction_text = Some("every 4 hours".into());
    assert!(!is_quiet(&quiet, "taper-safety", WARNING, &stopping));
    stopping.rows[0].stopped_by = None;
    assert!(!is_quiet(&quiet, "taper-safety", WARNING, &stopping));
}

#[test]
fn a_graver_finding_speaks_whatever_was_answered() {
    for code in ["already-has-it", "offered-declined", "not-appropriate"] {
        let quiet = after("naloxone-offer", INFO, Some(code));
        assert!(is_quiet(&quiet, "naloxone-offer", INFO, &situation()));
        assert!(!is_quiet(&quiet, "naloxone-offer", WARNING, &situation()));
    }
    let quiet = after("naloxone-offer", CRITICAL, Some("already-has-it"));
    let mut changed = situation();
    changed.rows[0].repeats = 1;
    assert!(is_quiet(&quiet, "naloxone-offer", CRITICAL, &situation()));
    assert!(
        !is_quiet(&quiet, "naloxone-offer", CRITICAL, &changed),
        "critical: the same draft only"
    );
}

/// A change of the situation, and whether a clinical judgement ends with it.
type Change = (&'static str, fn(&mut Snapshot), bool);

const CHANGES: &[Change] = &[
    ("nothing", |_| (), false),
    ("60 to 71 MME", |it| set_mme(it, 71), false),
    ("60 to 72 MME", |it| set_mme(it, 72), true),
    ("60 to 48 MME", |it| set_mme(it, 48), true),
    ("60 to 49 MME", |it| set_mme(it, 49), false),
    ("total not known", |it| it.mme.after = None, true),
    ("lorazepam doubled", |it| it.rows[1] = lorazepam(2), true),
    ("lorazepam ended", |it| drop(it.rows.remove(1)), false),
    (
        "lorazepam without a dose",
        |it| it.rows[1].dose.units_per_day = None,
        true,
    ),
    (
        "a new sedative",
        |it| {
            it.rows
                .push(current("m4", "zolpidem 10 MG", &[ValueSet::Sedative]));
        },
        true,
    ),
    (
        "an overdose",
        |it| it.facts.overdose = Known::Yes(overdose("Condition/c9")),
        true,
    ),
    (
        "problem list unread",
        |it| it.facts.overdose = Known::Unsure(Doubt::Unread(Query::Conditions)),
        true,
    ),
    (
        "a read that had been complete",
        |it| {
            it.reads
                .insert(Query::Conditions, Read::Partial(Why::MorePages));
        },
        true,
    ),
];

fn overdose(reference: &str) -> Overdose {
    Overdose {
        condition: ConditionFact {
            name: "opioid overdose".into(),
            date: None,
            reference: reference.into(),
        },
        within_24_months: true,
        perhaps_recent: None,
        substance: None,
        intentional: false,
    }
}

#[test]
fn a_clinical_judgement_ends_with_what_changes_it_and_other_answers_do_not() {
    let judged = after("mme-total", WARNING, Some("benefit-documented"));
    let done = after("mme-total", WARNING, Some("already-met"));
    for (what, change, ends) in CHANGES {
        let mut changed = situation();
        change(&mut changed);
        assert_eq!(
            is_quiet(&judged, "mme-total", WARNING, &changed),
            !ends,
            "{what}"
        );
        assert!(is_quiet(&done, "mme-total", WARNING, &changed), "{what}");
    }
}

#[test]
fn an_overdose_that_was_known_does_not_end_it_and_a_later_one_does() {
    let mut known = situation();
    known.facts.overdose = Known::Yes(overdose("Condition/c1"));
    let card = card(&known, &[("mme-total", WARNING)]);
    let heard = answered(&card, Some("goals-reviewed"), |_, _| true, now()).expect("a rule");
    let quiet = quiet(heard.periods);
    assert!(is_quiet(&quiet, "mme-total", WARNING, &known));
    known.facts.overdose = Known::Yes(overdose("Condition/c2"));
    assert!(!is_quiet(&quiet, "mme-total", WARNING, &known));
}

#[test]
fn a_new_factor_ends_a_judgement_and_a_declined_offer_alone() {
    let mut with_factor = finding(WARNING, "oxycodone");
    with_factor.facts.push(sleep_apnea());
    let answers = answers([("opioid-benzo", vec![with_factor])]);
    for (code, ends) in [
        ("benefit-outweighs-discussed", true),
        ("offered-declined", true),
        ("declined-today", false),
        ("prescribers-coordinated", false),
        ("record-wrong", false),
    ] {
        let quiet = after("opioid-benzo", WARNING, Some(code));
        let hushed = quiet.hushed(&answers, &situation());
        assert_eq!(hushed.is("opioid-benzo", 0), !ends, "{code}");
    }
}

/// Rules quiet after a card that opioid-benzo leads, with the offer of naloxone merged into it.
fn merged(code: Option<&str>) -> Vec<(String, Kind, Reach)> {
    let card = card(
        &situation(),
        &[
            ("opioid-benzo", WARNING),
            ("naloxone-offer", INFO),
            ("opioid-cns", INFO),
        ],
    );
    let offers = |rule: &str, code: &str| {
        let about = &self::rule(rule).about;
        about.contains(&format!("code = \"{code}\""))
    };
    let heard = answered(&card, code, offers, now()).expect("a rule");
    let of = |period: Period| (period.rule, period.kind, period.reach);
    heard.periods.into_iter().map(of).collect()
}

#[test]
fn an_answer_to_a_merged_card_is_about_the_rules_that_offer_its_reason() {
    let of = |rule: &str, kind, reach| (rule.to_owned(), kind, reach);
    let here = Reach::Encounter(marker().of(&["encounter", "e1"]));
    assert_eq!(
        merged(Some("benefit-outweighs-discussed")),
        [
            of("opioid-benzo", Kind::ClinicalJudgement, Reach::Patient),
            of("opioid-cns", Kind::ClinicalJudgement, Reach::Patient),
        ]
    );
    assert_eq!(
        merged(Some("offered-declined")),
        [of("naloxone-offer", Kind::PatientDecision, Reach::Patient)]
    );
    assert_eq!(
        merged(Some("other")),
        [
            of("opioid-benzo", Kind::NotNow, here),
            of("opioid-cns", Kind::NotNow, here),
        ],
        "a reason given to a guideline rule says nothing of a harm rule"
    );
    for code in [None, Some("not-pregnant"), Some("Jane Doe")] {
        assert_eq!(
            merged(code),
            [
                of("opioid-benzo", Kind::NotNow, here),
                of("naloxone-offer", Kind::NotNow, Reach::Drafts),
                of("opioid-cns", Kind::NotNow, here),
            ],
            "{code:?}: put away as a whole, a harm rule for these drafts"
        );
    }
}

#[test]
fn a_reason_that_both_offer_quiets_the_harm_rule_only_where_it_leads() {
    let quieted = |spoken: &[(&str, Option<Indicator>)]| -> Vec<String> {
        let card = card(&situation(), spoken);
        let heard = answered(&card, Some("calculation-wrong"), |_, _| true, now());
        let periods = heard.expect("a rule").periods;
        periods.into_iter().map(|period| period.rule).collect()
    };
    let (guideline, harm) = (("mme-total", WARNING), ("rx-quantity-check", INFO));
    assert_eq!(quieted(&[guideline, harm]), ["mme-total"]);
    assert_eq!(
        quieted(&[harm, guideline]),
        ["rx-quantity-check", "mme-total"]
    );
}

#[test]
fn an_answer_to_a_card_of_no_rule_is_nothing() {
    let mut card = card(&situation(), &[("mme-total", INFO)]);
    card.rules[0].id = "gone".into();
    assert_eq!(answered(&card, None, |_, _| true, now()), None);
}

#[test]
fn marks_of_two_patients_have_nothing_in_common() {
    let other = Marker::with_secret(b"of another patient");
    assert_eq!(marker().of(&["a", "b"]), marker().of(&["a", "b"]));
    assert_ne!(marker().of(&["a", "b"]), marker().of(&["ab"]));
    assert_ne!(marker().of(&["a"]), other.of(&["a"]));
}
