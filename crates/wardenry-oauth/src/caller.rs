//! Who calls an API: the outcome of a successful token check, and the proof that there was one.

use uuid::Uuid;
use wardenry_core::calls::ApiCall;
use wardenry_core::catalogue::{DirectoryRole, Resource, canonical_permission};
use wardenry_core::id::{AppId, TenantId};

/// A verified caller. Only [`token_check`](crate::token_check) and [`session_caller`](crate::session_caller) can construct
/// one, so a function that takes a `Caller` cannot be reached with an unchecked token or without a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub(crate) tenant: TenantId,
    pub(crate) app: AppId,
    pub(crate) object_id: Uuid,
    pub(crate) resource: &'static Resource,
    pub(crate) permissions: Permissions,
}

/// What the token allows, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permissions {
    /// An app acting as itself: the `roles` claim.
    Application { roles: Vec<String> },
    /// An app acting for a signed-in user: the `scp` claim and the user's directory roles (`wids`).
    Delegated { scopes: Vec<String>, directory_roles: Vec<DirectoryRole>, user_name: Option<String> },
}

/// The caller's token carries none of the permissions that a call needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.describe())]
pub struct MissingPermission {
    /// The permissions of which one would do, the least privileged first.
    pub needed: &'static [&'static str],
    /// What the token carries instead.
    pub carried: Vec<String>,
    /// Whether the token is an app's own.
    pub application: bool,
    /// The display name of the resource that defines the needed permission.
    pub resource: &'static str,
}

impl MissingPermission {
    fn describe(&self) -> String {
        let kind = if self.application { "application" } else { "delegated" };
        let carried = if self.carried.is_empty() { "none".to_owned() } else { self.carried.join(", ") };
        format!(
            "the token lacks the {kind} permission {} of {}; it carries: {carried}. Add the permission to the app \
             registration, have an administrator of the tenant consent, and get a new token",
            self.needed.join(" or "),
            self.resource
        )
    }
}

impl Caller {
    /// The tenant whose data the caller may touch.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The calling application.
    pub fn app(&self) -> AppId {
        self.app
    }

    /// The `oid` claim: the app's service principal in the tenant, or the signed-in user.
    pub fn object_id(&self) -> Uuid {
        self.object_id
    }

    /// The resource for which the token was issued.
    pub fn resource(&self) -> &'static Resource {
        self.resource
    }

    /// What the token allows.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// Checks that the token carries one of the permissions that the call needs. Public prose's plural
    /// spellings of incident and alert permissions count as the singular.
    pub fn may(&self, call: &ApiCall) -> Result<(), MissingPermission> {
        let (carried, needed, application) = match &self.permissions {
            Permissions::Application { roles } => (roles, call.app_roles, true),
            Permissions::Delegated { scopes, .. } => (scopes, call.scopes, false),
        };
        if carried.iter().any(|held| needed.contains(&canonical_permission(held).as_str())) {
            return Ok(());
        }
        Err(MissingPermission {
            needed,
            carried: carried.clone(),
            application,
            resource: call.resources[0].display_name,
        })
    }

    /// Whether the app's own token carries this application permission. Never true for delegated tokens.
    pub fn has_app_role(&self, value: &str) -> bool {
        matches!(&self.permissions, Permissions::Application { roles } if roles.iter().any(|role| role == value))
    }
}
