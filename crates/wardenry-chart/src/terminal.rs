//! Charts in a terminal.

use std::fmt::Write as _;

use crate::scale::{Scale, ticks};
use crate::svg::label;
use crate::{Chart, Kind, Stacking, number};

const COLOURS: [u8; 12] = [33, 214, 36, 175, 81, 166, 134, 178, 67, 130, 43, 245];
/// Eighths of a cell, from empty to full.
const EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
const HEIGHT: usize = 16;
/// Bars are listed up to this many; the rest is said.
const BARS: usize = 40;

pub(crate) fn draw(chart: &Chart, width: usize, colour: bool) -> String {
    let width = width.clamp(40, 240);
    let paint = Paint { colour };
    let mut out = String::new();
    if let Some(title) = &chart.title {
        let _infallible = writeln!(out, "{}", clean(title));
    }
    if chart.x.is_empty() || chart.series.is_empty() {
        out.push_str("no rows to draw\n");
        return out;
    }
    match chart.kind {
        Kind::Bar | Kind::Pie => bars(&mut out, chart, width, paint),
        // Names, and a few of anything, are easier to read beside lying bars than below upright ones.
        Kind::Column if matches!(chart.x, crate::Axis::Categories(_)) || chart.x.len() <= BARS => {
            bars(&mut out, chart, width, paint);
        }
        Kind::Column | Kind::Line | Kind::Area | Kind::Scatter => canvas(&mut out, chart, width, paint),
    }
    out
}

#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    /// What a series is drawn with: where there are no colours, the series differ in it.
    fn mark(self, index: usize) -> &'static str {
        const MARKS: [&str; 6] = ["█", "▒", "▓", "░", "#", "="];
        if self.colour { "■" } else { MARKS[index % MARKS.len()] }
    }

    fn series(self, index: usize, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\u{1b}[38;5;{}m{text}\u{1b}[0m", COLOURS[index % COLOURS.len()])
        } else {
            text.to_owned()
        }
    }
}

/// One line a value, its length as a bar.
fn bars(out: &mut String, chart: &Chart, width: usize, paint: Paint) {
    let drawn = if chart.kind == Kind::Pie { &chart.series[..1] } else { chart.drawn() };
    let total: f64 = drawn[0].values.iter().flatten().filter(|value| **value > 0.0).sum();
    let rows = chart.x.len().min(BARS);
    let names: Vec<String> = (0..rows).map(|index| fitted(&label(&chart.x, index), width / 3)).collect();
    let name_width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let value_text = |value: f64| match chart.kind {
        Kind::Pie if total > 0.0 => format!("{} ({:.1} %)", number(value), 100.0 * value / total),
        _ => number(value),
    };
    let finite = || {
        drawn.iter().flat_map(|series| series.values.iter().take(rows).flatten()).filter(|v| v.is_finite())
    };
    let longest = finite().copied().map(f64::abs).fold(0.0, f64::max);
    let value_width = finite().map(|value| value_text(*value).chars().count()).max().unwrap_or(1);
    let room = width.saturating_sub(name_width + value_width + 3).max(5);
    for (at, name) in names.iter().enumerate() {
        // Once, before the first bar that there is.
        let mut name = name.as_str();
        for (index, series) in drawn.iter().enumerate() {
            let Some(value) = series.values.get(at).copied().flatten() else { continue };
            let share = if longest > 0.0 && value.is_finite() { value.abs() / longest } else { 0.0 };
            let eighths = (share * room as f64 * 8.0).round() as usize;
            let bar = if paint.colour || drawn.len() == 1 {
                "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
            } else {
                paint.mark(index).repeat(eighths.div_ceil(8))
            };
            let bar_width = bar.chars().count();
            let pad = " ".repeat(name_width - name.chars().count());
            let bar = paint.series(index, &bar);
            let value = value_text(value);
            let _infallible =
                writeln!(out, "{name}{pad} {bar}{} {value}", " ".repeat(room - bar_width.min(room)));
            name = "";
        }
    }
    if chart.x.len() > rows {
        let _infallible = writeln!(out, "… and {} more", chart.x.len() - rows);
    }
    if drawn.len() > 1 {
        legend(out, chart, paint);
    }
}

