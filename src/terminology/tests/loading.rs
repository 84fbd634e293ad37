//! The built-in tables and what a site may put in their place.

use super::*;
use crate::terminology::check::has_valid_check_digit;
use rust_decimal::Decimal;

fn with(file: &str, text: &str) -> Result<Terminology, Vec<Problem>> {
    Terminology::load(&overrides(file, text))
}

fn overrides(file: &str, text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(file.to_owned(), text.to_owned())])
}

fn first_problem(file: &str, text: &str) -> Problem {
    let problems = with(file, text).err().unwrap_or_default();
    problems.into_iter().next().expect("a problem")
}

#[test]
fn the_built_in_tables_pass_every_check() {
    assert_eq!(Terminology::problems(&BTreeMap::new()), []);
}

#[test]
fn check_digits_are_those_of_snomed_and_loinc() {
    let valid = |system, code| has_valid_check_digit(Code::parse(system, code).expect("a code"));
    assert!(valid(System::Snomed, "77386006"));
    assert!(valid(System::Snomed, "1081000119105"));
    assert!(!valid(System::Snomed, "77386007"));
    assert!(valid(System::Loinc, "44261-6"));
    assert!(!valid(System::Loinc, "44261-5"));
}

#[test]
fn a_site_adds_a_code_to_a_set() {
    let added = "system,code,display\nicd10cm,Z99.89,Dependence on enabling machines\n";
    let tables = with("value-sets/chronic-lung-disease.add.csv", added).expect("loads");
    let code = coding("icd10", "Z9989");
    assert!(tables.sets_of(code).has(ChronicLung));
    assert!(!Terminology::builtin().sets_of(code).has(ChronicLung));
    assert!(tables.sets_of(coding("icd10", "J44.9")).has(ChronicLung));
}

#[test]
fn a_site_removes_one_code_that_a_prefix_rule_gives() {
    let removed = "system,code,display\nicd10cm,F11.20,Opioid dependence\n";
    let tables = with("value-sets/opioid-use-disorder.remove.csv", removed).expect("loads");
    assert!(
        !tables
            .sets_of(coding("icd10", "F11.20"))
            .has(OpioidUseDisorder)
    );
    assert!(
        tables
            .sets_of(coding("icd10", "F11.20"))
            .has(OpioidDependenceCode)
    );
    assert!(
        tables
            .sets_of(coding("icd10", "F11.23"))
            .has(OpioidUseDisorder)
    );
}

#[test]
fn an_ingredient_does_not_put_back_what_a_site_removed() {
    let removed = "system,code,display\nrxnorm,197528,clonazepam 1 MG Oral Tablet\n";
    let tables = with("value-sets/benzodiazepines.remove.csv", removed).expect("loads");
    let clonazepam = |code| tables.medicine(&[coding("RxNorm", code)], None);
    assert!(!clonazepam("197528").is(Benzodiazepine));
    assert!(clonazepam("197527").is(Benzodiazepine));
}

#[test]
fn a_site_replaces_a_set_and_a_factor_table() {
    let only = "system,code,display\nsnomed,13645005,COPD\n";
    let tables = with("value-sets/chronic-lung-disease.csv", only).expect("loads");
    assert!(
        tables
            .sets_of(coding("SNOMED", "13645005"))
            .has(ChronicLung)
    );
    assert!(
        !tables
            .sets_of(coding("SNOMED", "63480004"))
            .has(ChronicLung)
    );

    let factors = "factor_set,ingredient_rxcui,ingredient,dose_form_class,unit_basis,factor,\
                   min_daily_dose,max_daily_dose,handling\n\
                   cdc-2022,7804,oxycodone,oral,mg,1.6,,,convert\n";
    let tables = with("mme-factors.csv", factors).expect("loads");
    let rows = tables
        .factors()
        .rows(FactorSet::Cdc2022, Some(7804), DoseFormClass::Oral);
    assert_eq!(
        rows.first().map(|row| row.factor),
        Some(Decimal::new(16, 1))
    );
}

#[test]
fn a_broken_override_says_file_line_and_reason() {
    let file = "value-sets/methadone.csv";
    let problem = first_problem(
        file,
        "system,code,display\nrxnorm,864706,ok\nrxnorm,abc,no\n",
    );
    assert_eq!((problem.file.as_str(), problem.line), (file, Some(3)));
    assert!(problem.message.contains("abc"), "{problem}");

    let problem = first_problem(file, "system,code\nrxnorm,864706\n");
    assert_eq!(problem.line, Some(1));
    assert!(problem.message.contains("display"), "{problem}");

    let problem = first_problem(file, "system,code,display\n");
    assert!(problem.message.contains("no row"), "{problem}");

    let problem = first_problem(file, "system,code,display\nrxnorm,864706\n");
    assert_eq!(problem.line, Some(2));

    let problem = first_problem(
        "value-sets/uds-xylazine.csv",
        "system,code,display\nloin,1-2,x\n",
    );
    assert!(problem.message.contains("loin"), "{problem}");

    let problem = first_problem("value-sets/metadone.add.csv", "system,code,display\n");
    assert!(problem.message.contains("name"), "{problem}");

    let problem = first_problem(
        "prefix-rules.csv",
        "set,system,prefix,exclude_prefix\npregnancy,icd10cm,O09,O10.1\n",
    );
    assert_eq!(problem.line, Some(2));
}

