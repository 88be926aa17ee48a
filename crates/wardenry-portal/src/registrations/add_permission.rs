//! *Add a permission* → *APIs my organization uses*: first the API, then its permissions.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use uuid::Uuid;
use wardenry_core::calls::{LIST_SERVICE_PRINCIPALS, UPDATE_APPLICATION};
use wardenry_core::id::{AppId, AppRoleId, ScopeId};
use wardenry_directory::model::{Application, RequiredResource};
use wardenry_directory::offered::{OfferedPermission, OfferedResource};
use wardenry_directory::registration::ApplicationPatch;
use wardenry_oauth::consent::PermissionKind;
use wardenry_web::page::{foreign_text, risk_tag};

use super::{Tab, find, view};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{View, form_token};
use crate::parts::empty;
use crate::state::Portal;
use crate::visitor::Visitor;

#[derive(Debug, serde::Deserialize)]
pub(crate) struct Parameters {
    /// A part of the API's name, or its application id.
    #[serde(default)]
    q: String,
}

/// Shows the APIs that the organisation uses.
pub(crate) async fn show_resources(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(app): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        visitor.application_admin(&UPDATE_APPLICATION)?;
        let reader = visitor.reader(&LIST_SERVICE_PRINCIPALS)?;
        let mut resources = portal.directory.offered_resources(&reader).await?;
        let wanted = parameters.q.trim().to_lowercase();
        resources.retain(|resource| {
            resource.name.to_lowercase().contains(&wanted) || resource.app_id.to_string() == wanted
        });
        let content =
            Resources { application: &application, offered: resources, wanted: &parameters.q }.content();
        Ok::<_, Failure>(step(&application, "Add a permission", content))
    };
    visitor.answer(page.await)
}

/// Shows the permissions of one API.
pub(crate) async fn show_permissions(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path((app, resource)): Path<(String, String)>,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        visitor.application_admin(&UPDATE_APPLICATION)?;
        let resource = offered(&portal, &visitor, &resource).await?;
        let title = format!("Request API permissions – {}", resource.name);
        let content = Offer { visitor: &visitor, application: &application, resource: &resource }.content();
        Ok::<_, Failure>(step(&application, &title, content))
    };
    visitor.answer(page.await)
}

/// Puts the chosen permissions on the list.
pub(crate) async fn add(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path((app, resource)): Path<(String, String)>,
    fields: Fields,
) -> Response {
    let page = async {
        let application = find(&portal, &visitor, &app).await?;
        let admin = visitor.application_admin(&UPDATE_APPLICATION)?;
        let resource = offered(&portal, &visitor, &resource).await?;
        let chosen = |kind, name| -> Result<Vec<Uuid>, Failure> {
            let known = |id: Uuid| resource.permission(kind, id).map(|_| id);
            let unknown = || Failure::Invalid("names no permission of this API".to_owned());
            fields.all(name).map(|id| id.parse().ok().and_then(known).ok_or_else(unknown)).collect()
        };
        let app_roles = chosen(PermissionKind::Application, "role")?;
        let scopes = chosen(PermissionKind::Delegated, "scope")?;
        let mut required = application.required_resources.clone();
        let index = required.iter().position(|wish| wish.resource == resource.app_id).unwrap_or_else(|| {
            required.push(RequiredResource {
                resource: resource.app_id,
                app_roles: Vec::new(),
                scopes: Vec::new(),
            });
            required.len() - 1
        });
        let wish = &mut required[index];
        for role in app_roles.into_iter().map(AppRoleId::from_guid) {
            if !wish.app_roles.contains(&role) {
                wish.app_roles.push(role);
            }
        }
        for scope in scopes.into_iter().map(ScopeId::from_guid) {
            if !wish.scopes.contains(&scope) {
                wish.scopes.push(scope);
            }
        }
        required.retain(|wish| !wish.app_roles.is_empty() || !wish.scopes.is_empty());
        if required == application.required_resources {
            return Err(Failure::Elsewhere(Tab::Permissions.address(application.app_id)));
        }
        let patch = ApplicationPatch { required_resources: Some(required), ..ApplicationPatch::default() };
        portal.directory.update_application(&admin, application.id, patch).await?;
        Err(Failure::Elsewhere(format!("{}?done=added", Tab::Permissions.address(application.app_id))))
    };
    visitor.answer(page.await)
}

