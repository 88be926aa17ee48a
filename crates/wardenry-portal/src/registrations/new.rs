//! `/portal/registrations/new`: registering an application.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use wardenry_core::calls::CREATE_APPLICATION;
use wardenry_directory::admin::ServicePrincipalPatch;
use wardenry_directory::registration::{ApplicationPatch, MAX_DISPLAY_NAME, RedirectUrisPatch};
use wardenry_oauth::answers::SignInAudience;

use super::{account_types, audience};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{Section, View, form_token};
use crate::state::Portal;
use crate::visitor::Visitor;

struct NewRegistration<'a> {
    visitor: &'a Visitor,
    name: &'a str,
    audience: SignInAudience,
    platform: &'a str,
    redirect_uri: &'a str,
    problem: Option<String>,
}

/// Shows the form.
pub(crate) async fn show(visitor: Visitor) -> Response {
    let page = visitor.application_admin(&CREATE_APPLICATION).map_err(Failure::from).map(|_| {
        let page = NewRegistration {
            visitor: &visitor,
            name: "",
            audience: SignInAudience::AzureADMyOrg,
            platform: "web",
            redirect_uri: "",
            problem: None,
        };
        page.view()
    });
    visitor.answer(page)
}

/// Registers the application, with its principal in the organisation, and leads to its page.
pub(crate) async fn register(State(portal): State<Portal>, visitor: Visitor, fields: Fields) -> Response {
    let page = async {
        let admin = visitor.application_admin(&CREATE_APPLICATION)?;
        let (name, platform, redirect_uri) =
            (fields.text("name"), fields.text("platform"), fields.text("redirect_uri"));
        let audience = audience(fields.text("audience"))?;
        let uris = if redirect_uri.is_empty() { Vec::new() } else { vec![redirect_uri.to_owned()] };
        let properties = ApplicationPatch {
            display_name: Some(name.to_owned()),
            audience: Some(audience),
            redirect_uris: redirect_uris(platform, uris),
            ..ApplicationPatch::default()
        };
        match portal.directory.create_application(&admin, properties).await.map_err(Failure::from) {
            Ok(application) => {
                let principal = ServicePrincipalPatch::default();
                portal.directory.create_service_principal(&admin, application.app_id, principal).await?;
                Err(Failure::Elsewhere(format!(
                    "/portal/registrations/{}?done=registered",
                    application.app_id
                )))
            }
            Err(Failure::Invalid(problem)) => {
                let page = NewRegistration {
                    visitor: &visitor,
                    name,
                    audience,
                    platform,
                    redirect_uri,
                    problem: Some(problem),
                };
                Ok(View { status: StatusCode::BAD_REQUEST, ..page.view() })
            }
            Err(other) => Err(other),
        }
    };
    visitor.answer(page.await)
}

fn redirect_uris(platform: &str, uris: Vec<String>) -> RedirectUrisPatch {
    let mut patch = RedirectUrisPatch::default();
    match platform {
        "spa" => patch.spa = Some(uris),
        "publicClient" => patch.public_client = Some(uris),
        _ => patch.web = Some(uris),
    }
    patch
}

impl NewRegistration<'_> {
    fn view(&self) -> View {
        View {
            trail: vec![("App registrations".to_owned(), "/portal/registrations".to_owned())],
            content: self.content(),
            ..View::new(Section::Registrations, "Register an application")
        }
    }

    fn content(&self) -> Markup {
        let audiences = [SignInAudience::AzureADMyOrg, SignInAudience::AzureADMultipleOrgs];
        let platforms = [
            ("web", "Web"),
            ("spa", "Single-page application (SPA)"),
            ("publicClient", "Public client/native (mobile & desktop)"),
        ];
        html! {
            @if let Some(problem) = &self.problem {
                p.problem role="alert" id="problem" { "Nothing was registered: the value " (problem) "." }
            }
            form.panel.form method="post" action="/portal/registrations/new" {
                (form_token(self.visitor))
                label {
                    "Name"
                    input type="text" name="name" value=(self.name) required maxlength=(MAX_DISPLAY_NAME) autocomplete="off" aria-describedby="name-hint";
                    span.hint id="name-hint" { "Customers see it when they consent. It can be changed later." }
                }
                fieldset {
                    legend { "Supported account types" }
                    @for audience in audiences {
                        label.choice {
                            input type="radio" name="audience" value=(audience.as_str()) checked[audience == self.audience];
                            (account_types(audience))
                        }
                    }
                    span.hint { "For an application that works in customers' tenants choose multitenant." }
                }
                fieldset {
                    legend { "Redirect URI (optional)" }
                    div.pair {
                        label { "Platform"
                            select name="platform" {
                                @for (value, title) in platforms { option value=(value) selected[value == self.platform] { (title) } }
                            }
                        }
                        label { "Address"
                            input type="text" name="redirect_uri" value=(self.redirect_uri) inputmode="url" autocomplete="off" spellcheck="false" placeholder="https://";
                        }
                    }
                    span.hint { "Where people return to after they have consented." }
                }
                div.actions {
                    button.primary type="submit" { "Register" }
                    a.button href="/portal/registrations" { "Cancel" }
                }
            }
        }
    }
}