#[test]
fn all_problems_are_reported_and_not_only_the_first() {
    let broken = "system,code,display\nrxnorm,abc,no\nrxnorm,def,no\n";
    let mut both = overrides("value-sets/methadone.csv", broken);
    both.insert("mme-factors.csv".to_owned(), "nothing\n1\n".to_owned());
    let problems = Terminology::load(&both).err().unwrap_or_default();
    assert!(problems.len() >= 3, "{problems:?}");
}

#[test]
fn the_check_command_finds_what_a_start_lets_pass() {
    let file = "value-sets/hospice.add.csv";
    let wrong = overrides(file, "system,code,display\nsnomed,385763008,Hospice care\n");
    assert!(Terminology::load(&wrong).is_ok());
    let problems = Terminology::problems(&wrong);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].line, Some(2));

    let twice = "system,code,display\nsnomed,385763009,Hospice care\n";
    assert_eq!(Terminology::problems(&overrides(file, twice)).len(), 1);

    let overlap = "system,code,display\nrxnorm,1010600,buprenorphine / naloxone film\n";
    let overlap = overrides("value-sets/naloxone-rescue.add.csv", overlap);
    assert!(!Terminology::problems(&overlap).is_empty());
}

#[test]
fn no_text_of_an_override_panics() {
    let files = [
        "value-sets/methadone.csv",
        "mme-factors.csv",
        "ndc.csv",
        "drug-ingredients.csv",
        "prefix-rules.csv",
        "opioid-products.csv",
    ];
    let texts = [
        "",
        "\u{0}",
        "\"",
        "a,b\n\"",
        "\u{feff}system,code,display\n,,\n",
        "\n\n\n",
    ];
    for text in texts {
        let all = files.map(|file| (file.to_owned(), text.to_owned()));
        let problems = Terminology::load(&BTreeMap::from(all))
            .err()
            .unwrap_or_default();
        for file in files {
            assert!(
                problems.iter().any(|problem| problem.file == file),
                "{file}: {text:?}"
            );
        }
    }
}

#[test]
fn factors_answer_by_ingredient_then_by_any_opioid() {
    let factors = tables().factors();
    let rows = |set, code, form| factors.rows(set, code, form);
    use DoseFormClass::{Injection, Oral, Rectal, Transdermal};
    use FactorSet::{Cdc2016, Cdc2018, Cdc2022, NihHeal2025};

    for (code, hundredths) in [
        (2670, 15),
        (5489, 100),
        (3423, 500),
        (6813, 470),
        (7052, 100),
        (7804, 150),
        (7814, 300),
        (787_390, 40),
        (10689, 20),
    ] {
        let row = rows(Cdc2022, Some(code), Oral)[0];
        assert_eq!(
            (row.handling, row.unit_basis),
            (Handling::Convert, UnitBasis::Mg)
        );
        assert_eq!(row.factor, Decimal::new(hundredths, 2), "{code}");
    }
    let patch = rows(Cdc2022, Some(4337), Transdermal)[0];
    assert_eq!(
        (patch.unit_basis, patch.factor),
        (UnitBasis::UgPerHour, Decimal::new(24, 1))
    );

    assert!(
        rows(Cdc2022, Some(6754), Oral).is_empty(),
        "meperidine has no factor"
    );
    assert!(rows(Cdc2022, Some(7052), Rectal).is_empty());
    assert_eq!(
        rows(Cdc2022, Some(7052), Injection)[0].handling,
        Handling::NotComputed
    );
    assert_eq!(
        rows(Cdc2022, None, Injection)[0].handling,
        Handling::NotComputed
    );
    for form in [Oral, Transdermal, Injection] {
        assert_eq!(
            rows(Cdc2018, Some(1819), form)[0].handling,
            Handling::Exclude
        );
    }
    assert!(
        rows(NihHeal2025, Some(2_001_352), Oral).is_empty(),
        "unverified rows are not used"
    );

    let bands = rows(Cdc2016, Some(6813), Oral);
    assert_eq!(bands.len(), 4);
    let at = |daily: i64| {
        let daily = Decimal::new(daily, 1);
        let fits = bands
            .iter()
            .filter(|row| row.band.is_some_and(|band| band.holds(daily)));
        fits.map(|row| row.factor).collect::<Vec<_>>()
    };
    assert_eq!(at(200), [Decimal::from(4)]);
    assert_eq!(at(205), [Decimal::from(8)]);
    assert_eq!(at(6001), [Decimal::from(12)]);
}

#[test]
fn factor_sets_have_the_names_of_the_table() {
    for set in FactorSet::ALL {
        assert_eq!(set.as_str().parse(), Ok(set));
    }
    assert!("cdc-2020".parse::<FactorSet>().is_err());
    assert_eq!(FactorSet::default(), FactorSet::Cdc2022);
}
