//! The stored form of an application's lists.
//!
//! Released databases hold it: members are only added, with `#[serde(default)]`.

use serde::{Deserialize, Serialize};
use wardenry_core::id::{AppId, AppRoleId, ScopeId};
use wardenry_directory::model::{OwnAppRole, OwnScope, RedirectUris, RequiredResource};

#[derive(Serialize, Deserialize)]
pub(super) struct StoredRedirectUris {
    web: Vec<String>,
    spa: Vec<String>,
    public_client: Vec<String>,
}

impl From<&RedirectUris> for StoredRedirectUris {
    fn from(RedirectUris { web, spa, public_client }: &RedirectUris) -> Self {
        Self { web: web.clone(), spa: spa.clone(), public_client: public_client.clone() }
    }
}

impl From<StoredRedirectUris> for RedirectUris {
    fn from(StoredRedirectUris { web, spa, public_client }: StoredRedirectUris) -> Self {
        Self { web, spa, public_client }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredRequiredResource {
    resource: AppId,
    app_roles: Vec<AppRoleId>,
    scopes: Vec<ScopeId>,
}

impl From<&RequiredResource> for StoredRequiredResource {
    fn from(RequiredResource { resource, app_roles, scopes }: &RequiredResource) -> Self {
        Self { resource: *resource, app_roles: app_roles.clone(), scopes: scopes.clone() }
    }
}

impl From<StoredRequiredResource> for RequiredResource {
    fn from(StoredRequiredResource { resource, app_roles, scopes }: StoredRequiredResource) -> Self {
        Self { resource, app_roles, scopes }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredAppRole {
    id: AppRoleId,
    value: String,
    display_name: String,
    description: String,
    enabled: bool,
    allowed_member_types: Vec<String>,
}

impl From<&OwnAppRole> for StoredAppRole {
    fn from(role: &OwnAppRole) -> Self {
        let OwnAppRole { id, value, display_name, description, enabled, allowed_member_types } = role.clone();
        Self { id, value, display_name, description, enabled, allowed_member_types }
    }
}

impl From<StoredAppRole> for OwnAppRole {
    fn from(role: StoredAppRole) -> Self {
        let StoredAppRole { id, value, display_name, description, enabled, allowed_member_types } = role;
        Self { id, value, display_name, description, enabled, allowed_member_types }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredScope {
    id: ScopeId,
    value: String,
    display_name: String,
    description: String,
    enabled: bool,
    admin_only: bool,
}

impl From<&OwnScope> for StoredScope {
    fn from(scope: &OwnScope) -> Self {
        let OwnScope { id, value, display_name, description, enabled, admin_only } = scope.clone();
        Self { id, value, display_name, description, enabled, admin_only }
    }
}

impl From<StoredScope> for OwnScope {
    fn from(scope: StoredScope) -> Self {
        let StoredScope { id, value, display_name, description, enabled, admin_only } = scope;
        Self { id, value, display_name, description, enabled, admin_only }
    }
}
