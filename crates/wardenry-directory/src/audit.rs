//! Reading the audit log.

use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;

use crate::directory::Directory;
use crate::error::DirectoryError;
use crate::model::AuditEvent;
use crate::sign_in::SignedInUser;
use crate::store::Page;

/// The directory roles of which one is needed to read the audit log.
pub const AUDIT_ROLES: [DirectoryRole; 2] =
    [DirectoryRole::GlobalAdministrator, DirectoryRole::SecurityReader];

/// May read the audit log of one tenant.
#[derive(Debug, Clone)]
pub struct AuditReader {
    tenant: TenantId,
}

impl AuditReader {
    /// Checks the roles of a signed-in user.
    pub fn of(user: &SignedInUser) -> Result<Self, DirectoryError> {
        if user.roles().iter().any(|role| AUDIT_ROLES.contains(role)) {
            return Ok(Self { tenant: user.tenant() });
        }
        Err(DirectoryError::OutOfReach(
            "the audit log is read by a Global Administrator or a Security Reader",
        ))
    }
}

/// Which events of a log are wanted. What is empty lets everything through; letter case does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// A part of the user's name, or the whole id of a user, an app or its principal.
    pub actor: String,
    /// A part of the action's name.
    pub action: String,
    /// A part of target, detail, actor's name or address.
    pub text: String,
    /// The whole target.
    pub target: String,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

impl Directory {
    /// The events of the reader's tenant that the filter lets through, newest first.
    pub async fn audit_events(
        &self,
        reader: &AuditReader,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Vec<AuditEvent>, DirectoryError> {
        Ok(self.store.find_audit_events(reader.tenant, filter, page).await?)
    }
}
