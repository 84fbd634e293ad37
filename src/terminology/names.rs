//! One long text for all names of the tables, instead of one allocation each.

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    start: u32,
    length: u16,
}

impl Span {
    pub(super) fn is_empty(self) -> bool {
        self.length == 0
    }
}

/// All names.
#[derive(Debug, Default)]
pub(super) struct Names(String);

impl Names {
    /// Keeps a name; one that does not fit is kept as no name.
    pub(super) fn add(&mut self, name: &str) -> Span {
        let (Ok(start), Ok(length)) = (u32::try_from(self.0.len()), u16::try_from(name.len()))
        else {
            return Span::default();
        };
        self.0.push_str(name);
        Span { start, length }
    }

    /// The name; empty if there is none.
    pub(super) fn get(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.0
            .get(start..start + usize::from(span.length))
            .unwrap_or_default()
    }

    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}
