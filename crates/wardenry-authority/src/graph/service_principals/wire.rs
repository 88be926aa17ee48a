//! Service principals as they travel.

use serde_json::{Value, json};
use wardenry_core::catalogue::{self, AppRole, Resource, Scope, ScopeConsent};
use wardenry_directory::DirectoryError;
use wardenry_directory::admin::DirectoryReader;
use wardenry_directory::model::{Application, ServicePrincipal};

use super::super::applications::{app_role, info, permission_scope};
use super::super::entity::Entity;
use super::super::exchange::Exchange;
use super::super::filter::{Filterable, Filtered};

/// The context name of service principals.
pub(super) const SET: &str = "servicePrincipals";

/// The members of [`Described::entity`], which can be selected.
pub(super) const PROPERTIES: [&str; 19] = [
    "id",
    "deletedDateTime",
    "accountEnabled",
    "appDisplayName",
    "appId",
    "appOwnerOrganizationId",
    "appRoleAssignmentRequired",
    "displayName",
    "homepage",
    "logoutUrl",
    "replyUrls",
    "servicePrincipalNames",
    "servicePrincipalType",
    "tags",
    "appRoles",
    "oauth2PermissionScopes",
    "info",
    "keyCredentials",
    "passwordCredentials",
];

/// What lists of service principals can be filtered by.
pub(super) const FILTERABLE: Filterable = Filterable {
    single: &["id", "appId", "displayName", "servicePrincipalType"],
    several: &["servicePrincipalNames", "tags"],
};

const PRINCIPAL_TYPE: &str = "Application";

/// A service principal with what it shows of the application behind it.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) principal: ServicePrincipal,
    behind: Behind,
}

#[derive(Debug)]
enum Behind {
    FirstParty(&'static Resource),
    Registered(Box<Application>),
    /// The publisher has deleted the application.
    Nothing,
}

impl Described {
    pub(super) async fn of(
        exchange: &Exchange,
        reader: &DirectoryReader,
        principal: ServicePrincipal,
    ) -> Result<Self, DirectoryError> {
        let behind = match catalogue::resource_by_app_id(principal.app_id) {
            Some(resource) => Behind::FirstParty(resource),
            None => match exchange.directory().application_behind(reader, &principal).await? {
                Some(application) => Behind::Registered(Box::new(application)),
                None => Behind::Nothing,
            },
        };
        Ok(Self { principal, behind })
    }

    /// The principal with every member that this surface knows.
    pub(super) fn entity(&self) -> Entity {
        let principal = &self.principal;
        let (app_roles, scopes): (Value, Value) = match &self.behind {
            Behind::FirstParty(resource) => (
                resource.app_roles.iter().map(first_party_role).collect(),
                resource.scopes.iter().map(first_party_scope).collect(),
            ),
            Behind::Registered(application) => (
                application.app_roles.iter().map(app_role).collect(),
                application.scopes.iter().map(permission_scope).collect(),
            ),
            Behind::Nothing => (json!([]), json!([])),
        };
        Entity::new(vec![
            ("id", json!(principal.id)),
            ("deletedDateTime", Value::Null),
            ("accountEnabled", json!(principal.enabled)),
            ("appDisplayName", json!(self.app_display_name())),
            ("appId", json!(principal.app_id)),
            ("appOwnerOrganizationId", json!(principal.home_tenant)),
            ("appRoleAssignmentRequired", json!(principal.assignment_required)),
            ("displayName", json!(principal.display_name)),
            ("homepage", Value::Null),
            ("logoutUrl", Value::Null),
            ("replyUrls", json!(self.reply_urls())),
            ("servicePrincipalNames", json!(self.names())),
            ("servicePrincipalType", json!(PRINCIPAL_TYPE)),
            ("tags", json!(principal.tags)),
            ("appRoles", app_roles),
            ("oauth2PermissionScopes", scopes),
            ("info", info()),
            ("keyCredentials", json!([])),
            ("passwordCredentials", json!([])),
        ])
    }

    fn app_display_name(&self) -> &str {
        match &self.behind {
            Behind::FirstParty(resource) => resource.display_name,
            Behind::Registered(application) => &application.display_name,
            Behind::Nothing => &self.principal.display_name,
        }
    }

    fn reply_urls(&self) -> Vec<&str> {
        match &self.behind {
            Behind::Registered(application) => application.redirect_uris.iter().collect(),
            Behind::FirstParty(_) | Behind::Nothing => Vec::new(),
        }
    }

    /// The names under which tokens for it can be asked for.
    fn names(&self) -> Vec<String> {
        let app_id = self.principal.app_id.to_string();
        let mut names: Vec<String> = match &self.behind {
            Behind::FirstParty(resource) => {
                resource.identifiers.iter().map(|name| (*name).to_owned()).collect()
            }
            Behind::Registered(application) => application.identifier_uris.clone(),
            Behind::Nothing => Vec::new(),
        };
        names.push(app_id);
        names
    }
}

fn first_party_role(role: &AppRole) -> Value {
    json!({
        "id": role.id,
        "allowedMemberTypes": ["Application"],
        "displayName": role.display_name,
        "description": role.description,
        "isEnabled": true,
        "origin": "Application",
        "value": role.value,
    })
}

fn first_party_scope(scope: &Scope) -> Value {
    json!({
        "id": scope.id,
        "type": match scope.consent {
            ScopeConsent::Admin => "Admin",
            ScopeConsent::User => "User",
        },
        "value": scope.value,
        "isEnabled": true,
        "adminConsentDisplayName": scope.display_name,
        "adminConsentDescription": scope.description,
        "userConsentDisplayName": null,
        "userConsentDescription": null,
    })
}

impl Filtered for Described {
    fn texts(&self, property: &str) -> Vec<String> {
        match property {
            "id" => vec![self.principal.id.to_string()],
            "appId" => vec![self.principal.app_id.to_string()],
            "displayName" => vec![self.principal.display_name.clone()],
            "servicePrincipalType" => vec![PRINCIPAL_TYPE.to_owned()],
            "servicePrincipalNames" => self.names(),
            "tags" => self.principal.tags.clone(),
            _ => Vec::new(),
        }
    }
}
