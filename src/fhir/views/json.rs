//! JSON read leniently and in one pass: what has the wrong shape is absent, and the rest stands.
//!
//! Knows JSON shapes. Refuses to know what any member means.

pub(in crate::fhir) use super::leaf::text;
use super::leaf::{boolean, decimal, integer};
use crate::fhir::When;
use crate::fhir::resources::Text;
use rust_decimal::Decimal;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// How serde_json announces a number to a visitor when `arbitrary_precision` is on for the build.
const NUMBER: &str = "$serde_json::private::Number";

/// A JSON object with members worth reading.
pub(in crate::fhir) trait Element<'a>: Default {
    /// Takes one member, or skips it.
    fn member<A: MapAccess<'a>>(
        &mut self,
        name: &str,
        value: Member<'_, 'a, A>,
    ) -> Result<(), A::Error>;

    /// What a bare string in place of the object means, if anything.
    fn from_text(_text: Text<'a>) -> Option<Self> {
        None
    }
}

/// The value of a member that is about to be read.
pub(in crate::fhir) struct Member<'m, 'a, A> {
    access: &'m mut A,
    body: PhantomData<&'a str>,
}

impl<'a, A: MapAccess<'a>> Member<'_, 'a, A> {
    pub(in crate::fhir) fn raw(self) -> Result<&'a RawValue, A::Error> {
        self.access.next_value()
    }

    pub(in crate::fhir) fn skip(self) -> Result<(), A::Error> {
        self.access.next_value::<IgnoredAny>().map(drop)
    }

    pub(in crate::fhir) fn text(self) -> Result<Option<Text<'a>>, A::Error> {
        self.raw().map(text)
    }

    pub(in crate::fhir) fn decimal(self) -> Result<Option<Decimal>, A::Error> {
        self.raw().map(decimal)
    }

    pub(in crate::fhir) fn integer<N: TryFrom<i128>>(self) -> Result<Option<N>, A::Error> {
        self.raw().map(integer)
    }

    pub(in crate::fhir) fn boolean(self) -> Result<Option<bool>, A::Error> {
        self.raw().map(boolean)
    }

    pub(in crate::fhir) fn when(self) -> Result<Option<When>, A::Error> {
        let value = self.raw()?;
        Ok(text(value).and_then(|t| When::parse(&t)))
    }

    /// An object; of a list, its first usable object.
    pub(in crate::fhir) fn element<T: Element<'a>>(self) -> Result<Option<T>, A::Error> {
        self.access.next_value_seed(One::new())
    }

    /// A list of objects without the unusable ones; a single object is a list of one.
    pub(in crate::fhir) fn list<T: Element<'a>>(self) -> Result<Vec<T>, A::Error> {
        let slots = self.slots()?;
        Ok(slots.into_iter().flatten().collect())
    }

    /// A list of objects in which the unusable ones are `None`.
    pub(in crate::fhir) fn slots<T: Element<'a>>(self) -> Result<Vec<Option<T>>, A::Error> {
        self.access.next_value_seed(Many(PhantomData))
    }

    /// A list of strings; a single string is a list of one.
    pub(in crate::fhir) fn texts(self) -> Result<Vec<Text<'a>>, A::Error> {
        let value = self.raw()?;
        Ok(
            match serde_json::from_str::<Vec<&'a RawValue>>(value.get()) {
                Ok(list) => list.into_iter().filter_map(text).collect(),
                Err(_) => text(value).into_iter().collect(),
            },
        )
    }
}

/// Reads an object; `None` if the value is no object.
pub(in crate::fhir) fn read<'a, T: Element<'a>>(value: &'a RawValue) -> Option<T> {
    let mut json = serde_json::Deserializer::from_str(value.get());
    One::new()
        .deserialize(&mut json)
        .unwrap_or_else(|_| member_by_member(value))
}

