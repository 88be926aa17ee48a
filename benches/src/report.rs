//! Printing: figures on standard output, progress on standard error.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the one place that prints")]

use crate::spread::Spread;

/// Something that is going on.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Rows of texts in columns as wide as their widest cell: the first to the left, the others to the right.
pub(crate) fn table(rows: &[Vec<String>]) {
    for row in align(rows) {
        line(&row);
    }
}

fn align(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width_of = |text: &str| text.chars().count();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width_of(cell)).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let aligned = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("   ").trim_end().to_owned()
    };
    rows.iter().map(aligned).collect()
}

/// A median with the extremes: `5120 (4980–5200)`.
pub(crate) fn spread(spread: Spread, decimals: usize) -> String {
    let Spread { median, lowest, highest } = spread;
    format!("{median:.decimals$} ({lowest:.decimals$}–{highest:.decimals$})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["what", "rate"], vec!["a longer name", "1–2"], vec!["x"]]
            .map(|row| row.into_iter().map(str::to_owned).collect());
        assert_eq!(align(&rows), ["what            rate", "a longer name    1–2", "x"]);
    }

    #[test]
    fn a_spread_shows_the_extremes() {
        assert_eq!(spread(Spread { median: 0.853, lowest: 0.8, highest: 0.9 }, 2), "0.85 (0.80–0.90)");
    }
}
