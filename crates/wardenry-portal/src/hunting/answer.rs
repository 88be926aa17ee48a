//! A result on the page without scripts: a table, the chart that the query asks for, what it has used.

use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use serde_json::Value;
use wardenry_web::page::foreign_text;

use crate::failure::Failure;

/// The rows that a page has room for.
pub(super) const PAGE_ROWS: usize = 200;
/// The characters of a cell that a page has room for.
const CELL_CHARACTERS: usize = 2_000;

/// A query's answer as [`wardenry_hunting::Shape::Grid`] has it.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) shown: u64,
    pub(super) statistics: Statistics,
    pub(super) chart: Option<Chart>,
    pub(super) notices: Vec<Notice>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) scalar_type: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Statistics {
    pub(super) rows: u64,
    elapsed_ms: f64,
    cpu_ms: Option<f64>,
    peak_memory_bytes: u64,
    scanned_bytes: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Chart {
    svg: Option<String>,
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Notice {
    code: String,
    message: String,
}

impl Answer {
    pub(super) fn read(body: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(body).map_err(|error| {
            tracing::error!("an answer of ours cannot be read: {error}");
            Failure::Unavailable
        })
    }

    /// A row's value in the column of a name.
    pub(super) fn value<'a>(&self, row: &'a [Value], column: &str) -> Option<&'a Value> {
        row.get(self.columns.iter().position(|its| its.name == column)?)
    }

    pub(super) fn render(&self) -> Markup {
        html! {
            section.result aria-label="Result" {
                h2 { (rows_text(self.statistics.rows)) }
                @for notice in &self.notices {
                    p.notice { (foreign_text(&notice.message)) " (" (notice.code) ")" }
                }
                @if let Some(chart) = &self.chart { (chart.render()) }
                @if self.rows.is_empty() {
                    div.state {
                        p { "The query ran, and found no rows. Look further back, or at fewer conditions." }
                    }
                } @else {
                    @if self.shown < self.statistics.rows {
                        p.muted { "These are the first " (self.shown) ". The query can count, filter or take others." }
                    }
                    (self.table())
                }
                (self.statistics.render())
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Rows" {
                table.grid {
                    thead { tr {
                        @for column in &self.columns {
                            th.number[column.is_number()] scope="col" title=(column.scalar_type) { (foreign_text(&column.name)) }
                        }
                    } }
                    tbody {
                        @for row in &self.rows {
                            tr { @for (value, column) in row.iter().zip(&self.columns) {
                                td.number[column.is_number()] { (cell(value)) }
                            } }
                        }
                    }
                }
            }
        }
    }
}

impl Column {
    fn is_number(&self) -> bool {
        matches!(self.scalar_type.as_str(), "int" | "long" | "real" | "decimal")
    }
}

impl Chart {
    fn render(&self) -> Markup {
        html! {
            @if let Some(svg) = &self.svg { div.chart { (PreEscaped(svg)) } }
            @if let Some(reason) = &self.reason { p.notice { "There is no chart: " (foreign_text(reason)) "." } }
        }
    }
}

impl Statistics {
    fn render(&self) -> Markup {
        html! {
            details.cost {
                summary { "What the query used" }
                dl.facts {
                    dt { "Time" } dd { (milliseconds(self.elapsed_ms)) }
                    @if let Some(cpu) = self.cpu_ms { dt { "Processor time" } dd { (milliseconds(cpu)) } }
                    dt { "Memory at most" } dd { (size(self.peak_memory_bytes)) }
                    dt { "Read from files" } dd { (size(self.scanned_bytes)) }
                }
            }
        }
    }
}

/// A value as a cell shows it.
pub(super) fn cell(value: &Value) -> Markup {
    let text = match value {
        Value::Null => return html! {},
        Value::String(text) => std::borrow::Cow::Borrowed(text.as_str()),
        other => std::borrow::Cow::Owned(other.to_string()),
    };
    match text.char_indices().nth(CELL_CHARACTERS) {
        None => foreign_text(&text),
        Some((end, _)) => html! { (foreign_text(&text[..end])) "…" },
    }
}

fn rows_text(rows: u64) -> String {
    format!("{rows} {}", if rows == 1 { "row" } else { "rows" })
}

fn milliseconds(time: f64) -> String {
    if time < 1000.0 { format!("{time:.0} ms") } else { format!("{:.2} s", time / 1000.0) }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}
