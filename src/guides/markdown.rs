//! The small Markdown that guides are written in.
//!
//! Knows headings (`##`, `###`), paragraphs, lists (`- `, `- [ ] `, `1. `), tables with a caption,
//! lines to write on (`____`), bold and links.
//! Refuses to know HTML, pictures and anything else: what it does not know is a fault or plain text, never markup.

/// A line counted from 1, and what is wrong in it.
pub(super) type Fault = (u64, String);

/// A piece of a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// `## …`: depth and text.
    Heading(usize, Text),
    /// Lines up to a blank one.
    Paragraph(Text),
    /// Items of one sort.
    List(Sort, Vec<Text>),
    /// So many lines to write on.
    Lines(usize),
    /// Caption and rows; the first row names the columns, the first cell of a row the row.
    Table(Text, Vec<Vec<Text>>),
}

/// Sort of list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// `- `
    Points,
    /// `- [ ] `
    Boxes,
    /// `1. `
    Steps,
}

/// Text with its marks.
pub(super) type Text = Vec<Span>;

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Span {
    /// As it stands.
    Plain(String),
    /// `**…**`
    Bold(String),
    /// `[label](address)`
    Link {
        /// What is read.
        label: String,
        /// Where it leads.
        url: String,
    },
    /// `____` within a line: room for a word.
    Blank,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// In order.
    pub(super) blocks: Vec<Block>,
    /// Addresses with the line they stand in.
    pub(super) links: Vec<(u64, String)>,
    /// What is wrong.
    pub(super) faults: Vec<Fault>,
}

/// Reads a body whose first line has this number.
pub(super) fn parse(text: &str, first_line: u64) -> Parsed {
    let mut reader = Reader::default();
    for (line, row) in (first_line..).zip(text.lines()) {
        reader.row(line, row);
    }
    reader.close();
    reader.skipped_levels();
    reader.parsed
}

#[derive(Default)]
struct Reader {
    parsed: Parsed,
    /// The paragraph, item or table that the next line may go on with.
    open: Open,
    /// `Table: …` that waits for its table.
    caption: Option<(u64, String)>,
    /// Line and depth of each.
    headings: Vec<(u64, usize)>,
}

#[derive(Default)]
enum Open {
    #[default]
    Nothing,
    Paragraph(u64, String),
    List(Sort, Vec<(u64, String)>),
    Table(Vec<(u64, Vec<String>)>),
}

impl Reader {
    fn row(&mut self, line: u64, row: &str) {
        let bare = row.trim();
        if bare.is_empty() {
            return self.close();
        }
        if has_markup(bare) {
            self.fault(line, "HTML and pictures are not used in guides");
        }
        if is_rule(bare) {
            return self.lines();
        }
        if let Some(heading) = bare.strip_prefix('#') {
            return self.heading(line, heading);
        }
        if let Some(caption) = bare.strip_prefix("Table: ") {
            self.close();
            self.caption = Some((line, caption.to_owned()));
            return;
        }
        if let Some(cells) = bare.strip_prefix('|') {
            return self.table_row(line, cells);
        }
        if let Some((sort, item)) = item(bare) {
            return self.item(line, sort, item);
        }
        match &mut self.open {
            Open::Paragraph(_, text) => append(text, bare),
            Open::List(_, items) if row.starts_with("  ") => {
                if let Some((_, last)) = items.last_mut() {
                    append(last, bare);
                }
            }
            _ => {
                self.close();
                self.open = Open::Paragraph(line, bare.to_owned());
            }
        }
    }

    fn heading(&mut self, line: u64, rest: &str) {
        self.close();
        let depth = 1 + rest.bytes().take_while(|byte| *byte == b'#').count();
        let text = rest.trim_start_matches('#').trim();
        match depth {
            1 => self.fault(
                line,
                "the title stands in the front matter; headings begin with ##",
            ),
            2 | 3 => {}
            _ => self.fault(line, "headings go no deeper than ###"),
        }
        if text.is_empty() {
            self.fault(line, "a heading without words");
        }
        let text = self.spans(line, text);
        self.headings.push((line, depth));
        self.push(Block::Heading(depth, text));
    }

    fn lines(&mut self) {
        self.close();
        if let Some(Block::Lines(count)) = self.parsed.blocks.last_mut() {
            *count += 1;
        } else {
            self.push(Block::Lines(1));
        }
    }

    fn item(&mut self, line: u64, sort: Sort, item: &str) {
        if !matches!(&self.open, Open::List(open, _) if *open == sort) {
            self.close();
            self.open = Open::List(sort, Vec::new());
        }
        if let Open::List(_, items) = &mut self.open {
            items.push((line, item.to_owned()));
        }
    }

