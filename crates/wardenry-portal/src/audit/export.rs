//! `GET /portal/audit/export/{format}`: the log for other programs.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use wardenry_directory::audit::AuditReader;
use wardenry_directory::model::{Actor, AuditEvent};
use wardenry_directory::store::Page;

use super::query::AuditQuery;
use crate::failure::Failure;
use crate::state::Portal;
use crate::visitor::Visitor;

/// The most events of one export. A longer log is exported in pieces, by time.
pub(super) const MAX_EXPORTED: u32 = 20_000;

/// A form in which the log leaves.
pub(super) struct Format {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    content_type: &'static str,
    write: fn(&[AuditEvent]) -> String,
}

pub(super) const FORMATS: [Format; 2] = [
    Format { name: "audit.csv", title: "CSV", content_type: "text/csv; charset=utf-8", write: csv },
    Format {
        name: "audit.jsonl",
        title: "JSON lines",
        content_type: "application/jsonl; charset=utf-8",
        write: json_lines,
    },
];

/// Sends what the filter lets through.
pub(crate) async fn download(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(query): Query<AuditQuery>,
) -> Response {
    let events = async {
        let format = FORMATS.iter().find(|format| format.name == name).ok_or(Failure::NotFound)?;
        let reader = AuditReader::of(&visitor.user)?;
        let newest = Page { skip: 0, take: MAX_EXPORTED };
        let events = portal.directory.audit_events(&reader, &query.filter(), newest).await?;
        Ok::<_, Failure>((format, (format.write)(&events)))
    };
    match events.await {
        Ok((format, text)) => {
            let disposition = format!("attachment; filename=\"{}\"", format.name);
            let mut response = text.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.extend(
                HeaderValue::try_from(disposition).ok().map(|value| (header::CONTENT_DISPOSITION, value)),
            );
            response
        }
        Err(failure) => visitor.answer(Err(failure)),
    }
}

/// The columns: the names under which an event's values leave, in both formats.
const COLUMNS: [&str; 10] = [
    "id",
    "time",
    "actorType",
    "actorName",
    "actorId",
    "actorAppId",
    "action",
    "target",
    "detail",
    "address",
];

/// An event's values by column; `None` for what it does not have.
fn values(event: &AuditEvent) -> [Option<String>; 10] {
    let (kind, name, id, app) = match &event.actor {
        Actor::User { id, name } => ("user", Some(name.clone()), Some(id.to_string()), None),
        Actor::App { app, principal } => ("app", None, Some(principal.to_string()), Some(app.to_string())),
        Actor::System => ("system", None, None, None),
    };
    [
        Some(event.id.to_string()),
        Some(event.at.to_string()),
        Some(kind.to_owned()),
        name,
        id,
        app,
        Some(event.action.to_owned()),
        Some(event.target.clone()),
        Some(event.detail.clone()),
        event.address.map(|address| address.to_string()),
    ]
}

/// RFC 4180, with a header.
fn csv(events: &[AuditEvent]) -> String {
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for event in events {
        let cells = values(event).map(|value| cell(&value.unwrap_or_default()));
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe in front: names are chosen by strangers.
fn cell(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let value = if formula { format!("'{value}") } else { value.to_owned() };
    if value.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value }
}

/// One JSON object a line.
fn json_lines(events: &[AuditEvent]) -> String {
    let mut text = String::new();
    for event in events {
        let object: serde_json::Map<String, serde_json::Value> = COLUMNS
            .iter()
            .map(|name| (*name).to_owned())
            .zip(values(event).map(serde_json::Value::from))
            .collect();
        text.push_str(&serde_json::Value::Object(object).to_string());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_neither_a_formula_nor_two_cells() {
        for (value, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"\n", "\"say \"\"hi\"\"\n\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("@x,y", "\"'@x,y\""),
        ] {
            assert_eq!(cell(value), written);
        }
    }
}
