//! Spellings of systems and shapes of codes.

use super::*;

#[test]
fn a_system_is_read_however_it_is_spelt() {
    let spellings = [
        (
            System::RxNorm,
            &[
                "http://www.nlm.nih.gov/research/umls/rxnorm",
                "https://www.nlm.nih.gov/research/umls/rxnorm/",
                "urn:oid:2.16.840.1.113883.6.88",
                "2.16.840.1.113883.6.88",
                "RxNorm",
                "RXNORM",
                " rxnorm ",
            ][..],
        ),
        (
            System::Snomed,
            &[
                "http://snomed.info/sct",
                "http://snomed.info/sct/731000124108",
                "http://snomed.info/sct|http://snomed.info/sct/731000124108",
                "urn:oid:2.16.840.1.113883.6.96",
                "SNOMEDCT",
                "SNOMED CT",
                "SNOMED-CT",
                "snomedct_us",
                "SCT",
            ],
        ),
        (
            System::Icd10Cm,
            &[
                "http://hl7.org/fhir/sid/icd-10-cm",
                "http://hl7.org/fhir/sid/icd-10-cm/",
                "http://hl7.org/fhir/sid/icd-10",
                "URN:OID:2.16.840.1.113883.6.90",
                "2.16.840.1.113883.6.3",
                "ICD-10-CM",
                "ICD10CM",
                "icd10",
                "ICD-10",
            ],
        ),
        (
            System::Loinc,
            &[
                "http://loinc.org",
                "https://loinc.org/",
                "urn:oid:2.16.840.1.113883.6.1",
                "LN",
                "loinc",
            ],
        ),
        (
            System::Nucc,
            &[
                "http://nucc.org/provider-taxonomy",
                "2.16.840.1.113883.6.101",
                "NUCC",
            ],
        ),
        (
            System::Ndc,
            &[
                "http://hl7.org/fhir/sid/ndc",
                "urn:oid:2.16.840.1.113883.6.69",
                "ndc",
                "NDC",
            ],
        ),
    ];
    for (system, names) in spellings {
        assert_eq!(System::read(system.uri()), Some(system));
        for name in names {
            assert_eq!(System::read(name), Some(system), "{name}");
        }
    }
    for stranger in [
        "",
        "http://example.org/codes",
        "http://hl7.org/fhir/sid/icd-9-cm",
        "CPT",
        "icd9",
        "urn:oid:1.2.3",
    ] {
        assert_eq!(System::read(stranger), None, "{stranger}");
    }
}

#[test]
fn a_code_is_read_with_or_without_its_dot_and_in_any_case() {
    for code in ["F11.20", "f1120", "F1120", " F11.20 "] {
        assert!(sets(System::Icd10Cm, code).has(OpioidUseDisorder), "{code}");
    }
    for code in [
        "",
        ".",
        "F",
        "F1",
        "11.20",
        "F11.20.30.40",
        "É11",
        "F11.2012345",
    ] {
        assert_eq!(sets(System::Icd10Cm, code), Sets::EMPTY, "{code}");
    }
    for (system, code) in [
        (System::Icd10Cm, "F11.20"),
        (System::Icd10Cm, "C34"),
        (System::Loinc, "91147-9"),
        (System::Snomed, "1081000119105"),
        (System::RxNorm, "1049611"),
        (System::Nucc, "207RH0003X"),
        (System::Ndc, "00406577101"),
    ] {
        let read = Code::parse(system, code).expect("a code");
        assert_eq!((read.to_string().as_str(), read.system()), (code, system));
    }
    assert_eq!(Code::read(CodingRef::default()), None);
    assert_eq!(Code::parse(System::RxNorm, "123456789"), None);
    assert_eq!(Code::parse(System::Snomed, "99999999999999999999"), None);
}

#[test]
fn an_ndc_is_read_in_its_four_forms() {
    let eleven = Code::parse(System::Ndc, "00406577101");
    for form in ["00406-5771-01", "0406-5771-01", "00406577101"] {
        assert_eq!(Code::parse(System::Ndc, form), eleven, "{form}");
    }
    assert_eq!(
        Code::parse(System::Ndc, "16590-619-30")
            .map(|c| c.to_string())
            .as_deref(),
        Some("16590061930")
    );
    assert_eq!(
        Code::parse(System::Ndc, "60505-7001-2")
            .map(|c| c.to_string())
            .as_deref(),
        Some("60505700102")
    );
    for form in [
        "0406577101",
        "00406-577-1",
        "1-2-3",
        "00406-5771",
        "0040657710A",
        "00406-5771-01-1",
    ] {
        assert_eq!(Code::parse(System::Ndc, form), None, "{form}");
    }
    let methadone = tables().medicine(&[coding("NDC", "0406-5771-01")], None);
    assert!(methadone.is(Methadone), "{methadone:?}");
    assert!(sets(System::Ndc, "00406577101").has(Methadone));
}

#[test]
fn a_code_without_text_has_the_name_of_its_table() {
    let display = |system, code| tables().display(coding(system, code));
    assert_eq!(
        display("SNOMED", "13645005"),
        Some("Chronic obstructive lung disease (disorder)")
    );
    assert_eq!(display("RxNorm", "7804"), Some("oxycodone"));
    assert_eq!(display("LN", "91147-9"), Some("Mean score [PEG]"));
    assert_eq!(display("RxNorm", "1"), None);
    let codings = [coding("CPT", "1"), coding("icd10", "J44.9")];
    assert!(tables().is_in(ChronicLung, codings));
    assert!(!tables().is_in(Liver, codings));
}
