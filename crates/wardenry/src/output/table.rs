//! Columns for people.

use std::fmt::Write as _;

use anstyle::Style;

use super::{BOLD, safe};

/// One cell: its text as it is, how the table form colours it, and what CSV shows where that is another text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    text: String,
    style: Style,
    data: Option<String>,
}

impl Cell {
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, data: None }
    }

    /// A short text for people that stands for the exact `data`.
    pub(crate) fn short(text: impl Into<String>, data: impl Into<String>) -> Self {
        Self { data: Some(data.into()), ..Self::from(text) }
    }

    /// The exact text.
    pub(super) fn data(&self) -> &str {
        self.data.as_deref().unwrap_or(&self.text)
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(text, Style::new())
    }
}

/// A header and rows of as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: &'static [&'static str]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row);
    }

    /// The table with aligned columns, without borders, one line a row. Empty when there are no rows.
    pub(crate) fn render(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let header: Vec<_> =
            self.columns.iter().map(|name| Cell::styled(name.to_uppercase(), BOLD)).collect();
        let all: Vec<_> = std::iter::once(&header).chain(&self.rows).map(|row| safe_row(row)).collect();
        let mut layout = comfy_table::Table::new();
        layout.load_preset(comfy_table::presets::NOTHING);
        for row in &all {
            layout.add_row(row.iter().map(|cell| &cell.text));
        }
        for column in layout.column_iter_mut() {
            column.set_padding((0, 2));
        }
        layout.lines().zip(&all).map(|(line, row)| paint(line.trim_end(), row) + "\n").collect()
    }
}

/// Cells that are safe to print and neither begin nor end with a space, which [`paint`] relies on.
fn safe_row(row: &[Cell]) -> Vec<Cell> {
    row.iter().map(|cell| Cell::styled(safe(&cell.text).trim(), cell.style)).collect()
}

/// Colours the cells of a line that was laid out without colours. Between two cells there is nothing but
/// spaces, so each cell is the first place of its text after the one before.
fn paint(line: &str, row: &[Cell]) -> String {
    let mut painted = String::with_capacity(line.len() + 16);
    let mut rest = line;
    for cell in row {
        let Some(at) = rest.find(&cell.text) else { break };
        let (gap, from) = rest.split_at(at);
        let style = cell.style;
        painted.push_str(gap);
        if style == Style::new() || cell.text.is_empty() {
            painted.push_str(&cell.text);
        } else {
            let _infallible = write!(painted, "{style}{}{style:#}", cell.text);
        }
        rest = &from[cell.text.len()..];
    }
    painted.push_str(rest);
    painted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::RED;

    fn table() -> Table {
        let mut table = Table::new(&["id", "severity", "name"]);
        table.push(vec!["7".into(), Cell::styled("High", RED), "High tide\n東京".into()]);
        table.push(vec!["1234".into(), "".into(), " x\u{1b}[2J".into()]);
        table
    }

    #[test]
    fn columns_are_aligned_and_text_is_harmless() {
        let plain = anstream::adapter::strip_str(&table().render()).to_string();
        let expected = "ID    SEVERITY  NAME\n7     High      High tide 東京\n1234            x\\u{1b}[2J\n";
        assert_eq!(plain, expected);
        assert_eq!(Table::new(&["id"]).render(), "");
    }

    #[test]
    fn colours_fall_on_their_own_cell() {
        let rendered = table().render();
        let line = rendered.lines().nth(1).unwrap();
        assert_eq!(line, format!("7     {RED}High{RED:#}      High tide 東京"));
    }
}
