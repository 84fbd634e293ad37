//! Medicines as public sample records show them: one row per drug seen there.

use super::*;

struct Seen {
    system: &'static str,
    code: &'static str,
    display: &'static str,
    short_name: &'static str,
    sets: &'static [ValueSet],
    not: &'static [ValueSet],
}

const fn seen(
    system: &'static str,
    code: &'static str,
    display: &'static str,
    short_name: &'static str,
) -> Seen {
    Seen {
        system,
        code,
        display,
        short_name,
        sets: &[],
        not: &[],
    }
}

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const SNOMED: &str = "http://snomed.info/sct";
const NDC: &str = "http://hl7.org/fhir/sid/ndc";
const SEDATING: &[ValueSet] = &[Benzodiazepine];
const SUBOXONE: &[ValueSet] = &[BuprenorphineOud, Buprenorphine];
const LONG: &[ValueSet] = &[Opioid, ExtendedRelease];

#[test]
fn medicines_of_sample_records_resolve() {
    let rows = [
        Seen {
            sets: SEDATING,
            ..seen(RXNORM, "1153378", "Clonazepam [Klonopin]", "clonazepam")
        },
        Seen {
            sets: SEDATING,
            ..seen(RXNORM, "563026", "Diazepam [Valium]", "diazepam")
        },
        Seen {
            sets: SEDATING,
            ..seen(
                RXNORM,
                "905505",
                "Chlordiazepoxide Hydrochloride 25 MG Oral Tablet",
                "chlordiazepoxide",
            )
        },
        Seen {
            sets: SEDATING,
            ..seen(RXNORM, "104693", "Temazepam 20 MG Oral Tablet", "temazepam")
        },
        Seen {
            not: SEDATING,
            ..seen(
                RXNORM,
                "311700",
                "Midazolam 1 MG/ML Injectable Solution",
                "midazolam",
            )
        },
        Seen {
            sets: SEDATING,
            ..seen(
                RXNORM,
                "197528",
                "Clonazepam 1 MG Oral Tablet",
                "clonazepam",
            )
        },
        Seen {
            not: SEDATING,
            ..seen(
                SNOMED,
                "400621001",
                "Lorazepam 2mg/ml injection solution 1ml vial (product)",
                "lorazepam",
            )
        },
        Seen {
            sets: SEDATING,
            ..seen(
                RXNORM,
                "308047",
                "Alprazolam 0.25mg Oral Tablet",
                "alprazolam",
            )
        },
        Seen {
            sets: SEDATING,
            ..seen(RXNORM, "562721", "Alprazolam 0.25mg (Xanax)", "alprazolam")
        },
        Seen {
            sets: SUBOXONE,
            not: &[NaloxoneRescue],
            ..seen(
                RXNORM,
                "1010603",
                "Suboxone 2 MG / 0.5 MG Sublingual Film",
                "buprenorphine/naloxone",
            )
        },
        Seen {
            sets: SUBOXONE,
            not: &[NaloxoneRescue],
            ..seen(
                RXNORM,
                "1010600",
                "Physical Therapy and Acupuncture recommendation",
                "buprenorphine/naloxone",
            )
        },
        Seen {
            sets: &[NaloxoneRescue],
            ..seen(
                RXNORM,
                "1191212",
                "Naloxone Hydrochloride 0.02 MG/ML Injectable Solution",
                "naloxone",
            )
        },
        Seen {
            sets: LONG,
            ..seen(
                RXNORM,
                "1049593",
                "12 HR Oxycodone Hydrochloride 60 MG Extended Release Oral Tablet",
                "oxycodone",
            )
        },
        Seen {
            sets: &[Opioid],
            not: &[ExtendedRelease],
            ..seen(
                RXNORM,
                "1049717",
                "Oxycodone Hydrochloride 10 MG Oral Capsule",
                "oxycodone",
            )
        },
        Seen {
            sets: &[Opioid],
            ..seen(
                RXNORM,
                "1310197",
                "Acetaminophen 300 MG / HYDROcodone Bitartrate 5 MG [Vicodin]",
                "hydrocodone/acetaminophen",
            )
        },
        Seen {
            sets: &[Opioid],
            ..seen(
                RXNORM,
                "1049221",
                "Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet",
                "oxycodone/acetaminophen",
            )
        },
        Seen {
            sets: LONG,
            ..seen(
                RXNORM,
                "1860154",
                "Abuse-Deterrent 12 HR Oxycodone Hydrochloride 15 MG Extended Release Oral Tablet",
                "oxycodone",
            )
        },
        Seen {
            sets: &[Opioid],
            ..seen(
                RXNORM,
                "861467",
                "Meperidine Hydrochloride 50 MG Oral Tablet",
                "meperidine",
            )
        },
        Seen {
            sets: &[Opioid],
            ..seen(
                RXNORM,
                "857005",
                "Acetaminophen 325 MG / HYDROcodone Bitartrate 7.5 MG Oral Tablet",
                "hydrocodone/acetaminophen",
            )
        },
        Seen {
            sets: &[Methadone, ExtendedRelease],
            ..seen(
                NDC,
                "00406577101",
                "METHADONE HCL 10 MG TABLET",
                "methadone",
            )
        },
        Seen {
            sets: LONG,
            ..seen(
                RXNORM,
                "1049574",
                "12 HR Oxycodone Hydrochloride 30 MG Extended Release Oral Tablet",
                "oxycodone",
            )
        },
        Seen {
            sets: &[OpioidByIngredient],
            not: &[Opioid],
            ..seen(
                RXNORM,
                "1732136",
                "1 ML Morphine Sulfate 5 MG/ML Injection",
                "morphine",
            )
        },
        Seen {
            sets: &[OpioidByIngredient, TolerantOnly, ExtendedRelease],
            ..seen(
                SNOMED,
                "333919005",
                "Fentanyl 25micrograms/hour patch (product)",
                "fentanyl",
            )
        },
        seen(
            NDC,
            "16590-619-30",
            "Percocet tablet",
            "oxycodone/acetaminophen",
        ),
        seen(
            NDC,
            "49999-051-30",
            "Vicodin 5mg Hydrocodone, 500mg Acetaminophen tablet",
            "hydrocodone/acetaminophen",
        ),
        Seen {
            sets: &[TolerantOnly],
            ..seen(
                NDC,
                "60505-7001-2",
                "fentanyl 25mcg/hour Patch, Extended Release (Apotex)",
                "fentanyl",
            )
        },
        Seen {
            sets: &[Opioid],
            ..seen(
                RXNORM,
                "856907",
                "Vicodin 5/500 Oral Tablet",
                "hydrocodone/acetaminophen",
            )
        },
        // Synthea's code for captopril is hydrocodone/acetaminophen: the code wins.
        Seen {
            sets: &[Opioid],
            ..seen(
                RXNORM,
                "833036",
                "Captopril 25 MG Oral Tablet",
                "hydrocodone/acetaminophen",
            )
        },
        Seen {
            not: &[Opioid, Sedative],
            ..seen(
                RXNORM,
                "542347",
                "Isoflurane 999 MG/ML Inhalant Solution",
                "Isoflurane 999 MG/ML Inhalant Solution",
            )
        },
    ];
    for row in rows {
        let coding = CodingRef {
            display: Some(row.display),
            ..coding(row.system, row.code)
        };
        let medicine = tables().medicine(&[coding], None);
        let context = format!("{} {}: {medicine:?}", row.code, row.display);
        assert_eq!(medicine.short_name, row.short_name, "{context}");
        for set in row.sets {
            assert!(medicine.is(*set), "{set:?} {context}");
        }
        for set in row.not {
            assert!(!medicine.is(*set), "not {set:?} {context}");
        }
        let opioid = row
            .sets
            .iter()
            .any(|set| [Opioid, Methadone, OpioidByIngredient, BuprenorphineOud].contains(set));
        assert!(!opioid || medicine.is_opioid(), "{context}");
        assert!(!opioid || !medicine.opioids.is_empty(), "{context}");
    }
}
