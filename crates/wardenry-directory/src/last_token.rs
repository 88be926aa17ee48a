//! When an application got its last token in a tenant: what tells a used consent from a forgotten one.
//!
//! It is written down at most once a minute for each application and tenant, and never while the token waits.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::task::JoinHandle;
use wardenry_core::id::{AppId, TenantId};
use wardenry_core::time::Timestamp;

use crate::admin::DirectoryReader;
use crate::directory::Directory;
use crate::error::DirectoryError;

/// How long a written time counts as current.
const LAST_TOKEN_PRECISION: Duration = Duration::from_secs(60);

/// The most applications of which it is remembered that they were written down.
const CAPACITY: u64 = 50_000;

/// What was written down last.
#[derive(Debug)]
pub(crate) struct LastTokens(Cache<(TenantId, AppId), Timestamp>);

impl LastTokens {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Whether this token has to be written down; if so, the next ones need not.
    fn claims(&self, key: (TenantId, AppId), now: Timestamp) -> bool {
        // A clock that was set back is no reason to be silent until it has caught up.
        let current = self.0.get(&key).is_some_and(|at| at <= now && now.since(at) < LAST_TOKEN_PRECISION);
        if !current {
            self.0.insert(key, now);
        }
        !current
    }
}

impl Directory {
    /// Notes that an application has got a token. Nobody has to wait for the writing that this may start.
    pub fn note_token(&self, tenant: TenantId, app: AppId) -> Option<JoinHandle<()>> {
        let now = self.now();
        if !self.last_tokens.claims((tenant, app), now) {
            return None;
        }
        let (store, written) = (Arc::clone(&self.store), self.last_tokens.0.clone());
        Some(tokio::spawn(async move {
            if let Err(error) = store.note_token(tenant, app, now).await {
                written.invalidate(&(tenant, app));
                tracing::warn!("the time of a token was not written down: {error}");
            }
        }))
    }

    /// When each application got its last token in the reader's tenant, to the minute.
    pub async fn last_tokens(
        &self,
        reader: &DirectoryReader,
    ) -> Result<Vec<(AppId, Timestamp)>, DirectoryError> {
        Ok(self.store.last_tokens(reader.tenant()).await?)
    }
}
