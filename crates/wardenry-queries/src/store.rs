//! The storage trait: plain data in, plain data out.

use async_trait::async_trait;
use wardenry_core::id::TenantId;

use crate::model::{Owner, PastQuery, QueryId, SavedQuery};

/// The storage failed.
#[derive(Debug, thiserror::Error)]
#[error("the storage of queries failed while {action}")]
pub struct QueryStoreError {
    /// What was being done, for example `listing queries`.
    pub action: &'static str,
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Keeps queries. Every method concerns one tenant, and can neither see nor touch another's.
#[async_trait]
pub trait QueryStore: Send + Sync + std::fmt::Debug {
    /// The owner's queries and those that others of the tenant share; by name, then by id. At most so many.
    async fn saved(&self, owner: Owner, take: u32) -> Result<Vec<SavedQuery>, QueryStoreError>;

    /// One query of a tenant, whosever it is.
    async fn saved_query(&self, tenant: TenantId, id: QueryId)
    -> Result<Option<SavedQuery>, QueryStoreError>;

    /// Adds a query, unless its owner has so many already; says whether it did.
    async fn save(&self, tenant: TenantId, query: &SavedQuery, most: u32) -> Result<bool, QueryStoreError>;

    /// Shares a query of the owner with the tenant, or keeps it for the owner again; says whether there was one.
    async fn set_shared(&self, owner: Owner, id: QueryId, shared: bool) -> Result<bool, QueryStoreError>;

    /// Removes a query of the owner; says whether there was one.
    async fn remove(&self, owner: Owner, id: QueryId) -> Result<bool, QueryStoreError>;

    /// Adds to what the owner has run, and forgets all but the newest so many.
    async fn remember(&self, owner: Owner, query: &PastQuery, keep: u32) -> Result<(), QueryStoreError>;

    /// What the owner has run, the newest first.
    async fn history(&self, owner: Owner) -> Result<Vec<PastQuery>, QueryStoreError>;

    /// Forgets what the owner has run.
    async fn forget(&self, owner: Owner) -> Result<(), QueryStoreError>;
}
