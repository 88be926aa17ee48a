use std::sync::Arc;

use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::time::Clock;

use crate::model::{
    MAX_HISTORY, MAX_NAME_CHARACTERS, MAX_SAVED, MAX_TEXT_BYTES, Owner, PastQuery, QueryId, SavedQuery,
};
use crate::store::{QueryStore, QueryStoreError};

/// The most queries of a list, one's own and those that others share.
const MAX_LISTED: u32 = 1000;

/// What is to be saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewQuery {
    pub name: String,
    pub text: String,
    pub window: String,
    pub shared: bool,
}

/// Why a query is not kept or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    #[error("the name of a saved query has between 1 and {MAX_NAME_CHARACTERS} characters")]
    Name,
    #[error("a saved query has between 1 and {MAX_TEXT_BYTES} bytes")]
    Text,
    #[error("nobody keeps more than {MAX_SAVED} queries; remove one first")]
    TooMany,
    #[error("there is no such query")]
    NotFound,
    #[error(transparent)]
    Store(#[from] QueryStoreError),
}

/// Queries that people keep. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queries {
    store: Arc<dyn QueryStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Queries {
    pub fn new(store: Arc<dyn QueryStore>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, clock, entropy }
    }

    /// The owner's queries, and those that others of the tenant share.
    pub async fn saved(&self, owner: Owner) -> Result<Vec<SavedQuery>, QueryError> {
        Ok(self.store.saved(owner, MAX_LISTED).await?)
    }

    /// A query that the owner may read: their own, or a shared one of the tenant.
    pub async fn find(&self, owner: Owner, id: QueryId) -> Result<SavedQuery, QueryError> {
        let found = self.store.saved_query(owner.tenant(), id).await?;
        found.filter(|query| query.shared || query.owner == owner.user()).ok_or(QueryError::NotFound)
    }

    /// Saves a query under a name.
    pub async fn save(
        &self,
        owner: Owner,
        owner_name: &str,
        new: NewQuery,
    ) -> Result<SavedQuery, QueryError> {
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARACTERS {
            return Err(QueryError::Name);
        }
        if new.text.trim().is_empty() || new.text.len() > MAX_TEXT_BYTES {
            return Err(QueryError::Text);
        }
        let query = SavedQuery {
            id: QueryId(uuid::Builder::from_random_bytes(random_bytes(self.entropy.as_ref())).into_uuid()),
            owner: owner.user(),
            owner_name: owner_name.to_owned(),
            name: name.to_owned(),
            text: new.text,
            window: new.window,
            shared: new.shared,
            changed: self.clock.now(),
        };
        if self.store.save(owner.tenant(), &query, MAX_SAVED).await? {
            Ok(query)
        } else {
            Err(QueryError::TooMany)
        }
    }

    /// Shares a query of the owner with all members of the tenant, or keeps it for the owner again.
    pub async fn set_shared(&self, owner: Owner, id: QueryId, shared: bool) -> Result<(), QueryError> {
        if self.store.set_shared(owner, id, shared).await? { Ok(()) } else { Err(QueryError::NotFound) }
    }

    /// Removes a query of the owner.
    pub async fn remove(&self, owner: Owner, id: QueryId) -> Result<(), QueryError> {
        if self.store.remove(owner, id).await? { Ok(()) } else { Err(QueryError::NotFound) }
    }

    /// Adds to what the owner has run. A query that is too long to be kept is left out.
    pub async fn remember(
        &self,
        owner: Owner,
        text: &str,
        window: &str,
        outcome: String,
    ) -> Result<(), QueryError> {
        if text.len() > MAX_TEXT_BYTES {
            return Ok(());
        }
        let past =
            PastQuery { text: text.to_owned(), window: window.to_owned(), at: self.clock.now(), outcome };
        Ok(self.store.remember(owner, &past, MAX_HISTORY).await?)
    }

    /// What the owner has run, the newest first.
    pub async fn history(&self, owner: Owner) -> Result<Vec<PastQuery>, QueryError> {
        Ok(self.store.history(owner).await?)
    }

    /// Forgets what the owner has run.
    pub async fn forget(&self, owner: Owner) -> Result<(), QueryError> {
        Ok(self.store.forget(owner).await?)
    }
}
