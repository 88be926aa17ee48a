//! `/portal/enterprise/{id}/settings`: disabling an application's sign-in, and shutting it out.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::{DELETE_SERVICE_PRINCIPAL, UPDATE_SERVICE_PRINCIPAL};
use wardenry_directory::admin::ServicePrincipalPatch;
use wardenry_directory::model::ServicePrincipal;
use wardenry_web::page::foreign_text;

use super::{Tab, find, may_change, view};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{View, form_token};
use crate::parts::Done;
use crate::state::Portal;
use crate::visitor::Visitor;

struct Settings<'a> {
    visitor: &'a Visitor,
    principal: &'a ServicePrincipal,
    may_change: bool,
}

/// Shows the switch and the deletion.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Response {
    let page = async {
        let principal = find(&portal, &visitor, &id).await?;
        let page = Settings { visitor: &visitor, principal: &principal, may_change: may_change(&visitor) };
        let notice = match done.as_str() {
            "enabled" => Some("Sign-in is enabled."),
            "disabled" => Some("Sign-in is disabled. Tokens from before end by themselves within an hour."),
            _ => None,
        };
        Ok::<_, Failure>(View { notice, content: page.content(), ..view(&principal, Tab::Settings) })
    };
    visitor.answer(page.await)
}

/// Lets the application get tokens in the organisation, or not.
pub(crate) async fn switch(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let principal = find(&portal, &visitor, &id).await?;
        let admin = visitor.application_admin(&UPDATE_SERVICE_PRINCIPAL)?;
        let enabled = fields.text("enabled") == "yes";
        let patch = ServicePrincipalPatch { enabled: Some(enabled), ..ServicePrincipalPatch::default() };
        portal.directory.update_service_principal(&admin, principal.id, patch).await?;
        let done = if enabled { "enabled" } else { "disabled" };
        Err(Failure::Elsewhere(format!("{}?done={done}", Tab::Settings.address(principal.id))))
    };
    visitor.answer(page.await)
}

/// Shuts the application out, if its name was typed.
pub(crate) async fn delete(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let principal = find(&portal, &visitor, &id).await?;
        let admin = visitor.application_admin(&DELETE_SERVICE_PRINCIPAL)?;
        if fields.text("name") != principal.display_name.trim() {
            return Err(Failure::Invalid("is not the name of the application".to_owned()));
        }
        portal.directory.delete_service_principal(&admin, principal.id).await?;
        Err(Failure::Elsewhere("/portal/enterprise?done=deleted".to_owned()))
    };
    visitor.answer(page.await)
}

impl Settings<'_> {
    fn content(&self) -> Markup {
        let principal = self.principal;
        html! {
            section.panel aria-labelledby="sign-in" {
                h2 id="sign-in" { "Enabled for sign-in" }
                @if principal.enabled {
                    p { "Yes: the application gets tokens in your organisation." }
                    @if self.may_change {
                        p { "Once disabled it gets none; what was granted stays, and it can be enabled again. Tokens from before end by themselves within an hour." }
                        (self.switch("no", "Disable sign-in"))
                    }
                } @else {
                    p { "No: the application gets no tokens in your organisation. What was granted is kept." }
                    @if self.may_change { (self.switch("yes", "Enable sign-in")) }
                }
            }
            @if principal.home_tenant.is_none() {
                p.muted { "It is a resource of the platform, comes with your organisation's licence, and cannot be deleted." }
            } @else if self.may_change { (self.deletion()) }
            @else {
                p.muted { "A Global Administrator, an Application Administrator or a Cloud Application Administrator of your organisation can change this." }
            }
        }
    }

    fn deletion(&self) -> Markup {
        html! {
            section.panel.danger aria-labelledby="delete" {
                h2 id="delete" { "Delete" }
                p { "Withdraws your organisation's consent as a whole: every permission that was granted to this application is taken back, for everybody. It can only come back by a new consent." }
                form.form method="post" action={ (Tab::Settings.address(self.principal.id)) "/delete" } {
                    (form_token(self.visitor))
                    label {
                        "Type the name to confirm: " (foreign_text(&self.principal.display_name))
                        input type="text" name="name" required autocomplete="off" spellcheck="false";
                    }
                    button.danger type="submit" { "Delete this application" }
                }
            }
        }
    }

    fn switch(&self, enabled: &str, title: &str) -> Markup {
        html! {
            form method="post" action={ (Tab::Settings.address(self.principal.id)) "/enabled" } {
                (form_token(self.visitor))
                button type="submit" name="enabled" value=(enabled) { (title) }
            }
        }
    }
}
