//! Leaves of JSON: strings, numbers and booleans from their raw text.
//!
//! Numbers keep their digits, and half a surrogate pair costs one character, not the entry.

use crate::fhir::resources::Text;
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::str::FromStr;

/// A string's text; a number's digits. Empty is absent: FHIR has no empty strings.
pub(in crate::fhir) fn text(value: &RawValue) -> Option<Text<'_>> {
    let json = value.get();
    match json.as_bytes().first()? {
        b'"' => {
            let inner = json.strip_prefix('"')?.strip_suffix('"')?;
            let text = if inner.contains('\\') {
                Cow::Owned(serde_json::from_str(json).unwrap_or_else(|_| unescape(inner)))
            } else {
                Cow::Borrowed(inner)
            };
            Some(text).filter(|t| !t.is_empty())
        }
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(json)),
        _ => None,
    }
}

/// Escapes undone where serde_json refuses: a surrogate without its partner becomes U+FFFD.
fn unescape(inner: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        let unescaped = if c != '\\' {
            c
        } else {
            match rest.next() {
                Some('u') => {
                    let digits = rest.as_str().get(..4).unwrap_or_default();
                    units.push(u16::from_str_radix(digits, 16).unwrap_or(0xFFFD));
                    rest = rest.as_str().get(4..).unwrap_or_default().chars();
                    continue;
                }
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some(other) => other,
                None => break,
            }
        };
        units.extend_from_slice(unescaped.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16_lossy(&units)
}

/// A number, also one sent as a string, with the digits it was written with. Out of range is absent.
pub(super) fn decimal(value: &RawValue) -> Option<Decimal> {
    let text = text(value)?;
    let text = text.trim();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    if !text.chars().all(plain) {
        return None;
    }
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str(text).ok()
}

/// A whole number that fits.
pub(super) fn integer<N: TryFrom<i128>>(value: &RawValue) -> Option<N> {
    let number = decimal(value)?.normalize();
    (number.scale() == 0)
        .then(|| number.mantissa())
        .and_then(|n| N::try_from(n).ok())
}

/// `true` or `false`, also as a string.
pub(super) fn boolean(value: &RawValue) -> Option<bool> {
    match value.get().trim_matches('"') {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