async fn offered(portal: &Portal, visitor: &Visitor, resource: &str) -> Result<OfferedResource, Failure> {
    let app_id: AppId = resource.parse().map_err(|_| Failure::NotFound)?;
    let reader = visitor.reader(&LIST_SERVICE_PRINCIPALS)?;
    Ok(portal.directory.offered_resource(&reader, app_id).await?)
}

/// A page on the way to a new permission.
fn step(application: &Application, title: &str, content: Markup) -> View {
    let mut view = view(application, Tab::Permissions);
    view.trail.push((
        format!("{} – API permissions", application.display_name),
        Tab::Permissions.address(application.app_id),
    ));
    View { title: title.to_owned(), content, ..view }
}

struct Resources<'a> {
    application: &'a Application,
    offered: Vec<OfferedResource>,
    wanted: &'a str,
}

impl Resources<'_> {
    fn content(&self) -> Markup {
        let here = format!("{}/add", Tab::Permissions.address(self.application.app_id));
        html! {
            h2 { "APIs my organization uses" }
            form.toolbar method="get" role="search" {
                label {
                    "Search"
                    input type="search" name="q" value=(self.wanted) placeholder="For example Microsoft Threat Protection" autofocus;
                }
                button type="submit" { "Search" }
            }
            @if self.offered.is_empty() {
                (empty("No API of this name", &html! {
                    p { "Your organisation uses none whose name contains this, and none with this ID. Some are known under other names than one expects: incidents and advanced hunting belong to Microsoft Threat Protection. "
                        a href=(here) { "Show all" } }
                }))
            } @else {
                ul.cards role="list" {
                    @for resource in &self.offered {
                        li { a href={ (here) "/" (resource.app_id) } {
                            strong { (foreign_text(&resource.name)) }
                            span { code { (resource.app_id) } }
                        } }
                    }
                }
            }
        }
    }
}

struct Offer<'a> {
    visitor: &'a Visitor,
    application: &'a Application,
    resource: &'a OfferedResource,
}

impl Offer<'_> {
    fn content(&self) -> Markup {
        let address =
            format!("{}/add/{}", Tab::Permissions.address(self.application.app_id), self.resource.app_id);
        html! {
            form method="post" action=(address) {
                (form_token(self.visitor))
                (self.list(PermissionKind::Application, "role", "Application permissions",
                    "The application acts as itself, without a signed-in user: what a service that runs in the background needs."))
                (self.list(PermissionKind::Delegated, "scope", "Delegated permissions",
                    "The application acts for the user who is signed in, and never beyond what that user may do."))
                div.actions {
                    button.primary type="submit" { "Add permissions" }
                    a.button href=(Tab::Permissions.address(self.application.app_id)) { "Cancel" }
                }
            }
        }
    }

    fn list(&self, kind: PermissionKind, field: &str, heading: &str, explanation: &str) -> Markup {
        let offered: Vec<_> =
            self.resource.permissions.iter().filter(|offered| offered.kind == kind).collect();
        html! {
            @if !offered.is_empty() {
                fieldset.panel {
                    legend { (heading) }
                    p.muted { (explanation) }
                    ul.choices role="list" {
                        @for permission in offered { (self.choice(permission, field)) }
                    }
                }
            }
        }
    }

    fn choice(&self, permission: &OfferedPermission, field: &str) -> Markup {
        let asked = self.application.required_resources.iter().any(|wish| {
            wish.resource == self.resource.app_id
                && (wish.app_roles.iter().any(|role| role.as_guid() == permission.id)
                    || wish.scopes.iter().any(|scope| scope.as_guid() == permission.id))
        });
        html! {
            li {
                label {
                    input type="checkbox" name=(field) value=(permission.id) checked[asked] disabled[asked];
                    span { code { (foreign_text(&permission.value)) } @if asked { " " span.tag { "on the list" } } }
                    span { (foreign_text(&permission.description)) }
                    span { (risk_tag(permission.kind, &permission.value)) @if permission.admin_only { " " span.tag { "needs an administrator's consent" } } }
                }
            }
        }
    }
}