    fn table_row(&mut self, line: u64, cells: &str) {
        if !matches!(self.open, Open::Table(..)) {
            self.close_text();
            self.open = Open::Table(Vec::new());
        }
        let cells: Vec<String> = cells
            .strip_suffix('|')
            .unwrap_or(cells)
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect();
        let Open::Table(rows) = &mut self.open else {
            return;
        };
        let width = rows.first().map_or(cells.len(), |(_, first)| first.len());
        let is_ruler = cells
            .iter()
            .all(|cell| cell.len() >= 3 && cell.bytes().all(|byte| byte == b'-'));
        let fault = if cells.len() != width {
            Some("this row has another number of cells than the first")
        } else if rows.is_empty() && cells.iter().any(String::is_empty) {
            Some("a column without a name")
        } else {
            None
        };
        if !is_ruler {
            rows.push((line, cells));
        }
        if let Some(fault) = fault {
            self.fault(line, fault);
        }
    }

    /// Ends what is open and what waits for a table.
    fn close(&mut self) {
        self.close_text();
        if let Some((line, _)) = self.caption.take() {
            self.fault(line, "a caption without a table under it");
        }
    }

    fn close_text(&mut self) {
        match std::mem::take(&mut self.open) {
            Open::Nothing => {}
            Open::Paragraph(line, text) => {
                let text = self.spans(line, &text);
                self.push(Block::Paragraph(text));
            }
            Open::List(sort, items) => {
                let items = items
                    .iter()
                    .map(|(line, item)| self.spans(*line, item))
                    .collect();
                self.push(Block::List(sort, items));
            }
            Open::Table(rows) => self.table(&rows),
        }
    }

    fn table(&mut self, rows: &[(u64, Vec<String>)]) {
        let line = rows.first().map_or(1, |(line, _)| *line);
        let caption = match self.caption.take() {
            Some((line, caption)) => self.spans(line, &caption),
            None => {
                self.fault(
                    line,
                    "a table needs a line \"Table: …\" above it, to be read aloud",
                );
                Text::new()
            }
        };
        if rows.len() < 2 {
            self.fault(line, "a table without rows");
        }
        let rows = rows
            .iter()
            .map(|(line, row)| row.iter().map(|cell| self.spans(*line, cell)).collect())
            .collect();
        self.push(Block::Table(caption, rows));
    }

    /// The title of the page is the first heading, so `##` comes before `###`.
    fn skipped_levels(&mut self) {
        let mut above = 1;
        for (line, depth) in std::mem::take(&mut self.headings) {
            if depth > above + 1 {
                self.fault(line, "a heading skips a level");
            }
            above = depth;
        }
    }

    fn push(&mut self, block: Block) {
        self.parsed.blocks.push(block);
    }

    fn fault(&mut self, line: u64, message: &str) {
        self.parsed.faults.push((line, message.to_owned()));
    }

    fn spans(&mut self, line: u64, text: &str) -> Text {
        let mut spans = Text::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some((span, after)) = marked(rest) {
                if !plain.is_empty() {
                    spans.push(Span::Plain(std::mem::take(&mut plain)));
                }
                if let Span::Link { url, .. } = &span {
                    self.parsed.links.push((line, url.clone()));
                }
                spans.push(span);
                rest = after;
            } else {
                plain.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        for (mark, name) in [("**", "bold text"), ("](", "a link")] {
            if plain.contains(mark) {
                self.fault(line, &format!("{name} is not closed"));
            }
        }
        if !plain.is_empty() {
            spans.push(Span::Plain(plain));
        }
        spans
    }
}

/// A marked stretch at the start of a text, and what follows it.
fn marked(text: &str) -> Option<(Span, &str)> {
    if let Some(rest) = text.strip_prefix("**") {
        let (bold, after) = rest.split_once("**")?;
        return (!bold.is_empty()).then(|| (Span::Bold(bold.to_owned()), after));
    }
    if text.starts_with("___") {
        return Some((Span::Blank, text.trim_start_matches('_')));
    }
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (url, after) = rest.split_once(')')?;
    let is_link = !label.is_empty() && !label.contains('[') && !url.contains(char::is_whitespace);
    is_link.then(|| {
        let (label, url) = (label.to_owned(), url.to_owned());
        (Span::Link { label, url }, after)
    })
}

fn item(row: &str) -> Option<(Sort, &str)> {
    if let Some(item) = row.strip_prefix("- [ ] ") {
        return Some((Sort::Boxes, item));
    }
    if let Some(item) = row.strip_prefix("- ") {
        return Some((Sort::Points, item));
    }
    let (number, item) = row.split_once(". ")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((Sort::Steps, item))
}

fn is_rule(row: &str) -> bool {
    row.len() >= 3 && row.bytes().all(|byte| byte == b'_')
}

fn has_markup(row: &str) -> bool {
    let opens = |(at, _): (usize, &str)| {
        row[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
    };
    row.contains("![") || row.match_indices('<').any(opens)
}

fn append(text: &mut String, row: &str) {
    text.push(' ');
    text.push_str(row);
}
