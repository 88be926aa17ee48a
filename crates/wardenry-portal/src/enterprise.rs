//! Enterprise applications: what the applications that are let into the organisation may do, and taking it back.

mod list;
mod may_do;
mod settings;
mod show;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use maud::{Markup, html};
use wardenry_core::calls::{DELETE_APP_ROLE_ASSIGNMENT, GET_SERVICE_PRINCIPAL, UPDATE_SERVICE_PRINCIPAL};
use wardenry_core::id::{ServicePrincipalId, TenantId};
use wardenry_directory::model::ServicePrincipal;
use wardenry_oauth::answers::TenantAnswer;
use wardenry_oauth::tenant_segment::TenantSegment;
use wardenry_web::page::foreign_text;

use crate::failure::Failure;
use crate::frame::{Section, View};
use crate::parts;
use crate::state::Portal;
use crate::visitor::Visitor;

pub(crate) fn router() -> Router<Portal> {
    Router::new()
        .route("/portal/enterprise", get(list::show))
        .route("/portal/enterprise/{id}", get(show::show))
        .route("/portal/enterprise/{id}/permissions", get(may_do::show))
        .route("/portal/enterprise/{id}/permissions/revoke", post(may_do::revoke_role))
        .route("/portal/enterprise/{id}/permissions/revoke-scope", post(may_do::revoke_scope))
        .route("/portal/enterprise/{id}/settings", get(settings::show))
        .route("/portal/enterprise/{id}/settings/enabled", post(settings::switch))
        .route("/portal/enterprise/{id}/settings/delete", post(settings::delete))
}

/// The pages of one application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Permissions,
    Settings,
}

impl Tab {
    const ALL: [Self; 3] = [Self::Overview, Self::Permissions, Self::Settings];

    fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Permissions => "Permissions",
            Self::Settings => "Properties",
        }
    }

    fn address(self, id: ServicePrincipalId) -> String {
        let tail = match self {
            Self::Overview => "",
            Self::Permissions => "/permissions",
            Self::Settings => "/settings",
        };
        format!("/portal/enterprise/{id}{tail}")
    }
}

/// Who publishes an application.
#[derive(Debug)]
enum Publisher {
    /// It is a resource of the platform.
    Platform,
    /// The visitor's own organisation.
    Own,
    Other(Arc<TenantAnswer>),
    /// The publisher's organisation is not there any more.
    Gone(TenantId),
}

impl Publisher {
    async fn of(portal: &Portal, visitor: &Visitor, principal: &ServicePrincipal) -> Result<Self, Failure> {
        let Some(home) = principal.home_tenant else { return Ok(Self::Platform) };
        if home == visitor.tenant.id {
            return Ok(Self::Own);
        }
        let tenant = portal.directory.tenant(&TenantSegment::Id(home)).await?;
        Ok(tenant.map_or(Self::Gone(home), Self::Other))
    }

    /// Foreign applications come first: they are what one looks for.
    fn rank(&self) -> u8 {
        match self {
            Self::Other(_) | Self::Gone(_) => 0,
            Self::Own => 1,
            Self::Platform => 2,
        }
    }

    fn render(&self) -> Markup {
        html! {
            @match self {
                Self::Platform => "The platform",
                Self::Own => "Your own organisation",
                Self::Other(tenant) => {
                    (foreign_text(&tenant.display_name))
                    @if let Some(domain) = tenant.domains.first() { " (" (foreign_text(domain)) ", verified)" }
                }
                Self::Gone(tenant) => { "An organisation that is not here any more: " code { (tenant) } }
            }
        }
    }
}

/// The service principal that an address names, if it is of the visitor's organisation.
async fn find(portal: &Portal, visitor: &Visitor, id: &str) -> Result<ServicePrincipal, Failure> {
    let id: ServicePrincipalId = id.parse().map_err(|_| Failure::NotFound)?;
    let reader = visitor.reader(&GET_SERVICE_PRINCIPAL)?;
    Ok(portal.directory.service_principal(&reader, id).await?)
}

/// Whether the visitor may switch applications off and shut them out.
fn may_change(visitor: &Visitor) -> bool {
    visitor.application_admin(&UPDATE_SERVICE_PRINCIPAL).is_ok()
}

/// Whether the visitor may take permissions back.
fn may_revoke(visitor: &Visitor) -> bool {
    visitor.grant_admin(&DELETE_APP_ROLE_ASSIGNMENT).is_ok()
}

/// A page of an application, without its content.
fn view(principal: &ServicePrincipal, tab: Tab) -> View {
    let tabs = Tab::ALL.map(|tab| (tab.title(), tab.address(principal.id)));
    let title = match tab {
        Tab::Overview => principal.display_name.clone(),
        tab => format!("{} – {}", principal.display_name, tab.title()),
    };
    View {
        trail: vec![("Enterprise applications".to_owned(), "/portal/enterprise".to_owned())],
        tabs: Some(parts::tabs("Application", &tabs, &tab.address(principal.id))),
        ..View::new(Section::Enterprise, title)
    }
}
