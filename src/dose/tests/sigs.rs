//! Instruction texts as they stand in records (R12).

use super::*;

/// MME of a text alone, with "up to" before a number that is a most.
fn told(rxcui: &str, words: &str) -> String {
    let dose = converted(&reading(rxcui, &[text(words)]));
    let up_to = if dose.up_to && dose.mme_per_day.is_some() {
        "up to "
    } else {
        ""
    };
    format!("{up_to}{}", shown(&dose))
}

/// Oxycodone 10 mg: one tablet is 15 MME.
#[test]
fn common_forms_are_read() {
    for (words, expected) in [
        (
            "take 1-2 tablets by mouth every 4-6 hours as needed for pain, max 8 per day",
            "up to 120",
        ),
        ("1-2 tabs PO q4-6h PRN, max 8/day", "up to 120"),
        ("1-2 tabs PO q4-6h PRN", "up to 180"),
        ("1 tab PO QID", "60"),
        ("one tablet twice daily", "30"),
        ("1 po bid prn", "up to 30"),
        ("Take 10 mg every 12 hours", "30"),
        ("2 tabs q6h", "120"),
        ("take 1 tablet (10 mg) by mouth 3 times daily", "45"),
        ("1 tablet at bedtime", "15"),
        ("1 tablet every morning and at bedtime", "30"),
        ("1 tab q6h, max 4 tablets per day", "60"),
        ("1-2 tabs q4h, not to exceed 6/day", "up to 90"),
        (
            "Take 1 tablet (10 mg total) by mouth every 6 (six) hours as needed for severe pain (7-10).",
            "up to 60",
        ),
        ("Take one (1) tablet by mouth three (3) times a day", "45"),
        ("Take one-half tablet by mouth twice a day", "15"),
        ("1/2 tablet bid", "15"),
        ("½ tab b.i.d.", "15"),
        ("take 1 1/2 tablets daily", "22.5"),
        ("take one and a half tablets daily", "22.5"),
        (
            "Take 1 tablet by mouth every 4 hours as needed for up to 5 days.",
            "up to 90",
        ),
        ("TAKE 1 TABLET BY MOUTH EVERY 8 HOURS FOR 30 DAYS", "45"),
        (
            "take 1 tablet in the morning and 2 tablets at bedtime",
            "45",
        ),
        (
            "1 tab in the morning, 1 tab at noon, and 2 tabs at bedtime",
            "60",
        ),
        ("Take 1 tablet at 8 am and 8 pm", "30"),
        ("1 tablet every four hours as needed for pain", "up to 90"),
        ("take 10mg (1 tablet) q12h", "30"),
        ("take one 10 mg tablet every 12 hours", "30"),
        ("5-10 mg q4h prn", "up to 90"),
        ("5 mg to 10 mg every 4 hours as needed", "up to 90"),
        ("10 mg/day", "15"),
        ("1 tablet every other day", "7.5"),
        ("1 tablet twice daily, every 12 hours", "30"),
        ("take up to 8 tablets per day as needed", "up to 120"),
        (
            "1 tablet up to 4 times daily as needed for pain",
            "up to 60",
        ),
        ("1 tablet every 4 hours up to 4 times a day", "60"),
        (
            "1-2 tablets as needed for pain, maximum daily dose 6 tablets",
            "up to 90",
        ),
        (
            "Take 1 tablet q6h prn pain. Do not exceed 4 g of acetaminophen in 24 hours.",
            "up to 60",
        ),
        ("1 tab po q6h prn pain. MDD 4", "up to 60"),
        ("1 tablet daily at bedtime", "15"),
        ("take 2 tablets 3x/day with food", "90"),
        ("1 tab tid with meals", "45"),
        (
            "Take 1-2 tablets by mouth every 4 (four) to 6 (six) hours as needed for pain.",
            "up to 180",
        ),
        (
            "Take 1 tablet by mouth every 6 (six) hours as needed for moderate pain (pain score 4-6).",
            "up to 60",
        ),
        (
            "Take 1 tablet by mouth every 6 hours as needed. Max Daily Amount: 40 mg",
            "up to 60",
        ),
        (
            "1 tablet q4h, do not exceed 4 tablets in a 24-hour period",
            "60",
        ),
        ("1 tab q6h p.r.n.", "up to 60"),
        ("Take 1 tablet by mouth 2 (two) times daily.", "30"),
        ("1 tablet in the morning and evening, 2 at bedtime", "60"),
        ("take 1 tablet by mouth q.4h. p.r.n.", "up to 90"),
        ("10 mg, Oral, Every 6 hours PRN, severe pain", "up to 60"),
        (
            "1 tab(s) orally every 6 hours, As Needed - for pain",
            "up to 60",
        ),
        (
            "Take 1 tablet every 6 hours as needed for Pain (severe).",
            "up to 60",
        ),
        ("1 to 2 tablets 3 to 4 times daily", "up to 120"),
        (
            "Take 1 tablet twice daily. May take 1 additional tablet daily as needed",
            "up to 45",
        ),
    ] {
        assert_eq!(told(OXYCODONE_10, words), expected, "{words}");
    }
}

