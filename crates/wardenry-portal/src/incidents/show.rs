//! `GET /portal/incidents/{id}?tid=…`: one incident.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use maud::{Markup, html};
use wardenry_core::id::TenantId;
use wardenry_incidents::model::{Device, EntityType, Incident, IncidentId};
use wardenry_web::page::{foreign_text, plain_text};

use super::evidence::{self, Piece};
use super::reach::{self, Readable};
use super::{graph, timeline, words};
use crate::assets;
use crate::failure::{Failure, chain};
use crate::frame::{Section, View};
use crate::live;
use crate::parts::{copyable, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

/// The most rows of a list.
const MAX_ROWS: usize = 200;

#[derive(Debug, serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Parameters {
    /// The tenant of the incident; the visitor's own without one.
    tid: String,
    /// `content`: only what changes, for live updates.
    part: String,
}

struct IncidentPage<'a> {
    incident: &'a Incident,
    from: &'a Readable,
    kinds: Vec<(EntityType, Vec<Piece<'a>>)>,
}

/// Shows an incident, or, for live updates, its content alone.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Response {
    let found = async {
        let id: i64 = id.parse().map_err(|_| Failure::NotFound)?;
        let tenant: TenantId = match parameters.tid.as_str() {
            "" => visitor.user.tenant(),
            tid => tid.parse().map_err(|_| Failure::NotFound)?,
        };
        let from = reach::one(&portal, &visitor, tenant).await?;
        let incident = portal.incidents.get(&from.reader, IncidentId::from_number(id)).await;
        let incident = incident.map_err(|error| {
            tracing::error!("an incident cannot be read: {}", chain(&error));
            Failure::Unavailable
        })?;
        Ok::<_, Failure>((from, incident.ok_or(Failure::NotFound)?))
    };
    match found.await {
        Ok((from, incident)) => {
            let page = IncidentPage { incident: &incident, from: &from, kinds: evidence::by_kind(&incident) };
            let content = page.content();
            if parameters.part == "content" {
                return live::answer(&headers, content);
            }
            let address = format!("/portal/incidents/{}?tid={}&part=content", incident.id, from.tenant);
            visitor.answer(Ok(View {
                trail: vec![("Incidents".to_owned(), "/portal/incidents".to_owned())],
                scripts: &[assets::LIVE],
                content: live::region("incident", &address, content),
                ..View::new(Section::Incidents, incident.name.clone())
            }))
        }
        Err(failure) => visitor.answer(Err(failure)),
    }
}

