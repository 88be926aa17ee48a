//! `/portal/enterprise/{id}/permissions`: what an application may do, permission by permission, and taking one back.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use uuid::Uuid;
use wardenry_core::calls::{DELETE_APP_ROLE_ASSIGNMENT, LIST_APP_ROLE_ASSIGNMENTS};
use wardenry_core::id::ServicePrincipalId;
use wardenry_core::time::Timestamp;
use wardenry_directory::admin::DirectoryReader;
use wardenry_directory::model::ServicePrincipal;
use wardenry_directory::offered::OfferedPermission;
use wardenry_oauth::consent::PermissionKind;
use wardenry_web::page::{foreign_text, risk_tag};

use super::{Tab, find, may_revoke, view};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::frame::{View, form_token};
use crate::parts::{Done, empty, kind, moment};
use crate::state::Portal;
use crate::visitor::Visitor;

struct Permissions<'a> {
    visitor: &'a Visitor,
    principal: &'a ServicePrincipal,
    granted: Vec<Granted>,
    may_revoke: bool,
}

/// A permission that the application has.
struct Granted {
    kind: PermissionKind,
    value: String,
    description: String,
    resource: String,
    /// For whom it holds, if it is a delegated one.
    holds_for: String,
    since: Timestamp,
    /// The id of the assignment or grant that it stands in.
    grant: String,
}

/// Shows what it may do.
pub(crate) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Response {
    let page = async {
        let principal = find(&portal, &visitor, &id).await?;
        let granted = granted(&portal, &visitor, principal.id).await?;
        let may_revoke = may_revoke(&visitor);
        let page = Permissions { visitor: &visitor, principal: &principal, granted, may_revoke };
        let notice = (done == "revoked").then_some(
            "The permission is taken back: new tokens come without it, and those from before end by themselves within an hour.",
        );
        Ok::<_, Failure>(View { notice, content: page.content(), ..view(&principal, Tab::Permissions) })
    };
    visitor.answer(page.await)
}

/// Takes one application permission back.
pub(crate) async fn revoke_role(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let principal = find(&portal, &visitor, &id).await?;
        let admin = visitor.grant_admin(&DELETE_APP_ROLE_ASSIGNMENT)?;
        portal.directory.remove_app_role_assignment(&admin, principal.id, fields.text("grant")).await?;
        Err(Failure::Elsewhere(format!("{}?done=revoked", Tab::Permissions.address(principal.id))))
    };
    visitor.answer(page.await)
}

