//! What happened and what was done, oldest first.

use maud::{Markup, html};
use wardenry_core::time::Timestamp;
use wardenry_incidents::model::{Alert, Incident};
use wardenry_web::page::foreign_text;

use super::words;
use crate::parts::moment;

/// The alerts in the order in which their activity began, each with its details folded away.
pub(super) fn alerts(incident: &Incident) -> Markup {
    let mut alerts: Vec<(usize, &Alert)> = incident.alerts.iter().enumerate().collect();
    alerts.sort_by_key(|(place, alert)| (alert.first_activity, *place));
    html! {
        ol.timeline role="list" {
            @for (place, alert) in alerts {
                li {
                    (moment(alert.first_activity))
                    details id={ "alert-" (place + 1) } {
                        summary { (words::severity(alert.severity)) " " strong { (foreign_text(&alert.title)) } " " span.tag { (words::alert_status(alert.status)) } }
                        (details(alert))
                    }
                }
            }
        }
    }
}

fn details(alert: &Alert) -> Markup {
    html! {
        p { (foreign_text(&alert.description)) }
        dl.facts {
            dt { "Category" } dd { (foreign_text(&words::spaced(&alert.category))) }
            @if !alert.mitre_techniques.is_empty() {
                dt { "MITRE ATT&CK" } dd { (foreign_text(&alert.mitre_techniques.join(", "))) }
            }
            dt { "Activity" } dd { (moment(alert.first_activity)) " to " (moment(alert.last_activity)) }
            dt { "Raised" } dd { (moment(alert.created)) }
            @if let Some(resolved) = alert.resolved { dt { "Resolved" } dd { (moment(resolved)) } }
            dt { "Detected by" } dd { (alert.detection_source) ", " (alert.service_source) }
            @if let Some(owner) = &alert.assigned_to { dt { "Owner" } dd { (foreign_text(owner)) } }
            @if let Some(family) = &alert.threat_family_name { dt { "Threat family" } dd { (foreign_text(family)) } }
            @if let Some(actor) = &alert.actor_name { dt { "Actor" } dd { (foreign_text(actor)) } }
            @if !alert.devices.is_empty() {
                dt { "Devices" } dd { @for (index, device) in alert.devices.iter().enumerate() { @if index > 0 { ", " } (foreign_text(&device.dns_name)) } }
            }
            dt { "Alert ID" } dd { code { (foreign_text(&alert.id)) } }
        }
    }
}

/// What people and the system have done with the incident.
pub(super) fn history(incident: &Incident) -> Markup {
    let mut entries: Vec<(Timestamp, Markup)> =
        vec![(incident.created, html! { "The incident was created." })];
    for alert in &incident.alerts {
        entries.push((alert.created, html! { "Alert raised: " (foreign_text(&alert.title)) }));
        if let Some(resolved) = alert.resolved {
            entries.push((resolved, html! { "Alert resolved: " (foreign_text(&alert.title)) }));
        }
    }
    for comment in &incident.comments {
        let text = html! { (foreign_text(&comment.author)) " wrote: " span.comment { (foreign_text(&comment.text)) } };
        entries.push((comment.created, text));
    }
    if incident.last_updated > incident.created {
        entries.push((incident.last_updated, html! { "Last change of the incident." }));
    }
    entries.sort_by_key(|(at, _)| *at);
    html! {
        ol.timeline role="list" {
            @for (at, text) in entries { li { (moment(at)) div { (text) } } }
        }
    }
}
