//! The pair: which opioids and benzodiazepines overlap, and what this call changes about them.
//!
//! Knows new, raised, and single supplies that do not count.
//! Refuses to know reviews and indicators.

use crate::fhir::Query;
use crate::patient::{Doubt, Known, MedicineRow, Moud, RowKind, Snapshot};
use crate::rules::{named, raised};

/// Is one of the pair new or raised?
#[derive(Debug, Clone)]
pub(super) enum News<'a> {
    /// These drafts are new, or their daily amount rises by the site's share.
    New(Vec<&'a MedicineRow>),
    /// Both were current before, and neither is raised.
    None,
    /// Both were current before, and whether one is raised could not be computed.
    Unsure(Vec<Doubt>),
}

/// Opioids and benzodiazepines of the regimen after signing.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    /// Opioids, drafts first.
    pub(super) opioids: Vec<&'a MedicineRow>,
    /// Benzodiazepines, drafts first.
    pub(super) benzodiazepines: Vec<&'a MedicineRow>,
    /// Treatment of opioid use disorder that is no row of the medicine list.
    pub(super) elsewhere: Option<&'a Moud>,
    /// Treatment of opioid use disorder is part of it.
    pub(super) treatment: bool,
    /// New or raised.
    pub(super) news: News<'a>,
}

impl<'a> Pair<'a> {
    /// The pair that this call is about.
    pub(super) fn of(snapshot: &'a Snapshot) -> Known<Pair<'a>> {
        let order = snapshot.hook.is_order();
        let mut opioids: Vec<_> = snapshot
            .after()
            .filter(|row| row.medicine.is_opioid())
            .collect();
        let mut benzodiazepines: Vec<_> = snapshot
            .after()
            .filter(|row| named::is_benzodiazepine(row))
            .collect();
        for rows in [&mut opioids, &mut benzodiazepines] {
            rows.sort_by_key(|row| row.kind != RowKind::Draft);
        }
        let elsewhere = snapshot
            .facts
            .moud
            .yes()
            .filter(|moud| named::is_opioid_elsewhere(snapshot, moud));
        let drafted = |rows: &[&MedicineRow]| {
            rows.iter()
                .any(|row| row.kind == RowKind::Draft && row.in_focus)
        };
        let asked = !order || drafted(&opioids) || drafted(&benzodiazepines);
        let complete = !benzodiazepines.is_empty() && (!opioids.is_empty() || elsewhere.is_some());
        if asked && complete {
            let treatment = elsewhere.is_some() || opioids.iter().any(|row| row.moud);
            let news = news(snapshot, opioids.iter().chain(&benzodiazepines).copied());
            return Known::Yes(Pair {
                opioids,
                benzodiazepines,
                elsewhere,
                treatment,
                news,
            });
        }
        if let Some(draft) = snapshot.unidentified_drafts.first() {
            return Known::Unsure(Doubt::Unidentified(draft.clone()));
        }
        if asked {
            snapshot
                .unread(Query::Medications)
                .map_or(Known::No, Known::Unsure)
        } else {
            Known::No
        }
    }

    /// All rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = &'a MedicineRow> {
        self.opioids.iter().chain(&self.benzodiazepines).copied()
    }

    /// What is asked about treats opioid use disorder: the drafts, or on patient-view every opioid.
    pub(super) fn only_treatment(&self) -> bool {
        if self.drafts().next().is_some() {
            return self.drafts().all(|row| row.moud);
        }
        self.opioids.iter().all(|row| row.moud)
    }

    /// A benzodiazepine is new beside treatment, or treatment is what is new: sheet 4.5 judges, whatever else is there.
    pub(super) fn meets_treatment(&self) -> bool {
        let News::New(drafts) = &self.news else {
            return self.treatment;
        };
        let for_pain = drafts.iter().any(|row| row.is_pain_opioid());
        self.treatment && (!for_pain || drafts.iter().any(|row| named::is_benzodiazepine(row)))
    }

    /// Drafts of this call in the pair.
    pub(super) fn drafts(&self) -> impl Iterator<Item = &'a MedicineRow> {
        self.rows()
            .filter(|row| row.kind == RowKind::Draft && row.in_focus)
    }

    /// The benzodiazepine is clobazam, and nothing says that it is for something else than epilepsy.
    pub(super) fn only_clobazam(&self) -> bool {
        self.benzodiazepines.iter().all(|row| {
            let clobazam = row
                .medicine
                .ingredients
                .iter()
                .any(|one| one.name == "clobazam");
            let seizures = |reason: &str| {
                let reason = reason.to_lowercase();
                ["epilep", "seizure", "lennox"]
                    .iter()
                    .any(|word| reason.contains(word))
            };
            clobazam && row.reason.as_deref().is_none_or(seizures)
        })
    }

    /// Name of the first opioid.
    pub(super) fn opioid_name(&self) -> String {
        let row = self
            .opioids
            .first()
            .map(|row| row.medicine.short_name.clone());
        row.or(self.elsewhere.map(|moud| moud.name.clone()))
            .unwrap_or_default()
    }

    /// The first benzodiazepine.
    pub(super) fn benzodiazepine(&self) -> &'a MedicineRow {
        self.benzodiazepines
            .first()
            .copied()
            .expect("a pair has a benzodiazepine")
    }

    /// Which of the two is new: "opioid", "benzodiazepine", "both", "raised" where both are known, or nothing.
    pub(super) fn what_is_new(&self) -> &'static str {
        let News::New(drafts) = &self.news else {
            return "";
        };
        let new = |row: &&MedicineRow| row.supersedes.is_empty();
        let opioid = drafts
            .iter()
            .copied()
            .filter(new)
            .any(|row| row.medicine.is_opioid());
        let benzodiazepine = drafts
            .iter()
            .copied()
            .filter(new)
            .any(named::is_benzodiazepine);
        match (opioid, benzodiazepine) {
            (true, true) => "both",
            (true, false) => "opioid",
            (false, true) => "benzodiazepine",
            (false, false) => "raised",
        }
    }

    /// Somebody else who prescribes one of the two, and what.
    pub(super) fn prescriber(&self, snapshot: &Snapshot) -> Option<(String, &'a MedicineRow)> {
        let rows = self.benzodiazepines.iter().chain(&self.opioids).copied();
        rows.filter_map(|row| Some((named::other_prescriber(snapshot, row)?, row)))
            .next()
    }

    /// A new draft that may be taken back: none that renews, and no treatment of opioid use disorder.
    pub(super) fn deletable(&self) -> Option<&'a MedicineRow> {
        let has_id = |row: &MedicineRow| !row.reference.ends_with('/');
        self.drafts()
            .find(|row| row.supersedes.is_empty() && !row.moud && has_id(row))
    }
}

fn news<'a>(snapshot: &Snapshot, rows: impl Iterator<Item = &'a MedicineRow>) -> News<'a> {
    let (mut new, mut doubts) = (Vec::new(), Vec::new());
    for draft in rows.filter(|row| row.kind == RowKind::Draft && row.in_focus) {
        let known = snapshot.before().any(|old| old.same_ingredient(draft));
        match raised::raised(snapshot, draft) {
            _ if !known => new.push(draft),
            Known::Yes(()) => new.push(draft),
            Known::Unsure(doubt) => doubts.push(doubt),
            Known::No => {}
        }
    }
    match (new.is_empty(), doubts.is_empty()) {
        (false, _) => News::New(new),
        (true, false) => News::Unsure(doubts),
        (true, true) => News::None,
    }
}
