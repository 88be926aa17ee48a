//! Everything that is printed: data to standard output in the form asked for, the rest to standard error.

mod columns;
mod csv;
pub(crate) mod hint;
mod table;

use std::error::Error as StdError;
use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde_json::Value;

pub(crate) use self::columns::{Column, Columns};
pub(crate) use self::table::{Cell, Table};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const RED: Style = AnsiColor::Red.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// The form of the data on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people, also when piped.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header line (RFC 4180). A text cell that a spreadsheet would take for
    /// a formula gets a quote in front.
    Csv,
}

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct OutputArgs {
    /// The form of the data on standard output.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORM", help_heading = "Output")]
    pub(crate) output: Format,
}

/// A list: what the table and CSV show, and the same as JSON.
pub(crate) struct List {
    pub(crate) table: Table,
    /// One for each row.
    pub(crate) records: Vec<Value>,
    /// The whole JSON document, where it says more than the array of records.
    pub(crate) document: Option<Value>,
}

impl OutputArgs {
    /// Prints a list.
    pub(crate) fn print_list(self, list: &List) -> io::Result<()> {
        match self.output {
            Format::Table => print(&list.table.render()),
            Format::Csv => print(&csv::of_table(&list.table)),
            Format::Jsonl => print(&json_lines(&list.records)),
            Format::Json => {
                let array = || Value::Array(list.records.clone());
                print(&pretty(&list.document.clone().unwrap_or_else(array)))
            }
        }
    }

    /// Prints one thing: `human` is how the table form shows it, already made [`safe`].
    pub(crate) fn print_object(self, record: &Value, human: &str) -> io::Result<()> {
        match self.output {
            Format::Table => print(human),
            Format::Csv => print(&csv::of_object(record)),
            Format::Jsonl => print(&json_lines(std::slice::from_ref(record))),
            Format::Json => print(&pretty(record)),
        }
    }
}

fn pretty(value: &Value) -> String {
    // The alternate form is the indented one, and no value of this type lacks a JSON form.
    format!("{value:#}\n")
}

fn json_lines(records: &[Value]) -> String {
    records.iter().fold(String::new(), |mut lines, record| {
        let _infallible = writeln!(lines, "{record}");
        lines
    })
}

fn print(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Tells something that is no data.
pub(crate) fn note(text: &str) {
    say("note", CYAN, text);
}

pub(crate) fn warning(text: &str) {
    say("warning", YELLOW, text);
}

pub(crate) fn error(text: &str) {
    say("error", RED, text);
}

pub(crate) fn hint(text: &str) {
    say("hint", GREEN, text);
}

fn say(label: &str, style: Style, text: &str) {
    let style = style.bold();
    let mut stderr = anstream::stderr().lock();
    // A closed standard error leaves nobody to tell.
    drop(writeln!(stderr, "{style}{label}{style:#}: {}", safe_lines(text)));
}

/// An error and its causes as indented lines.
pub(crate) fn with_causes(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        // Wrappers that show their source as it is would repeat it.
        let line = found.to_string();
        if !text.ends_with(line.as_str()) {
            let _infallible = write!(text, "\n  because {line}");
        }
        cause = found.source();
    }
    text
}

/// Text from elsewhere (incident names, error messages) made harmless for a terminal: control characters
/// and those that reorder text become visible escapes, line breaks become spaces.
pub(crate) fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => safe.push(' '),
            c if c.is_control() || reorders(c) => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}

/// The width of the terminal that standard output is, if it is one.
pub(crate) fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// `1 row`, `2 rows`.
pub(crate) fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// [`safe`], line by line.
pub(crate) fn safe_lines(text: &str) -> String {
    text.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// The bidirectional controls of Unicode: embeddings, overrides, isolates, marks.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// `text` in a style, for the table form. Standard output drops the style when it is no terminal.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{}{style:#}", safe(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_cannot_move_the_cursor() {
        assert_eq!(safe("a\u{1b}[2Jb\u{7}\u{9b}c"), "a\\u{1b}[2Jb\\u{7}\\u{9b}c");
        assert_eq!(safe("two\r\nlines\tand \u{202e}gnp.exe"), "two  lines and \\u{202e}gnp.exe");
        assert_eq!(safe("Überfall 東京"), "Überfall 東京");
        assert_eq!(safe_lines("a\u{7}\nb"), "a\\u{7}\nb");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([0_u64, 1, 2].map(|rows| counted(rows, "row")), ["0 rows", "1 row", "2 rows"]);
    }

    #[test]
    fn causes_follow_and_are_not_repeated() {
        let io = io::Error::other("disk on fire");
        let error = anyhow::Error::new(io).context("cannot read x").context("cannot start");
        let expected = "cannot start\n  because cannot read x\n  because disk on fire";
        assert_eq!(with_causes(error.as_ref()), expected);
    }
}
