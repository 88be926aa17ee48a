//! `GET /portal/enterprise/{id}`: what an application is, since when it is here, and who has let it in.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::GET_SERVICE_PRINCIPAL;
use wardenry_core::time::Timestamp;
use wardenry_directory::model::{AuditEvent, ServicePrincipal};
use wardenry_web::page::foreign_text;

use super::{Publisher, Tab, find, view};
use crate::failure::Failure;
use crate::frame::View;
use crate::parts::{actor, copyable, empty, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

struct Overview<'a> {
    principal: &'a ServicePrincipal,
    publisher: Publisher,
    /// Whether its publisher has switched it off everywhere.
    disabled: bool,
    last_token: Option<Timestamp>,
    consents: Vec<AuditEvent>,
}

/// Shows the application.
pub(crate) async fn show(State(portal): State<Portal>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let page = async {
        let principal = find(&portal, &visitor, &id).await?;
        let reader = visitor.reader(&GET_SERVICE_PRINCIPAL)?;
        let directory = &portal.directory;
        let behind = directory.application_behind(&reader, &principal).await?;
        let last_tokens = directory.last_tokens(&reader).await?;
        let last_token = last_tokens.into_iter().find(|(app, _)| *app == principal.app_id);
        let page = Overview {
            principal: &principal,
            publisher: Publisher::of(&portal, &visitor, &principal).await?,
            disabled: behind.is_some_and(|application| application.disabled),
            last_token: last_token.map(|(_, at)| at),
            consents: directory.consents_to(&reader, principal.app_id).await?,
        };
        Ok::<_, Failure>(View { content: page.content(), ..view(&principal, Tab::Overview) })
    };
    visitor.answer(page.await)
}

impl Overview<'_> {
    fn content(&self) -> Markup {
        let principal = self.principal;
        html! {
            @if !principal.enabled { p.problem { "Sign-in is disabled: this application gets no tokens in your organisation." } }
            @if self.disabled { p.problem { "Its publisher has switched this application off: it gets no tokens anywhere." } }
            h2 { "Essentials" }
            dl.facts {
                dt { "Name" } dd { (foreign_text(&principal.display_name)) }
                dt { "Publisher" } dd { (self.publisher.render()) }
                dt { "Application ID" } dd { (copyable("app-id", &principal.app_id.to_string())) }
                dt { "Object ID" } dd { (copyable("object-id", &principal.id.to_string())) }
                dt { "In your organisation since" } dd { (moment(principal.created)) }
                dt { "Last token" } dd {
                    @match self.last_token { Some(at) => (moment(at)), None => "It has got none yet." }
                }
            }
            h2 { "Consented by" }
            (self.consents())
        }
    }

    fn consents(&self) -> Markup {
        html! {
            @if matches!(self.publisher, Publisher::Platform) {
                p { "Nobody has to: a resource of the platform comes with your organisation's licence." }
            } @else if self.consents.is_empty() {
                (empty("No consent is on record", &html! {
                    p { "It was let in, and given what it has, by an administrator through the directory or by the operator of this server." }
                }))
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Consents" {
                    table.grid {
                        thead { tr {
                            th scope="col" { "When" }
                            th scope="col" { "Who" }
                            th scope="col" { "To what" }
                        } }
                        tbody {
                            @for consent in &self.consents {
                                tr {
                                    td { (moment(consent.at)) }
                                    th scope="row" { (actor(&consent.actor)) }
                                    td.wrap { (foreign_text(&consent.detail)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
