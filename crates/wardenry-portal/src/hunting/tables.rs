//! `/portal/hunting/tables/{name}`: the columns of a table, and on demand values that are in them.

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::{Value, json};
use wardenry_hunting::HuntReader;
use wardenry_kql_semantics::TableColumns;
use wardenry_web::page::foreign_text;

use super::answer::{Answer, cell};
use super::page::{Draft, address_of};
use super::{json, reader, run};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{Section, View, form_token};
use crate::state::Portal;
use crate::visitor::Visitor;

/// The rows that are looked at for sample values.
const SAMPLE_ROWS: usize = 50;
/// The values that are shown of a column.
const SAMPLES: usize = 4;

struct Table<'a> {
    visitor: &'a Visitor,
    name: &'a str,
    columns: TableColumns,
    /// For each column, when they were asked for.
    samples: Option<Vec<Vec<Value>>>,
}

/// Shows a table.
pub(super) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Response {
    let page = async {
        let reader = reader(&visitor)?;
        let columns = find(&portal, &reader, &name).await?;
        Ok(Table { visitor: &visitor, name: &name, columns, samples: None }.view())
    };
    visitor.answer(page.await)
}

/// `POST /portal/hunting/tables`: shows a table with sample values. They are found by a query, which counts like any other.
pub(super) async fn sample(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let name = fields.text("table").to_owned();
    let page = async {
        let reader = reader(&visitor)?;
        let columns = find(&portal, &reader, &name).await?;
        let draft = Draft { query: format!("{} | take {SAMPLE_ROWS}", written(&name)), ..Draft::default() };
        let body = run::run(&portal, &reader, &draft, SAMPLE_ROWS).await;
        let body = body.map_err(|refusal| Failure::Conflict(refusal.message))?;
        let answer = Answer::read(&body)?;
        let samples = Some(samples(&answer));
        Ok(Table { visitor: &visitor, name: &name, columns, samples }.view())
    };
    visitor.answer(page.await)
}

/// `GET /portal/hunting/tables/{name}/columns`: for a script.
pub(super) async fn columns(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Response {
    let found = async { find(&portal, &reader(&visitor)?, &name).await };
    match found.await {
        Ok(columns) => {
            let columns: Vec<Value> =
                columns.iter().map(|(name, of_type)| json!([name, of_type.name()])).collect();
            json(StatusCode::OK, &json!({ "name": written(&name), "columns": columns }))
        }
        Err(_) => json(StatusCode::NOT_FOUND, &json!({ "message": "There is no such table." })),
    }
}

async fn find(portal: &Portal, reader: &HuntReader, name: &str) -> Result<TableColumns, Failure> {
    let name = name.to_owned();
    portal.hunting.ask(reader, move |language| language.table(&name)).await?.ok_or(Failure::NotFound)
}

/// The first different values of each column that say something.
fn samples(answer: &Answer) -> Vec<Vec<Value>> {
    let of_column = |index: usize| {
        let mut values: Vec<Value> = Vec::new();
        for value in answer.rows.iter().filter_map(|row| row.get(index)) {
            let says_nothing = value.is_null() || value.as_str().is_some_and(str::is_empty);
            if !says_nothing && values.len() < SAMPLES && !values.contains(value) {
                values.push(value.clone());
            }
        }
        values
    };
    (0..answer.columns.len()).map(of_column).collect()
}

/// A table's name as a query writes it.
fn written(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain {
        name.to_owned()
    } else {
        format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

impl Table<'_> {
    fn view(&self) -> View {
        View {
            trail: vec![("Hunting".to_owned(), "/portal/hunting".to_owned())],
            content: self.content(),
            ..View::new(Section::Hunting, self.name)
        }
    }

    fn content(&self) -> Markup {
        let query = format!("{}\n| take 100", written(self.name));
        html! {
            form.toolbar method="post" action="/portal/hunting/tables" {
                (form_token(self.visitor))
                input type="hidden" name="table" value=(self.name);
                a.button.primary href=(address_of(&query, "")) { "Query this table" }
                button type="submit" { "Show sample values" }
            }
            @if let Some(samples) = &self.samples && samples.iter().all(Vec::is_empty) {
                p.notice role="status" { "The table has no rows yet." }
            }
            div.scroll tabindex="0" role="region" aria-label="Columns" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Column" }
                        th scope="col" { "Type" }
                        @if self.samples.is_some() { th scope="col" { "Sample values" } }
                    } }
                    tbody {
                        @for (index, (name, of_type)) in self.columns.iter().enumerate() {
                            tr {
                                th scope="row" { (foreign_text(name)) }
                                td { code { (of_type.name()) } }
                                @if let Some(samples) = &self.samples {
                                    td.wrap {
                                        @for value in samples.get(index).into_iter().flatten() {
                                            span.sample { (cell(value)) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
