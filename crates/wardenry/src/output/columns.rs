//! Rows as columns of text, for people, written as the rows come.

use super::{BOLD, DIM, counted, safe};

/// Rows by which the widths of columns are found; later ones stick out where they are wider.
const MEASURED: usize = 2_000;
/// The most of a cell that is shown on a terminal, when there is room.
const CELL: usize = 120;
/// No column is made narrower than this to fit.
const NARROW: usize = 8;

/// Collects some rows, finds the widths, and writes rows as they come from then on.
pub(crate) struct Columns {
    /// The terminal's width; without one nothing is cut.
    width: Option<usize>,
    headings: Vec<Column>,
    waiting: Vec<Vec<String>>,
    widths: Option<Vec<usize>>,
}

/// A column's heading.
pub(crate) struct Column {
    name: String,
    is_number: bool,
}

impl Column {
    /// Numbers stand to the right.
    pub(crate) fn new(name: &str, is_number: bool) -> Self {
        Self { name: safe(name), is_number }
    }
}

impl Columns {
    pub(crate) fn new(width: Option<usize>, columns: Vec<Column>) -> Self {
        Self { width, headings: columns, waiting: Vec::new(), widths: None }
    }

    /// Appends a row of as many texts as there are columns, already [`safe`].
    pub(crate) fn row(&mut self, texts: Vec<String>, out: &mut Vec<u8>) {
        match &self.widths {
            None => self.waiting.push(texts),
            Some(widths) => {
                out.extend_from_slice(self.line(&texts, widths).as_bytes());
                out.push(b'\n');
            }
        }
        if self.waiting.len() >= MEASURED {
            self.settle(out);
        }
    }

    /// Appends what has waited, and on a terminal how many rows there were.
    pub(crate) fn end(&mut self, rows: u64, out: &mut Vec<u8>) {
        self.settle(out);
        let rows = match rows {
            0 => "no rows".to_owned(),
            rows => counted(rows, "row"),
        };
        // Below the rows on a terminal only: whoever reads a pipe counts lines.
        if self.width.is_some() {
            let _infallible = std::io::Write::write_fmt(out, format_args!("{DIM}{rows}{DIM:#}\n"));
        }
    }

    /// Writes the header and what has waited, and settles the widths.
    fn settle(&mut self, out: &mut Vec<u8>) {
        if self.widths.is_some() {
            return;
        }
        let names: Vec<String> = self.headings.iter().map(|column| column.name.clone()).collect();
        let mut widths: Vec<usize> = names.iter().map(|name| width_of(name)).collect();
        for row in &self.waiting {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(width_of(cell));
            }
        }
        match self.width {
            Some(total) => fit(&mut widths, total),
            // Texts are not cut then, but a long one does not push all others away.
            None => {
                for width in &mut widths {
                    *width = (*width).min(CELL);
                }
            }
        }
        let header = self.line(&names, &widths);
        let _infallible = std::io::Write::write_fmt(out, format_args!("{BOLD}{header}{BOLD:#}\n"));
        for row in std::mem::take(&mut self.waiting) {
            out.extend_from_slice(self.line(&row, &widths).as_bytes());
            out.push(b'\n');
        }
        self.widths = Some(widths);
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
            if index > 0 {
                line.push_str("  ");
            }
            let cell = if self.width.is_some() { shortened(cell, *width) } else { cell.clone() };
            let pad = " ".repeat(width.saturating_sub(width_of(&cell)));
            let (before, after) =
                if self.headings[index].is_number { (pad.as_str(), "") } else { ("", pad.as_str()) };
            line.push_str(before);
            line.push_str(&cell);
            line.push_str(after);
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Takes width from the widest columns until the line fits, or nothing more can be taken.
fn fit(widths: &mut [usize], total: usize) {
    for width in widths.iter_mut() {
        *width = (*width).min(CELL);
    }
    let gaps = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > total {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROW => *widest -= 1,
            _ => break,
        }
    }
}

fn shortened(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 1;
    for character in text.chars() {
        let its = columns_of(character);
        if used + its > width {
            break;
        }
        used += its;
        short.push(character);
    }
    short.push('…');
    short
}

fn width_of(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Columns that a character takes in a terminal: two in the blocks of wide ones, none for marks that combine.
fn columns_of(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036f | 0x200b..=0x200d | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way() {
        let mut widths = [10, 50, 30];
        fit(&mut widths, 64);
        assert_eq!(widths, [10, 25, 25]);
        let mut narrow = [8, 8];
        fit(&mut narrow, 5);
        assert_eq!(narrow, [8, 8]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(width_of("東京a"), 5);
        assert_eq!(shortened("東京東京", 5), "東京…");
        assert_eq!(shortened("abc", 3), "abc");
    }
}