/// Takes one delegated permission back.
pub(crate) async fn revoke_scope(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Response {
    let page = async {
        let principal = find(&portal, &visitor, &id).await?;
        let admin = visitor.grant_admin(&DELETE_APP_ROLE_ASSIGNMENT)?;
        let (grant, scope) = (fields.text("grant"), fields.text("scope"));
        portal.directory.revoke_scope(&admin, principal.id, grant, scope).await?;
        Err(Failure::Elsewhere(format!("{}?done=revoked", Tab::Permissions.address(principal.id))))
    };
    visitor.answer(page.await)
}

/// Everything that the principal was granted: application permissions first, each kind oldest first.
async fn granted(
    portal: &Portal,
    visitor: &Visitor,
    client: ServicePrincipalId,
) -> Result<Vec<Granted>, Failure> {
    let directory = &portal.directory;
    let reader = visitor.reader(&LIST_APP_ROLE_ASSIGNMENTS)?;
    let mut all = Vec::new();
    for assignment in directory.app_role_assignments(&reader, client).await? {
        let role = assignment.role.as_guid();
        let is_it =
            |offered: &OfferedPermission| offered.kind == PermissionKind::Application && offered.id == role;
        let (resource, offered) = offered(portal, &reader, assignment.resource, is_it).await?;
        let (value, description) = match offered {
            Some(offered) => (offered.value, offered.description),
            None if role == Uuid::nil() => (
                "default access".to_owned(),
                "May get tokens for the resource, without any permission there.".to_owned(),
            ),
            None => (role.to_string(), "The resource does not offer this permission any more.".to_owned()),
        };
        let (kind, holds_for) = (PermissionKind::Application, "the application itself".to_owned());
        let (since, grant) = (assignment.created, assignment.id);
        all.push(Granted { kind, value, description, resource, holds_for, since, grant });
    }
    for grant in directory.delegated_grants(&reader, client).await? {
        let holds_for = match grant.user {
            None => "everybody".to_owned(),
            Some(user) => directory.user_name(&reader, user).await?.unwrap_or_else(|| user.to_string()),
        };
        for value in grant.scopes {
            let is_it = |offered: &OfferedPermission| {
                offered.kind == PermissionKind::Delegated && offered.value == value
            };
            let (resource, offered) = offered(portal, &reader, grant.resource, is_it).await?;
            let description = offered.map_or_else(
                || "The resource does not offer this permission any more.".to_owned(),
                |offered| offered.description,
            );
            all.push(Granted {
                kind: PermissionKind::Delegated,
                value,
                description,
                resource,
                holds_for: holds_for.clone(),
                since: grant.created,
                grant: grant.id.clone(),
            });
        }
    }
    Ok(all)
}

/// The name of a resource by its principal, and the permission that is looked for, if it is still offered.
async fn offered(
    portal: &Portal,
    reader: &DirectoryReader,
    resource: ServicePrincipalId,
    is_it: impl Fn(&OfferedPermission) -> bool,
) -> Result<(String, Option<OfferedPermission>), Failure> {
    let principal = portal.directory.service_principal(reader, resource).await?;
    let offered = match portal.directory.offered_resource(reader, principal.app_id).await {
        Ok(offered) => offered.permissions.into_iter().find(is_it),
        Err(wardenry_directory::DirectoryError::NotFound { .. }) => None,
        Err(other) => return Err(other.into()),
    };
    Ok((principal.display_name, offered))
}

impl Permissions<'_> {
    fn content(&self) -> Markup {
        html! {
            @if self.granted.is_empty() {
                (empty("It may do nothing", &html! {
                    p { "Nothing was granted to this application in your organisation, or it was taken back." }
                    @if self.principal.home_tenant.is_none() { p { "It is a resource: other applications ask permissions of it." } }
                }))
            } @else { (self.table()) }
            @if !self.granted.is_empty() && !self.may_revoke {
                p.muted { "A Global Administrator or a Privileged Role Administrator of your organisation can take permissions back." }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Permissions" {
                table.grid {
                    thead { tr {
                        th scope="col" { "Permission" }
                        th scope="col" { "What it may do" }
                        th scope="col" { "Type" }
                        th scope="col" { "Since" }
                        @if self.may_revoke { th scope="col" { span.unseen { "Actions" } } }
                    } }
                    tbody { @for granted in &self.granted { (self.row(granted)) } }
                }
            }
        }
    }

    fn row(&self, granted: &Granted) -> Markup {
        let here = Tab::Permissions.address(self.principal.id);
        html! {
            tr {
                th scope="row" { code { (foreign_text(&granted.value)) } br; span.aside { (foreign_text(&granted.resource)) } }
                td.wrap { (foreign_text(&granted.description)) br; (risk_tag(granted.kind, &granted.value)) }
                td { (kind(granted.kind)) br; span.aside { "for " (foreign_text(&granted.holds_for)) } }
                td { (moment(granted.since)) }
                @if self.may_revoke {
                    td {
                        @match granted.kind {
                            PermissionKind::Application => {
                                form method="post" action={ (here) "/revoke" } { (self.revocation(granted)) }
                            }
                            PermissionKind::Delegated => {
                                form method="post" action={ (here) "/revoke-scope" } {
                                    input type="hidden" name="scope" value=(granted.value);
                                    (self.revocation(granted))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn revocation(&self, granted: &Granted) -> Markup {
        html! {
            (form_token(self.visitor))
            input type="hidden" name="grant" value=(granted.grant);
            button.small type="submit" aria-label={ "Revoke " (granted.value) " for " (granted.holds_for) } { "Revoke" }
        }
    }
}
