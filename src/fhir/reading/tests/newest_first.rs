//! R-117: a list that goes on is whole for a look-back that it visibly passes.

use super::*;

fn result(day: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"o{day}","subject":{{"reference":"Patient/p1"}},"effectiveDateTime":"{day}"}}"#
    )
}

fn read(days: &[&str]) -> (Read, Vec<Need>) {
    let rows: Vec<String> = days.iter().map(|day| result(day)).collect();
    let call =
        call(&format!(r#"{{"laboratory":{}}}"#, page(&rows, "x"))).needing(&[Query::Laboratory]);
    (call.read(), call.wanted())
}

#[test]
fn newest_first_and_past_three_years_is_whole() {
    let (read, wanted) = read(&["2026-10-01", "2026-10-01", "2024-02-01", "2023-10-31"]);
    assert_eq!((read, wanted), (Read::Complete, vec![]));
}

#[test]
fn what_does_not_reach_so_far_or_shows_no_order_goes_on() {
    for days in [
        vec![],
        vec!["2020-01-01"],
        vec!["2026-10-01", "2023-11-02"],
        vec!["2020-01-01", "2026-10-01"],
        vec!["2026-10-01", "2019-01-01", "2020-01-01"],
        vec!["2020-01-01", "2020-01-01", "2020-01-01"],
        vec!["2026-10-01", "", "2020-01-01"],
    ] {
        let (read, wanted) = read(&days);
        assert_eq!(read, Read::Partial(Why::MorePages), "{days:?}");
        assert_eq!(wanted.len(), 1);
    }
}

/// What began long ago may still go on.
#[test]
fn visits_have_to_be_whole() {
    let visit = |day: &str| {
        format!(
            r#"{{"resourceType":"Encounter","id":"e{day}","subject":{{"reference":"Patient/p1"}},"period":{{"start":"{day}"}}}}"#
        )
    };
    let rows = [visit("2026-10-01"), visit("2010-01-01")];
    let call =
        call(&format!(r#"{{"encounters":{}}}"#, page(&rows, "x"))).needing(&[Query::Encounters]);
    assert_eq!(call.read(), Read::Partial(Why::MorePages));
}
