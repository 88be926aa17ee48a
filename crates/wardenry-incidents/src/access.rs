//! Who may read and who may write: proofs that the service functions ask for.

use wardenry_core::calls::{GET_INCIDENT, LIST_INCIDENTS};
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::TenantId;
use wardenry_oauth::caller::{Caller, MissingPermission, Permissions};

/// The directory roles of which a signed-in user needs one to see incidents.
///
/// The platform's public list is longer; these are the ones among the roles that our directory has.
pub const READER_ROLES: [DirectoryRole; 2] =
    [DirectoryRole::GlobalAdministrator, DirectoryRole::SecurityReader];

/// The proof that its holder may read the incidents of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentReader {
    tenant: TenantId,
}

/// Why a caller may not read incidents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadRefusal {
    /// The token carries none of the permissions for it.
    #[error(transparent)]
    MissingPermission(#[from] MissingPermission),
    /// The app may, but the signed-in user for whom it acts may not.
    #[error(
        "the app may read incidents for its user, but the signed-in user has none of the directory roles {}",
        READER_ROLES.map(DirectoryRole::display_name).join(" or ")
    )]
    UserRole,
}

impl IncidentReader {
    /// Checks that the caller may list and get incidents of its own tenant.
    ///
    /// An app acting as itself needs the application permission. An app acting for a user needs the
    /// delegated permission, and the user one of [`READER_ROLES`]: consent to the app does not widen what
    /// its user may see.
    pub fn of(caller: &Caller) -> Result<Self, ReadRefusal> {
        caller.may(&LIST_INCIDENTS)?;
        caller.may(&GET_INCIDENT)?;
        if let Permissions::Delegated { directory_roles, .. } = caller.permissions()
            && !directory_roles.iter().any(|role| READER_ROLES.contains(role))
        {
            return Err(ReadRefusal::UserRole);
        }
        Ok(Self { tenant: caller.tenant() })
    }

    /// The tenant whose incidents may be read.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// The right to write whole incidents into one tenant, for loading scenarios.
///
/// No request can come by it: only the composition root of a server or a test makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentSeeder {
    tenant: TenantId,
}

impl IncidentSeeder {
    /// For the composition root alone, which loads what an operator put into a scenario file.
    pub const fn for_scenario_of(tenant: TenantId) -> Self {
        Self { tenant }
    }

    /// The tenant into which incidents may be written.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
}

#[cfg(test)]
mod tests;
