//! App registrations: the applications of the visitor's organisation, from their making to their end.

mod add_permission;
mod authentication;
mod consent_link;
mod credentials;
mod danger;
mod list;
mod new;
mod overview;
mod permissions;

use axum::Router;
use axum::routing::{get, post};
use wardenry_core::calls::{GET_APPLICATION, UPDATE_APPLICATION};
use wardenry_core::id::AppId;
use wardenry_directory::model::Application;
use wardenry_oauth::answers::SignInAudience;

use crate::failure::Failure;
use crate::frame::{Section, View};
use crate::parts;
use crate::state::Portal;
use crate::visitor::Visitor;

pub(crate) fn router() -> Router<Portal> {
    Router::new()
        .route("/portal/registrations", get(list::show))
        .route("/portal/registrations/new", get(new::show).post(new::register))
        .route("/portal/registrations/{app}", get(overview::show))
        .route("/portal/registrations/{app}/permissions", get(permissions::show))
        .route("/portal/registrations/{app}/permissions/remove", post(permissions::remove))
        .route("/portal/registrations/{app}/permissions/consent", post(permissions::consent))
        .route("/portal/registrations/{app}/permissions/add", get(add_permission::show_resources))
        .route(
            "/portal/registrations/{app}/permissions/add/{resource}",
            get(add_permission::show_permissions).post(add_permission::add),
        )
        .route("/portal/registrations/{app}/credentials", get(credentials::show))
        .route("/portal/registrations/{app}/credentials/secrets", post(credentials::add_secret))
        .route("/portal/registrations/{app}/credentials/secrets/remove", post(credentials::remove_secret))
        .route("/portal/registrations/{app}/credentials/certificates", post(credentials::add_certificate))
        .route(
            "/portal/registrations/{app}/credentials/certificates/remove",
            post(credentials::remove_certificate),
        )
        .route(
            "/portal/registrations/{app}/authentication",
            get(authentication::show).post(authentication::save),
        )
        .route("/portal/registrations/{app}/consent-link", get(consent_link::show))
        .route("/portal/registrations/{app}/settings", get(danger::show))
        .route("/portal/registrations/{app}/settings/enabled", post(danger::switch))
        .route("/portal/registrations/{app}/settings/delete", post(danger::delete))
}

/// The pages of one application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Permissions,
    Credentials,
    Authentication,
    ConsentLink,
    Danger,
}

impl Tab {
    const ALL: [Self; 6] = [
        Self::Overview,
        Self::Permissions,
        Self::Credentials,
        Self::Authentication,
        Self::ConsentLink,
        Self::Danger,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Permissions => "API permissions",
            Self::Credentials => "Certificates & secrets",
            Self::Authentication => "Authentication",
            Self::ConsentLink => "Consent link",
            Self::Danger => "Owners and danger zone",
        }
    }

    fn address(self, app: AppId) -> String {
        let tail = match self {
            Self::Overview => "",
            Self::Permissions => "/permissions",
            Self::Credentials => "/credentials",
            Self::Authentication => "/authentication",
            Self::ConsentLink => "/consent-link",
            Self::Danger => "/settings",
        };
        format!("/portal/registrations/{app}{tail}")
    }
}

/// The application that an address names, if it is of the visitor's organisation.
async fn find(portal: &Portal, visitor: &Visitor, app: &str) -> Result<Application, Failure> {
    let app: AppId = app.parse().map_err(|_| Failure::NotFound)?;
    let reader = visitor.reader(&GET_APPLICATION)?;
    Ok(portal.directory.application_by_app_id(&reader, app).await?)
}

/// Whether the visitor may change applications: if not, pages leave their forms out.
fn may_change(visitor: &Visitor) -> bool {
    visitor.application_admin(&UPDATE_APPLICATION).is_ok()
}

/// A page of an application, without its content.
fn view(application: &Application, tab: Tab) -> View {
    let tabs = Tab::ALL.map(|tab| (tab.title(), tab.address(application.app_id)));
    View {
        trail: vec![("App registrations".to_owned(), "/portal/registrations".to_owned())],
        tabs: Some(parts::tabs("Application", &tabs, &tab.address(application.app_id))),
        ..View::new(Section::Registrations, format!("{} – {}", application.display_name, tab.title()))
    }
}

/// The supported account types in the platform's words.
fn account_types(audience: SignInAudience) -> &'static str {
    match audience {
        SignInAudience::AzureADMyOrg => "Accounts in this organizational directory only (single tenant)",
        SignInAudience::AzureADMultipleOrgs => "Accounts in any organizational directory (multitenant)",
    }
}

/// The audience that a form names.
fn audience(field: &str) -> Result<SignInAudience, Failure> {
    [SignInAudience::AzureADMyOrg, SignInAudience::AzureADMultipleOrgs]
        .into_iter()
        .find(|audience| audience.as_str() == field)
        .ok_or_else(|| Failure::Invalid("of the supported account types is none of the two".to_owned()))
}
