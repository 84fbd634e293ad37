//! The rules of FHIR JSON that hold for every element, <https://hl7.org/fhir/R4/json.html>.
//!
//! No name twice in an object, no empty text, no empty list, no empty object: serde_json and
//! fhirbolt take the last of two equal names without a word, and fhirbolt panics on an empty list.
//! Refuses to know resource types and elements.

use std::{collections::HashSet, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How deep objects and lists may nest.
///
/// Each resource within a resource takes fhirbolt's reader about 75 kB of stack in a debug build,
/// and a thread has 2 MB; the deepest of the patient records we know nests 11 deep.
const DEEPEST: u8 = 48;

/// Every rule; the error names the rule, the line and the column.
pub(crate) fn hold_for(json: &str) -> Result<(), serde_json::Error> {
    look(json, true)
}

/// The one rule for lax reading: not deeper than the stack can take.
pub(crate) fn not_too_deep(json: &str) -> Result<(), serde_json::Error> {
    look(json, false)
}

fn look(json: &str, strict: bool) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    Element { strict, depth: 0 }.deserialize(&mut reader)?;
    reader.end()
}

#[derive(Clone, Copy)]
struct Element {
    strict: bool,
    depth: u8,
}

impl Element {
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEEPEST {
            return Err(E::custom(format!("nested more than {DEEPEST} deep")));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    fn unless<E: Error>(self, broken: bool, rule: &str) -> Result<(), E> {
        if broken && self.strict {
            Err(E::custom(rule))
        } else {
            Ok(())
        }
    }
}

impl<'de> DeserializeSeed<'de> for Element {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an element of FHIR JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.unless(text.is_empty(), "an empty text")
    }

    // A null stands for an absent value beside an extension, in lists only: left to the model.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        let mut empty = true;
        while list.next_element_seed(inner)?.is_some() {
            empty = false;
        }
        self.unless(empty, "an empty list")
    }

    // With `arbitrary_precision` a number also comes as a map, of one private name.
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        let mut names = HashSet::new();
        while let Some(name) = object.next_key::<String>()? {
            object.next_value_seed(inner)?;
            if let Some(name) = names.replace(name) {
                self.unless(true, &format!("`{name}` twice in one object"))?;
            }
        }
        self.unless(names.is_empty(), "an empty object")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_json_passes() {
        hold_for(r#"{"a":[1,0.10,-2e3,true,null,"x"],"b":{"c":{"a":"y"}}}"#)
            .expect("nothing to find");
    }

    #[test]
    fn each_rule_is_named_and_lax_reading_knows_none_of_them() {
        for (json, rule) in [
            (r#"{"a":1,"a":1}"#, "`a` twice in one object"),
            (r#"{"a":{"b":1,"c":2,"b":3}}"#, "`b` twice in one object"),
            (r#"{"a":""}"#, "an empty text"),
            (r#"{"a":[]}"#, "an empty list"),
            (r#"{"a":[{}]}"#, "an empty object"),
        ] {
            let error = hold_for(json).expect_err(json).to_string();
            assert!(error.starts_with(rule), "{json}: {error}");
            assert!(error.contains("line 1"), "{json}: {error}");
            not_too_deep(json).expect(json);
        }
    }

    #[test]
    fn text_after_the_resource_is_refused() {
        hold_for(r#"{"a":1} {}"#).expect_err("trailing characters");
        not_too_deep(r#"{"a":1} {}"#).expect_err("trailing characters");
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        // A number is a level too while serde_json keeps its text.
        hold_for(&nested(usize::from(DEEPEST) - 1)).expect("not too deep");
        for depth in [usize::from(DEEPEST) + 1, 127, 128, 100_000] {
            hold_for(&nested(depth)).expect_err("too deep");
            not_too_deep(&nested(depth)).expect_err("too deep");
        }
    }
}
