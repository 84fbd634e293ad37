//! Rows of a CSV table by column name, with file and line for everything that is wrong.
//!
//! Knows the format of the tables.
//! Refuses to know what the columns mean.

use super::{Problem, archive::Text};
use csv::StringRecord;

/// One row; columns by their place in the list that was asked for.
pub(super) struct Row<'a> {
    record: &'a StringRecord,
    columns: &'a [usize],
}

impl Row<'_> {
    /// The trimmed text of a column.
    pub(super) fn get(&self, column: usize) -> &str {
        self.columns
            .get(column)
            .and_then(|place| self.record.get(*place))
            .unwrap_or_default()
            .trim()
    }

    /// The text, if there is any.
    pub(super) fn some(&self, column: usize) -> Option<&str> {
        Some(self.get(column)).filter(|text| !text.is_empty())
    }

    /// A number that must be there.
    pub(super) fn number<T: std::str::FromStr>(&self, column: usize) -> Result<T, String> {
        let text = self.get(column);
        text.parse()
            .map_err(|_| format!("\"{text}\" is not a number"))
    }

    /// A number that may be missing.
    pub(super) fn maybe<T: std::str::FromStr>(&self, column: usize) -> Result<Option<T>, String> {
        self.some(column).map(|_| self.number(column)).transpose()
    }
}

/// Reads every row of a table; returns how many there are.
///
/// The header must name all `columns`; others may stand beside them.
pub(super) fn each(
    text: Text<'_>,
    columns: &[&str],
    problems: &mut Vec<Problem>,
    mut take: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> usize {
    let bytes = text.text.trim_start_matches('\u{feff}').as_bytes();
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let mut places = Vec::with_capacity(columns.len());
    match reader.headers() {
        Ok(header) => {
            for column in columns {
                match header.iter().position(|name| name.trim() == *column) {
                    Some(place) => places.push(place),
                    None => problems.push(Problem {
                        line: Some(1),
                        ..Problem::of(text.file, format!("the header has no column \"{column}\""))
                    }),
                }
            }
        }
        Err(error) => problems.push(Problem::of(text.file, error.to_string())),
    }
    if places.len() < columns.len() {
        return 0;
    }
    let mut record = StringRecord::new();
    let mut count = 0;
    loop {
        let found = reader.read_record(&mut record);
        let line = record.position().map(csv::Position::line);
        let outcome = match found {
            Ok(false) => return count,
            Ok(true) => {
                count += 1;
                let columns = &places;
                take(&Row {
                    record: &record,
                    columns,
                })
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(message) = outcome {
            problems.push(Problem {
                line,
                ..Problem::of(text.file, message)
            });
        }
    }
}
