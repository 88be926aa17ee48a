//! Who may read and change the directory, as objects that only a check constructs.
//!
//! [`DirectoryReader`], [`ApplicationAdmin`] and [`GrantAdmin`] come from a verified
//! [`Caller`] and the call's entry in the table of calls, or from the [`Operator`] at the data folder.
//! Each is bound to one tenant; none of their functions takes a tenant id.

mod applications;
mod assignments;
mod credentials;
mod new_resources;
mod operator;
mod reading;
mod service_principals;

pub use credentials::{CertificateEntry, NewCertificate, NewPassword};
pub use operator::{NewTenant, NewUser, Operator};
pub use service_principals::ServicePrincipalPatch;

use wardenry_core::calls::ApiCall;
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::{AppId, TenantId, UserId};
use wardenry_oauth::caller::{Caller, Permissions};

use crate::error::DirectoryError;
use crate::model::Actor;

/// May read applications, service principals and grants of one tenant.
#[derive(Debug, Clone)]
pub struct DirectoryReader {
    tenant: TenantId,
}

/// May change applications and service principals of one tenant.
#[derive(Debug, Clone)]
pub struct ApplicationAdmin {
    tenant: TenantId,
    actor: Actor,
    reach: Reach,
}

/// May grant and revoke permissions in one tenant.
#[derive(Debug, Clone)]
pub struct GrantAdmin {
    tenant: TenantId,
    actor: Actor,
}

/// Which applications an administrator reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Tenant,
    /// Only those that this app has created (`Application.ReadWrite.OwnedBy`).
    OwnedBy(AppId),
}

impl DirectoryReader {
    /// Checks the caller for a reading call.
    pub fn of(caller: &Caller, call: &ApiCall) -> Result<Self, DirectoryError> {
        caller.may(call)?;
        Ok(Self { tenant: caller.tenant() })
    }

    pub(crate) fn tenant(&self) -> TenantId {
        self.tenant
    }
}

impl ApplicationAdmin {
    /// Checks the caller for a call that changes applications.
    pub fn of(caller: &Caller, call: &ApiCall) -> Result<Self, DirectoryError> {
        caller.may(call)?;
        let reach = match caller.permissions() {
            Permissions::Delegated { directory_roles, .. } => {
                require_role(
                    directory_roles,
                    &[
                        DirectoryRole::GlobalAdministrator,
                        DirectoryRole::ApplicationAdministrator,
                        DirectoryRole::CloudApplicationAdministrator,
                    ],
                )?;
                Reach::Tenant
            }
            Permissions::Application { .. } => {
                let everything = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];
                if everything.iter().any(|role| caller.has_app_role(role)) {
                    Reach::Tenant
                } else {
                    Reach::OwnedBy(caller.app())
                }
            }
        };
        Ok(Self { tenant: caller.tenant(), actor: actor(caller), reach })
    }
}

impl GrantAdmin {
    pub(crate) fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(crate) fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Checks the caller for a call that grants or revokes permissions.
    pub fn of(caller: &Caller, call: &ApiCall) -> Result<Self, DirectoryError> {
        caller.may(call)?;
        if let Permissions::Delegated { directory_roles, .. } = caller.permissions() {
            let roles = [DirectoryRole::GlobalAdministrator, DirectoryRole::PrivilegedRoleAdministrator];
            require_role(directory_roles, &roles)?;
        }
        Ok(Self { tenant: caller.tenant(), actor: actor(caller) })
    }
}

/// A delegated token can do no more than its user.
fn require_role(held: &[DirectoryRole], wanted: &[DirectoryRole]) -> Result<(), DirectoryError> {
    if held.iter().any(|role| wanted.contains(role)) {
        return Ok(());
    }
    Err(DirectoryError::OutOfReach("the signed-in user's directory roles do not allow this"))
}

fn actor(caller: &Caller) -> Actor {
    match caller.permissions() {
        Permissions::Application { .. } => Actor::App { app: caller.app(), principal: caller.object_id() },
        Permissions::Delegated { user_name, .. } => Actor::User {
            id: UserId::from_guid(caller.object_id()),
            name: user_name.clone().unwrap_or_default(),
        },
    }
}
