//! Who may hunt and who may send events: proofs that the service asks for.

use wardenry_core::calls::{
    ApiCall, INGEST_EVENTS, RUN_ADVANCED_HUNTING, RUN_ADVANCED_QUERIES, RUN_HUNTING_QUERY,
};
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::TenantId;
use wardenry_oauth::caller::{Caller, MissingPermission, Permissions};

/// The directory roles of which a signed-in user needs one to hunt.
pub const HUNTER_ROLES: [DirectoryRole; 2] =
    [DirectoryRole::GlobalAdministrator, DirectoryRole::SecurityReader];

/// The directory role that a signed-in user needs to send events.
pub const SENDER_ROLES: [DirectoryRole; 1] = [DirectoryRole::GlobalAdministrator];

/// The proof that its holder may query the hunting tables of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HuntReader {
    tenant: TenantId,
    tables: TableSet,
}

/// The tables that a permission opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableSet {
    All,
    /// Those whose names begin with `Device`, what the device API shows.
    Devices,
}

impl TableSet {
    /// Whether a table is one of them.
    pub fn has(self, table: &str) -> bool {
        match self {
            Self::All => true,
            Self::Devices => table.starts_with("Device"),
        }
    }
}

/// Why a caller may not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessRefusal {
    /// The token carries none of the permissions for it.
    #[error(transparent)]
    MissingPermission(#[from] MissingPermission),
    /// The app may, but the signed-in user for whom it acts may not.
    #[error(
        "the app may {what} for its user, but the signed-in user has none of the directory roles {}",
        roles.iter().map(|role| role.display_name()).collect::<Vec<_>>().join(" or ")
    )]
    UserRole { what: &'static str, roles: &'static [DirectoryRole] },
}

impl HuntReader {
    /// For `advancedhunting/run`: all tables.
    pub fn of_advanced_hunting(caller: &Caller) -> Result<Self, AccessRefusal> {
        Self::of(caller, &RUN_ADVANCED_HUNTING, TableSet::All)
    }

    /// For `advancedqueries/run`: the device tables.
    pub fn of_advanced_queries(caller: &Caller) -> Result<Self, AccessRefusal> {
        Self::of(caller, &RUN_ADVANCED_QUERIES, TableSet::Devices)
    }

    /// For `runHuntingQuery`: all tables.
    pub fn of_graph(caller: &Caller) -> Result<Self, AccessRefusal> {
        Self::of(caller, &RUN_HUNTING_QUERY, TableSet::All)
    }

    fn of(caller: &Caller, call: &ApiCall, tables: TableSet) -> Result<Self, AccessRefusal> {
        caller.may(call)?;
        require_role(caller, "hunt", &HUNTER_ROLES)?;
        Ok(Self { tenant: caller.tenant(), tables })
    }

    /// The tenant whose tables may be read.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tables that may be read.
    pub fn tables(&self) -> TableSet {
        self.tables
    }
}

/// The proof that its holder may add events to the hunting tables of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventWriter {
    tenant: TenantId,
}

impl EventWriter {
    /// Checks that the caller may send events into its own tenant.
    pub fn of(caller: &Caller) -> Result<Self, AccessRefusal> {
        caller.may(&INGEST_EVENTS)?;
        require_role(caller, "send events", &SENDER_ROLES)?;
        Ok(Self { tenant: caller.tenant() })
    }

    /// The tenant into whose tables events may be added.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// Consent to an app does not widen what its user may do.
fn require_role(
    caller: &Caller,
    what: &'static str,
    roles: &'static [DirectoryRole],
) -> Result<(), AccessRefusal> {
    match caller.permissions() {
        Permissions::Delegated { directory_roles, .. }
            if !directory_roles.iter().any(|role| roles.contains(role)) =>
        {
            Err(AccessRefusal::UserRole { what, roles })
        }
        _ => Ok(()),
    }
}