impl IncidentPage<'_> {
    fn content(&self) -> Markup {
        let incident = self.incident;
        html! {
            (self.essentials())
            h2 { "Alerts (" (incident.alerts.len()) ")" }
            @if incident.alerts.is_empty() { p.muted { "No alert belongs to this incident." } } @else { (timeline::alerts(incident)) }
            @if !incident.alerts.is_empty() {
                h2 { "How it hangs together" }
                (graph::draw(incident, &self.kinds))
            }
            (self.devices())
            h2 { "Evidence" }
            @if self.kinds.is_empty() { p.muted { "No evidence was recorded." } }
            @for (kind, pieces) in &self.kinds { (self.evidence(*kind, pieces)) }
            h2 { "Comments (" (incident.comments.len()) ")" }
            @if incident.comments.is_empty() { p.muted { "Nobody has written anything." } }
            @for comment in &incident.comments {
                article.comment-box {
                    p.muted { (foreign_text(&comment.author)) ", " (moment(comment.created)) }
                    p.comment { (foreign_text(&comment.text)) }
                }
            }
            h2 { "History" }
            (timeline::history(incident))
        }
    }

    fn essentials(&self) -> Markup {
        let incident = self.incident;
        html! {
            p.badges { (words::severity(incident.severity)) (words::status(incident.status)) @for tag in &incident.tags { span.tag { (foreign_text(tag)) } } }
            dl.facts {
                dt { "Organisation" } dd { (foreign_text(&self.from.name)) }
                dt { "Incident ID" } dd { (copyable("incident-id", &incident.id.to_string())) }
                dt { "Owner" } dd { @match &incident.assigned_to { Some(owner) => (foreign_text(owner)), None => "Nobody" } }
                dt { "Created" } dd { (moment(incident.created)) }
                dt { "Last update" } dd { (moment(incident.last_updated)) }
                dt { "Classification" } dd { @match incident.classification {
                    Some(classification) => {
                        (words::spaced(classification.as_str()))
                        @if let Some(determination) = incident.determination { ", " (words::spaced(determination.as_str())) }
                    },
                    None => "Not set",
                } }
                @if let Some(target) = incident.redirected_to {
                    dt { "Carried on as" } dd { a href={ "/portal/incidents/" (target) "?tid=" (self.from.tenant) } { "Incident " (target) } }
                }
            }
        }
    }

    fn devices(&self) -> Markup {
        let mut devices: Vec<&Device> = Vec::new();
        for device in self.incident.alerts.iter().flat_map(|alert| &alert.devices) {
            match devices.iter_mut().find(|known| known.id == device.id) {
                // The latest state counts.
                Some(known) => *known = device,
                None => devices.push(device),
            }
        }
        html! {
            @if !devices.is_empty() {
                h2 { "Devices (" (devices.len()) ")" }
                div.scroll tabindex="0" role="region" aria-label="Devices" {
                    table.grid {
                        thead { tr {
                            th scope="col" { "Device" } th scope="col" { "Risk" } th scope="col" { "Health" }
                            th scope="col" { "Operating system" } th scope="col" { "Group" } th scope="col" { "First seen" }
                        } }
                        tbody { @for device in devices.iter().take(MAX_ROWS) {
                            tr {
                                th.wrap scope="row" { (foreign_text(&device.dns_name)) @for tag in &device.tags { " " span.tag { (foreign_text(tag)) } } }
                                td { (device.risk_score) }
                                td { (words::spaced(device.health_status.as_str())) }
                                td { (foreign_text(&device.os_platform)) " " (foreign_text(&device.os_version)) }
                                td { (foreign_text(device.rbac_group_name.as_deref().unwrap_or("–"))) }
                                td { (moment(device.first_seen)) }
                            }
                        } }
                    }
                }
                (rest(devices.len()))
            }
        }
    }

    fn evidence(&self, kind: EntityType, pieces: &[Piece<'_>]) -> Markup {
        let heading = evidence::plural(kind);
        html! {
            h3 { (heading) " (" (pieces.len()) ")" }
            div.scroll tabindex="0" role="region" aria-label=(heading) {
                table.grid {
                    thead { tr {
                        th scope="col" { "What" } th scope="col" { "Verdict" } th scope="col" { "Remediation" }
                        th scope="col" { "Device" } th scope="col" { "Known of it" } th scope="col" { "Alerts" }
                    } }
                    tbody { @for piece in pieces.iter().take(MAX_ROWS) {
                        tr {
                            th.wrap scope="row" { (foreign_text(&evidence::name(piece.evidence))) }
                            td { (words::verdict(piece.verdict)) }
                            td { @if let Some(remediation) = piece.remediation { (words::spaced(remediation.as_str())) } }
                            td { @if let Some(device) = piece.device { (foreign_text(device)) } }
                            td.wrap { @for (label, value) in evidence::facts(piece.evidence) { div { span.muted { (label) ": " } (foreign_text(&value)) } } }
                            td { @for alert in &piece.alerts { a.target href={ "#alert-" (alert + 1) } title=(plain_text(&self.incident.alerts[*alert].title)) { (alert + 1) } " " } }
                        }
                    } }
                }
            }
            (rest(pieces.len()))
        }
    }
}

/// How many rows a list leaves out.
fn rest(count: usize) -> Markup {
    html! { @if count > MAX_ROWS { p.muted { "And " (count - MAX_ROWS) " more, which the API returns." } } }
}
