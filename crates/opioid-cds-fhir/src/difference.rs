//! Where two readings of a resource differ.
//!
//! fhirbolt repairs quietly, even in strict mode: one object where a list belongs, `"true"` for a
//! boolean, a number for a text. Writing the resource again and comparing brings that to light.
//! Refuses to know which of the two is right.

use serde_json::{Number, Value};

/// The first place where the texts differ, as a path, or none if they say the same.
pub(crate) fn between(one: &Value, other: &Value) -> Option<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => one
            .iter()
            .find_map(|(name, value)| match other.get(name) {
                Some(counterpart) => {
                    between(value, counterpart).map(|below| below_name(name, &below))
                }
                None => Some(name.clone()),
            })
            .or_else(|| other.keys().find(|name| !one.contains_key(*name)).cloned()),
        (Value::Array(one), Value::Array(other)) => one
            .iter()
            .zip(other)
            .enumerate()
            .find_map(|(index, (one, other))| {
                between(one, other).map(|below| below_name(&format!("[{index}]"), &below))
            })
            .or_else(|| {
                (one.len() != other.len()).then(|| format!("[{}]", one.len().min(other.len())))
            }),
        (Value::Number(one), Value::Number(other)) => (!same_number(one, other)).then(String::new),
        (one, other) => (one != other).then(String::new),
    }
}

fn below_name(name: &str, below: &str) -> String {
    match below.chars().next() {
        None => name.to_owned(),
        Some('[') => format!("{name}{below}"),
        Some(_) => format!("{name}.{below}"),
    }
}

/// The same text, but for the way an exponent is written: `1e3` comes back as `1e+3`.
fn same_number(one: &Number, other: &Number) -> bool {
    let plain = |number: &Number| number.to_string().replace('E', "e").replace("e+", "e");
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_of_names_makes_no_difference() {
        assert_eq!(
            between(&json!({"a":1,"b":[2]}), &json!({"b":[2],"a":1})),
            None
        );
    }

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        let one = json!({"a":[{"b":{"c":1}},{"b":2}]});
        for (other, path) in [
            (json!({"a":[{"b":{"c":1}},{"b":"2"}]}), "a[1].b"),
            (json!({"a":[{"b":{"c":1}}]}), "a[1]"),
            (json!({"a":[{"b":{"d":1}},{"b":2}]}), "a[0].b.c"),
            (json!({"a":[{"b":{"c":1}},{"b":2,"e":1}]}), "a[1].e"),
            (json!({"a":{"b":{"c":1}}}), "a"),
        ] {
            assert_eq!(between(&one, &other).as_deref(), Some(path));
        }
    }

    #[test]
    fn numbers_are_compared_as_they_are_written() {
        let number = |text: &str| serde_json::from_str::<Value>(text).expect("a number");
        assert_eq!(between(&number("1e3"), &number("1E+3")), None);
        assert!(between(&number("1.0"), &number("1")).is_some());
        assert!(between(&number("0.10"), &number("0.1")).is_some());
    }
}