/// The slower way for the odd object that the single pass cannot get through: each member on its own.
fn member_by_member<'a, T: Element<'a>>(value: &'a RawValue) -> Option<T> {
    let Members(members) = serde_json::from_str(value.get()).ok()?;
    let mut element = T::default();
    for (name, value) in members {
        let Some(name) = text(name) else { continue };
        let mut single = Single(value);
        let member = Member {
            access: &mut single,
            body: PhantomData,
        };
        // A member that cannot be read is absent.
        let _ = element.member(&name, member);
    }
    Some(element)
}

/// The member `resourceType`, read no further than needed.
pub(in crate::fhir) fn resource_type(value: &RawValue) -> Option<Text<'_>> {
    let Members(members) = if leads_with_type(value.get()) {
        let mut found = None;
        let mut json = serde_json::Deserializer::from_str(value.get());
        // Ends in an error on purpose: that is how the rest goes unread.
        let _ = json.deserialize_map(First(&mut found));
        return found;
    } else {
        serde_json::from_str(value.get()).ok()?
    };
    members
        .into_iter()
        .find(|(name, _)| name.get() == "\"resourceType\"")
        .and_then(|(_, value)| kind(value))
}

fn leads_with_type(json: &str) -> bool {
    json.strip_prefix('{')
        .is_some_and(|rest| rest.trim_start().starts_with("\"resourceType\""))
}

fn kind(value: &RawValue) -> Option<Text<'_>> {
    text(value).filter(|name| name.chars().all(|c| c.is_ascii_alphabetic()))
}

/// One object, looked for in so many lists within lists.
struct One<T> {
    lists: u8,
    kind: PhantomData<T>,
}

/// A client may wrap an object in a list, and a list in a list; more is no mistake but an attack on the stack.
const LISTS: u8 = 2;

impl<T> One<T> {
    fn new() -> Self {
        Self::within(LISTS)
    }

    fn within(lists: u8) -> Self {
        Self {
            lists,
            kind: PhantomData,
        }
    }
}

impl<'de, T: Element<'de>> DeserializeSeed<'de> for One<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, T: Element<'de>> Visitor<'de> for One<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut element = T::default();
        while let Some(name) = map.next_key_seed(Name)? {
            if name == NUMBER {
                map.next_value::<IgnoredAny>()?;
                return Ok(None);
            }
            let value = Member {
                access: &mut map,
                body: PhantomData,
            };
            element.member(&name, value)?;
        }
        Ok(Some(element))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let Some(lists) = self.lists.checked_sub(1) else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(None);
        };
        let mut first = None;
        while let Some(next) = list.next_element_seed(One::within(lists))? {
            first = first.or(next);
        }
        Ok(first)
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(text)
            .filter(|t| !t.is_empty())
            .and_then(|t| T::from_text(Cow::Borrowed(t))))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A list of objects.
struct Many<T>(PhantomData<T>);

impl<'de, T: Element<'de>> DeserializeSeed<'de> for Many<T> {
    type Value = Vec<Option<T>>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, T: Element<'de>> Visitor<'de> for Many<T> {
    type Value = Vec<Option<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut slots = Vec::new();
        while let Some(slot) = list.next_element_seed(One::new())? {
            slots.push(slot);
        }
        Ok(slots)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(vec![One::new().visit_map(map)?])
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(vec![One::new().visit_borrowed_str(text)?])
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(vec![One::new().visit_str(text)?])
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(vec![None])
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

/// A member's name.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Stops after the first member.
struct First<'f, 'a>(&'f mut Option<Text<'a>>);

impl<'de> Visitor<'de> for First<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if map.next_key_seed(Name)?.is_some() {
            *self.0 = kind(map.next_value()?);
        }
        Ok(())
    }
}

/// All members of an object, unread.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> de::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        json.deserialize_map(All)
    }
}

/// A map of one member, at its value.
struct Single<'a>(&'a RawValue);

impl<'de> MapAccess<'de> for Single<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        seed.deserialize(BorrowedStrDeserializer::new("")).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        seed.deserialize(&mut serde_json::Deserializer::from_str(self.0.get()))
    }
}