/// Points on a grid of braille dots: two across and four down in each cell.
fn canvas(out: &mut String, chart: &Chart, width: usize, paint: Paint) {
    let (low, high) = chart.range();
    let marks = ticks(low, high, 4);
    let bounds = (marks[0], marks[marks.len() - 1]);
    let margin = marks.iter().map(|mark| number(*mark).chars().count()).max().unwrap_or(1) + 1;
    let columns = width - margin - 1;
    let x_values: Vec<f64> = match &chart.x {
        crate::Axis::Categories(names) => (0..names.len()).map(|index| index as f64).collect(),
        crate::Axis::Numbers(numbers) => numbers.clone(),
        crate::Axis::Times(times) => times.iter().map(|time| *time as f64).collect(),
    };
    let finite = || x_values.iter().copied().filter(|value| value.is_finite());
    let x_bounds = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let x = Scale::new(x_bounds, (0.0, (columns * 2 - 1) as f64));
    let y = Scale::new(bounds, ((HEIGHT * 4 - 1) as f64, 0.0));
    let mut grid = vec![(0u8, 0usize); columns * HEIGHT];
    let stacked = (chart.stacking != Stacking::Beside).then(|| chart.stacked());
    for (index, series) in chart.drawn().iter().enumerate() {
        let mut set = |column: f64, row: f64| {
            let (column, row) = (column.round().max(0.0) as usize, row.round().max(0.0) as usize);
            if column < columns * 2 && row < HEIGHT * 4 {
                let cell = &mut grid[row / 4 * columns + column / 2];
                cell.0 |= [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]][column % 2][row % 4];
                cell.1 = index;
            }
        };
        let mut before: Option<(f64, f64)> = None;
        for (at, x_value) in x_values.iter().enumerate() {
            let value = match &stacked {
                Some(sums) => Some(sums[index][at].1),
                None => series.values.get(at).copied().flatten(),
            };
            let Some(value) = value.filter(|value| value.is_finite() && x_value.is_finite()) else {
                before = None;
                continue;
            };
            let here = (x.place(*x_value), y.place(value));
            set(here.0, here.1);
            match (chart.kind, before) {
                (Kind::Column, _) => {
                    let zero = y.place(0f64.clamp(bounds.0, bounds.1));
                    let (top, bottom) =
                        (here.1.min(zero).round() as usize, here.1.max(zero).round() as usize);
                    (top..=bottom).for_each(|row| set(here.0, row as f64));
                }
                (Kind::Line | Kind::Area, Some(from)) => {
                    let steps = (here.0 - from.0).abs().max((here.1 - from.1).abs()).ceil().max(1.0);
                    for step in 0..steps as usize {
                        let share = step as f64 / steps;
                        set(from.0 + share * (here.0 - from.0), from.1 + share * (here.1 - from.1));
                    }
                }
                _ => {}
            }
            before = Some(here);
        }
    }
    for row in 0..HEIGHT {
        let mark = marks.iter().find(|mark| (y.place(**mark) / 4.0) as usize == row);
        let text = mark.map(|mark| number(*mark)).unwrap_or_default();
        let _infallible = write!(out, "{text:>margin$}│");
        let cells = &grid[row * columns..(row + 1) * columns];
        for (dots, series) in
            cells.iter().rev().skip_while(|cell| cell.0 == 0).collect::<Vec<_>>().into_iter().rev()
        {
            let cell = char::from_u32(0x2800 + u32::from(*dots)).unwrap_or(' ').to_string();
            out.push_str(&if *dots == 0 { " ".to_owned() } else { paint.series(*series, &cell) });
        }
        out.push('\n');
    }
    let _infallible = writeln!(out, "{:>margin$}└{}", "", "─".repeat(columns));
    let (first, last) = (label(&chart.x, 0), label(&chart.x, chart.x.len() - 1));
    let gap = columns.saturating_sub(first.chars().count() + last.chars().count());
    let _infallible = writeln!(out, "{:>margin$} {}{}{}", "", clean(&first), " ".repeat(gap), clean(&last));
    if chart.series.len() > 1 {
        legend(out, chart, paint);
    }
}

fn legend(out: &mut String, chart: &Chart, paint: Paint) {
    let names = chart.drawn().iter().enumerate().map(|(index, series)| {
        format!("{} {}", paint.series(index, paint.mark(index)), fitted(&series.name, 40))
    });
    out.push_str(&names.collect::<Vec<_>>().join("   "));
    if chart.left_out() > 0 {
        let _infallible = write!(out, "   and {} more", chart.left_out());
    }
    out.push('\n');
}

fn fitted(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.chars().nth(width).is_none() {
        return text;
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// Without what could move the cursor or turn the text around.
fn clean(text: &str) -> String {
    let unsafe_ = |c: char| {
        c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    text.chars().map(|c| if unsafe_(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Axis, Series};

    use super::*;

    fn series(name: &str, values: &[f64]) -> Series {
        Series { name: name.to_owned(), values: values.iter().map(|value| Some(*value)).collect() }
    }

    fn chart(kind: Kind, x: Axis, series: Vec<Series>) -> Chart {
        Chart { kind, title: None, x_title: None, y_title: None, x, series, stacking: Stacking::Beside }
    }

    #[test]
    fn bars_are_as_long_as_their_values() {
        let names = ["cmd.exe", "p\u{1b}[2J"].map(str::to_owned).to_vec();
        let text =
            chart(Kind::Bar, Axis::Categories(names), vec![series("n", &[20.0, 5.0])]).to_terminal(40, false);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "cmd.exe ████████████████████████████ 20", "{text}");
        assert_eq!(lines[1], "p\u{fffd}[2J   ███████                      5", "{text}");
    }

    #[test]
    fn a_pie_says_its_shares() {
        let names = ["a", "b"].map(str::to_owned).to_vec();
        let text =
            chart(Kind::Pie, Axis::Categories(names), vec![series("n", &[3.0, 1.0])]).to_terminal(60, false);
        assert!(text.contains("3 (75.0 %)") && text.contains("1 (25.0 %)"), "{text}");
    }

    #[test]
    fn a_line_rises_from_left_to_right() {
        let text = chart(Kind::Line, Axis::Numbers(vec![0.0, 1.0]), vec![series("n", &[0.0, 10.0])])
            .to_terminal(40, false);
        let dotted: Vec<_> = text.lines().take(HEIGHT).map(|line| line.chars().count()).collect();
        assert!(dotted.is_sorted_by(|above, below| above >= below), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }
}
