//! How each view takes its members from JSON.
//!
//! Knows the names of the elements, in R4 first, and where DSTU2, STU3 and R5 have them under another name or in another shape.
//! Refuses to know which resources to read.

/// Members that hold one element worth reading, such as `participant.individual`.
macro_rules! holder {
    ($holder:ident { $field:ident: $kind:ty } from $($name:literal)|+) => {
        #[derive(Default)]
        struct $holder<'a> {
            $field: Option<$kind>,
        }

        impl<'a> Element<'a> for $holder<'a> {
            fn member<A: MapAccess<'a>>(
                &mut self,
                name: &str,
                value: Member<'_, 'a, A>,
            ) -> Result<(), A::Error> {
                match name {
                    $($name)|+ => self.$field = value.element()?,
                    _ => value.skip()?,
                }
                Ok(())
            }
        }

        impl<'a> $holder<'a> {
            fn all(list: Vec<Self>) -> Vec<$kind> {
                list.into_iter().filter_map(|holder| holder.$field).collect()
            }
        }
    };
}

mod care;
mod chart;
pub(super) mod datatypes;
pub(super) mod json;
mod leaf;
mod medication;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "in a test, a panic is the failure")]
mod tests;
