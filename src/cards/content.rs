//! Content files taken apart: front matter and named sections, each with the line it begins on.
//!
//! Knows `+++` and headings.
//! Refuses to know which sections a file may have.

use super::Problem;

/// A text of a file and the line on which it begins, counted from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// Without blank lines around it.
    pub(crate) text: String,
    /// Line of its first character.
    pub(crate) line: u64,
}

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    /// How deep: the number of `#`.
    pub(crate) depth: usize,
    /// The heading without `#`.
    pub(crate) title: String,
    /// Line of the heading.
    pub(crate) line: u64,
    /// What stands under it.
    pub(crate) body: Part,
}

/// A content file, named as in `cards/`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    /// `opioid-benzo/card.en.md`
    pub(crate) name: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
}

impl File<'_> {
    /// Something is wrong in this line.
    pub(crate) fn problem(&self, line: u64, message: impl Into<String>) -> Problem {
        Problem {
            file: self.name.to_owned(),
            line: Some(line),
            message: message.into(),
        }
    }
}

/// The TOML between two `+++` lines at the top, and the rest of the file with its first line.
pub(crate) fn front_matter<'a>(file: File<'a>) -> Result<(Part, &'a str, u64), Problem> {
    let Some(body) = file.text.strip_prefix("+++\n") else {
        return Err(file.problem(1, "the file does not start with +++ and front matter"));
    };
    let Some(end) = body.find("\n+++\n").map(|at| at + 1) else {
        return Err(file.problem(1, "the front matter does not end with +++"));
    };
    let matter = &body[..end];
    let rest = &body[end + 4..];
    let first = 2 + lines(matter) + 1;
    Ok((
        Part {
            text: matter.to_owned(),
            line: 2,
        },
        rest,
        first,
    ))
}

/// Sections in order; text before the first heading is a problem.
pub(crate) fn sections(
    file: File<'_>,
    text: &str,
    first_line: u64,
) -> (Vec<Section>, Vec<Problem>) {
    let mut found: Vec<Section> = Vec::new();
    let mut problems = Vec::new();
    for (line, row) in (first_line..).zip(text.lines()) {
        let depth = row.bytes().take_while(|byte| *byte == b'#').count();
        if depth > 0 && row[depth..].starts_with(' ') {
            found.push(Section {
                depth,
                title: row[depth..].trim().to_owned(),
                line,
                body: Part::default(),
            });
        } else if let Some(section) = found.last_mut() {
            section.body.add(row, line);
        } else if !row.trim().is_empty() {
            problems.push(file.problem(line, "text before the first heading"));
        }
    }
    for section in &mut found {
        section
            .body
            .text
            .truncate(section.body.text.trim_end().len());
    }
    (found, problems)
}

impl Part {
    fn add(&mut self, row: &str, line: u64) {
        if self.text.is_empty() {
            if row.trim().is_empty() {
                return;
            }
            self.line = line;
        } else {
            self.text.push('\n');
        }
        self.text.push_str(row.trim_end());
    }
}

fn lines(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::{File, front_matter, sections};

    fn file(text: &str) -> File<'_> {
        File { name: "x.md", text }
    }

    #[test]
    fn front_matter_and_sections_know_their_lines() {
        let file = file("+++\na = 1\nb = 2\n+++\n# One\n\ntext\nmore\n\n## Two\n");
        let (matter, rest, line) = front_matter(file).expect("front matter");
        assert_eq!((matter.text.as_str(), line), ("a = 1\nb = 2\n", 5));
        let (found, problems) = sections(file, rest, line);
        assert!(problems.is_empty());
        assert_eq!(found[0].body.text, "text\nmore");
        assert_eq!((found[0].line, found[0].body.line), (5, 7));
        assert_eq!((found[1].depth, found[1].line), (2, 10));
        assert!(found[1].body.text.is_empty());
    }

    #[test]
    fn a_file_without_front_matter_says_so() {
        assert!(front_matter(file("# x\n")).is_err());
        assert!(front_matter(file("+++\na = 1\n")).is_err());
    }

    #[test]
    fn text_before_the_first_heading_is_a_problem() {
        let (_, problems) = sections(file(""), "\nstray\n# One\n", 1);
        assert_eq!(problems[0].line, Some(2));
    }
}
