//! `/portal/registrations/{app}/authentication`: where people return to, and whose accounts the application serves.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use wardenry_core::calls::UPDATE_APPLICATION;
use wardenry_directory::model::Application;
use wardenry_directory::registration::{ApplicationPatch, MAX_DISPLAY_NAME, RedirectUrisPatch};
use wardenry_oauth::answers::SignInAudience;

use super::{Tab, account_types, audience, find, may_change, view};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{View, form_token};
use crate::parts::Done;
use crate::state::Portal;
use crate::visitor::Visitor;

/// What the form shows: the application's properties, or what was sent and refused.
struct Authentication<'a> {
    visitor: &'a Visitor,
    application: &'a Application,
    name: &'a str,
    audience: SignInAudience,
    /// One address a line, by platform.
    redirect_uris: [String; 3],
    problem: Option<String>,
    may_change: bool,
}

/// The fields of the platforms, in the order of the form.
const PLATFORMS: [(&str, &str, &str); 3] = [
    ("web", "Web", "A server keeps the secret."),
    ("spa", "Single-page application", "The application runs in the browser."),
    ("public_client", "Mobile and desktop applications", "The application runs on people's devices."),
];

/// Shows the form.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let uris = &application.redirect_uris;
        let page = Authentication {
            visitor: &visitor,
            application: &application,
            name: &application.display_name,
            audience: application.audience,
            redirect_uris: [&uris.web, &uris.spa, &uris.public_client].map(|uris| uris.join("\n")),
            problem: None,
            may_change: may_change(&visitor),
        };
        let notice = (done == "saved").then_some("Saved.");
        Ok::<_, Failure>(View { notice, content: page.content(), ..view(&application, Tab::Authentication) })
    };
    visitor.answer(page.await)
}

/// Saves the form.
pub(crate) async fn save(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&UPDATE_APPLICATION)?;
        let audience = audience(fields.text("audience"))?;
        let patch = ApplicationPatch {
            display_name: Some(fields.text("name").to_owned()),
            audience: Some(audience),
            redirect_uris: RedirectUrisPatch {
                web: Some(fields.lines("web")),
                spa: Some(fields.lines("spa")),
                public_client: Some(fields.lines("public_client")),
            },
            ..ApplicationPatch::default()
        };
        match portal.directory.update_application(&admin, application.id, patch).await.map_err(Failure::from)
        {
            Ok(_) => Err(Failure::Elsewhere(format!(
                "{}?done=saved",
                Tab::Authentication.address(application.app_id)
            ))),
            Err(Failure::Invalid(problem)) => {
                let page = Authentication {
                    visitor: &visitor,
                    application: &application,
                    name: fields.text("name"),
                    audience,
                    redirect_uris: PLATFORMS.map(|(field, _, _)| fields.text(field).to_owned()),
                    problem: Some(problem),
                    may_change: true,
                };
                let (status, content) = (StatusCode::BAD_REQUEST, page.content());
                Ok(View { status, content, ..view(&application, Tab::Authentication) })
            }
            Err(other) => Err(other),
        }
    };
    visitor.answer(page.await)
}

impl Authentication<'_> {
    fn content(&self) -> Markup {
        let audiences = [SignInAudience::AzureADMyOrg, SignInAudience::AzureADMultipleOrgs];
        html! {
            @if let Some(problem) = &self.problem { p.problem role="alert" { "Nothing was saved: the value " (problem) "." } }
            form.panel.form method="post" action=(Tab::Authentication.address(self.application.app_id)) {
                (form_token(self.visitor))
                label { "Name" input type="text" name="name" value=(self.name) required maxlength=(MAX_DISPLAY_NAME) autocomplete="off" readonly[!self.may_change]; }
                fieldset {
                    legend { "Redirect URIs" }
                    @for ((field, title, hint), uris) in PLATFORMS.iter().zip(&self.redirect_uris) {
                        label {
                            (title)
                            textarea name=(field) rows="3" spellcheck="false" aria-describedby={ (field) "-hint" } readonly[!self.may_change] { (uris) }
                            span.hint id={ (field) "-hint" } { (hint) " One address a line, compared letter by letter." }
                        }
                    }
                }
                fieldset {
                    legend { "Supported account types" }
                    @for audience in audiences {
                        label.choice {
                            input type="radio" name="audience" value=(audience.as_str()) checked[audience == self.audience] disabled[!self.may_change];
                            (account_types(audience))
                        }
                    }
                }
                @if self.may_change { div.actions { button.primary type="submit" { "Save" } } }
            }
        }
    }
}
