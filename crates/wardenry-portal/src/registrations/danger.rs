//! `/portal/registrations/{app}/settings`: who owns the application, switching it off, and its end.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use wardenry_core::calls::{DELETE_APPLICATION, UPDATE_APPLICATION};
use wardenry_directory::model::Application;
use wardenry_directory::registration::ApplicationPatch;
use wardenry_web::page::foreign_text;

use super::{Tab, find, may_change, view};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{View, form_token};
use crate::state::Portal;
use crate::visitor::Visitor;

struct Danger<'a> {
    visitor: &'a Visitor,
    application: &'a Application,
    may_change: bool,
}

/// Shows owner, switch and deletion.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let page = Danger { visitor: &visitor, application: &application, may_change: may_change(&visitor) };
        Ok::<_, Failure>(View { content: page.content(), ..view(&application, Tab::Danger) })
    };
    visitor.answer(page.await)
}

/// Switches the application off or on, in every tenant.
pub(crate) async fn switch(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&UPDATE_APPLICATION)?;
        let disabled = Some(fields.text("enabled") != "yes");
        let patch = ApplicationPatch { disabled, ..ApplicationPatch::default() };
        portal.directory.update_application(&admin, application.id, patch).await?;
        Err(Failure::Elsewhere(Tab::Danger.address(application.app_id)))
    };
    visitor.answer(page.await)
}

/// Deletes the application, if its name was typed.
pub(crate) async fn delete(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&DELETE_APPLICATION)?;
        if fields.text("name") != application.display_name.trim() {
            return Err(Failure::Invalid("is not the name of the application".to_owned()));
        }
        portal.directory.delete_application(&admin, application.id).await?;
        Err(Failure::Elsewhere("/portal/registrations".to_owned()))
    };
    visitor.answer(page.await)
}

impl Danger<'_> {
    fn content(&self) -> Markup {
        let application = self.application;
        let address = Tab::Danger.address(application.app_id);
        html! {
            h2 { "Owner" }
            p {
                @match application.owner {
                    Some(owner) => { "Made by the application " code { (owner) } ", which may change it with Application.ReadWrite.OwnedBy." },
                    None => { "Made by an administrator of your organisation; every application administrator may change it." },
                }
            }
            @if self.may_change {
                section.panel aria-labelledby="switch" {
                    @if application.disabled {
                        h2 id="switch" { "Switched off" }
                        p { "The application gets no new tokens, in your organisation and in every customer's. Consent is kept." }
                        (self.switch(&address, "yes", "Switch on"))
                    } @else {
                        h2 id="switch" { "Switch off" }
                        p { "No new tokens for this application, in your organisation and in every customer's. Consent is kept, and it can be switched on again." }
                        (self.switch(&address, "no", "Switch off"))
                    }
                }
                section.panel.danger aria-labelledby="delete" {
                    h2 id="delete" { "Delete" }
                    p { "Secrets and certificates are gone at once, and the application cannot be brought back. Customers keep an entry that can do nothing any more." }
                    form.form method="post" action={ (address) "/delete" } {
                        (form_token(self.visitor))
                        label {
                            "Type the name to confirm: " (foreign_text(&application.display_name))
                            input type="text" name="name" required autocomplete="off" spellcheck="false";
                        }
                        button.danger type="submit" { "Delete this application" }
                    }
                }
            }
        }
    }

    fn switch(&self, address: &str, enabled: &str, title: &str) -> Markup {
        html! {
            form method="post" action={ (address) "/enabled" } {
                (form_token(self.visitor))
                button type="submit" name="enabled" value=(enabled) { (title) }
            }
        }
    }
}