#[test]
fn patches_and_liquids_are_read() {
    for (rxcui, words, expected) in [
        (FENTANYL_25, "apply 1 patch every 72 hours", "60"),
        (
            FENTANYL_25,
            "Apply one patch to skin every 3 days. Remove old patch.",
            "60",
        ),
        (
            FENTANYL_25,
            "Place 1 patch (25 mcg/hr) on the skin every 72 hours",
            "60",
        ),
        (FENTANYL_25, "apply 2 patches q72h", "120"),
        (FENTANYL_25, "apply 1 patch and change every 72 hours", "60"),
        (FENTANYL_25, "25 mcg/hr every 72 hours", "60"),
        (FENTANYL_25, "apply 1 patch", "unknown"),
        (
            FENTANYL_25,
            "apply 1 patch (50 mcg/h) every 72 hours",
            "unknown",
        ),
        (
            MORPHINE_SOLUTION_2,
            "take 5 mL by mouth every 4 hours",
            "60",
        ),
        (
            MORPHINE_SOLUTION_2,
            "Take 5 mL (10 mg total) every 4 hours",
            "60",
        ),
        (MORPHINE_SOLUTION_2, "1 tablet twice daily", "unknown"),
        (
            MORPHINE_SOLUTION_2,
            "take 1 teaspoonful every 4 hours",
            "unknown",
        ),
    ] {
        assert_eq!(told(rxcui, words), expected, "{words}");
    }
}

#[test]
fn in_doubt_a_text_is_not_read() {
    for words in [
        "",
        "as directed",
        "Take as needed.",
        "take as directed by prescriber",
        "take 1 tablet",
        "take 1 tablet as needed for pain",
        "every 6 hours as needed",
        "1 tablet daily, then 2 tablets daily",
        "1 tablet bid for 3 days then 1 tablet daily",
        "take 1 tablet daily, increase to 2 tablets after one week",
        "take 1 tablet, may repeat in 4 hours",
        "1 tablet before meals and at bedtime",
        "take 1 tablet with meals",
        "1 tablet every 6 hours and at bedtime",
        "1 tablet once daily and at bedtime",
        "1 tablet every 4 hours every 6 hours",
        "1-1/2 tablets daily",
        "2-1 tablets daily",
        "1,5 tablets daily",
        "0 tablets daily",
        "-1 tablet daily",
        "10 po bid",
        "1 puff bid",
        "1 spray in each nostril twice daily",
        "1 tablet (5 mg) twice daily",
        "1 tablet for moderate pain or 2 tablets for severe pain every 4 hours",
        "1 tab q6h, max 6",
        "10 mg q4h, max 8 per day",
        "0.25mg PO every 6-12 hours as needed for menses from Jan 15-20, 2015.  Do not exceed more than 4mg per day",
        "20 Units SC three times daily",
        "4mcg/kg/min",
        "5 mg/kg twice daily",
        "1 tablet twice",
        "1 tablet bid week 1",
        "tome una tableta cada 6 horas",
        "1 tablet daily. 1 tablet twice daily.",
        "1 tablet at bedtime daily and every 6 hours",
        "1 tablet over a day",
        "take 1 tablet every 2nd day",
        "take 1 tablet at bedtime and",
        "1 tablet am the bedtime",
        "1 tablet daily up to",
        "take 1 tab.5 mg daily",
    ] {
        assert_eq!(told(OXYCODONE_10, words), "unknown", "{words}");
    }
}
