//! `GET /portal/registrations/{app}/consent-link`: the link that a customer's administrator opens.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use url::form_urlencoded::Serializer;
use wardenry_directory::model::Application;
use wardenry_oauth::answers::SignInAudience;
use wardenry_web::origin::Origin;

use super::{Tab, find, view};
use crate::failure::Failure;
use crate::frame::View;
use crate::parts::copyable;
use crate::state::Portal;
use crate::visitor::Visitor;

struct ConsentLink<'a> {
    application: &'a Application,
    origin: &'a Origin,
}

/// Shows the link in its two forms.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    origin: Origin,
    Path(app): Path<String>,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let content = ConsentLink { application: &application, origin: &origin }.content();
        Ok::<_, Failure>(View { content, ..view(&application, Tab::ConsentLink) })
    };
    visitor.answer(page.await)
}

impl ConsentLink<'_> {
    fn content(&self) -> Markup {
        let application = self.application;
        let (origin, app) = (self.origin, application.app_id);
        let uri = application.redirect_uris.web.first().or(application.redirect_uris.spa.first());
        let v1 = format!(
            "{origin}/common/oauth2/authorize?prompt=consent&client_id={app}&response_type=code&sso_reload=true"
        );
        html! {
            @if application.audience == SignInAudience::AzureADMyOrg {
                p.problem {
                    "This application is for your own organisation only: nobody else can consent to it. Choose "
                    a href=(Tab::Authentication.address(app)) { "multitenant accounts" } " first."
                }
            }
            @if application.required_resources.is_empty() {
                p.problem {
                    "The application asks for nothing yet. Add " a href=(Tab::Permissions.address(app)) { "API permissions" }
                    " before you send the link: consent covers what is on the list at that moment."
                }
            }
            @match uri {
                None => p.problem {
                    "There is no redirect URI, so people cannot return from the consent. Add one under "
                    a href=(Tab::Authentication.address(app)) { "Authentication" } "."
                },
                Some(uri) => {
                    p { "Send one of these to a Global Administrator of the customer. They sign in, see what the application asks for, and accept." }
                    h2 { "v1" }
                    p { (copyable("link-v1", &v1)) }
                    h2 { "v2" }
                    p { (copyable("link-v2", &self.v2(uri))) }
                    p { a.button href=(v1) { "Open the link" } }
                    p.muted { "To see what a customer sees, open it in a private window and sign in as an administrator of theirs." }
                }
            }
        }
    }

    fn v2(&self, redirect_uri: &str) -> String {
        let query = Serializer::new(String::new())
            .append_pair("client_id", &self.application.app_id.to_string())
            .append_pair("scope", "https://api.security.microsoft.com/.default")
            .append_pair("redirect_uri", redirect_uri)
            .finish();
        format!("{}/organizations/v2.0/adminconsent?{query}", self.origin)
    }
}
