use uuid::Uuid;
use wardenry_core::calls::RUN_ADVANCED_HUNTING;
use wardenry_core::id::{TenantId, UserId};
use wardenry_core::time::Timestamp;
use wardenry_oauth::caller::{Caller, MissingPermission};

/// The longest name of a saved query.
pub const MAX_NAME_CHARACTERS: usize = 200;
/// The longest text of a kept query. Longer ones run, and are not kept.
pub const MAX_TEXT_BYTES: usize = 32 * 1024;
/// The saved queries of one person, the shared ones among them.
pub const MAX_SAVED: u32 = 200;
/// The queries that a person has run and can look up; the oldest are forgotten.
pub const MAX_HISTORY: u32 = 100;

/// Names a saved query, in all tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryId(pub Uuid);

/// Whose queries they are: somebody who may hunt in their own tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    tenant: TenantId,
    user: UserId,
}

impl Owner {
    /// The person for whom the call is made.
    pub fn of(caller: &Caller) -> Result<Self, MissingPermission> {
        caller.may(&RUN_ADVANCED_HUNTING)?;
        Ok(Self { tenant: caller.tenant(), user: UserId::from_guid(caller.object_id()) })
    }

    /// The tenant whose members read what the person shares.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub fn user(&self) -> UserId {
        self.user
    }
}

/// A query with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedQuery {
    pub id: QueryId,
    pub owner: UserId,
    /// The owner's sign-in name when it was saved.
    pub owner_name: String,
    pub name: String,
    pub text: String,
    /// The time span that is chosen beside the query; may be empty.
    pub window: String,
    /// Whether all members of the tenant read it.
    pub shared: bool,
    pub changed: Timestamp,
}

/// A query that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastQuery {
    pub text: String,
    pub window: String,
    pub at: Timestamp,
    /// In a few words.
    pub outcome: String,
}
