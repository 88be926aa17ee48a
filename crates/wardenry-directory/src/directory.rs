//! The service: one object that holds the storage, the clock, the keys and the cache.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};
use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::id::{KeyId, TenantId};
use wardenry_core::secret::{SecretDigest, SecretString};
use wardenry_core::time::{Clock, Timestamp};
use wardenry_jose::base64url;

use crate::answer_cache::AnswerCache;
use crate::client_address;
use crate::error::DirectoryError;
use crate::last_token::LastTokens;
use crate::master_key::{KeySealer, MasterKey, SecretHasher};
use crate::model::{Actor, AuditEvent};
use crate::password::PasswordHasher;
use crate::sign_in_throttle::SignInThrottle;
use crate::store::{Change, DirectoryStore};

/// The directory service. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Directory {
    pub(crate) store: Arc<dyn DirectoryStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) cache: Arc<AnswerCache>,
    pub(crate) passwords: PasswordHasher,
    pub(crate) throttle: SignInThrottle,
    pub(crate) last_tokens: LastTokens,
    keys: Keys,
    writing: Arc<Mutex<()>>,
}

/// The right to change the directory. Changes read before they write; one at a time keeps them from
/// overtaking each other.
#[must_use]
pub(crate) struct Writing {
    _turn: OwnedMutexGuard<()>,
}

struct Keys {
    hasher: SecretHasher,
    sealer: KeySealer,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Directory {
    /// A directory over a storage, with the deployment's master key.
    pub fn new(
        store: Arc<dyn DirectoryStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        master_key: &MasterKey,
    ) -> Self {
        Self {
            store,
            clock,
            entropy,
            cache: Arc::new(AnswerCache::new()),
            passwords: PasswordHasher::new(),
            throttle: SignInThrottle::new(),
            last_tokens: LastTokens::new(),
            keys: Keys { hasher: master_key.secret_hasher(), sealer: master_key.key_sealer() },
            writing: Arc::new(Mutex::new(())),
        }
    }

    /// The clock that everything in this deployment goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The random source of this deployment.
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.entropy
    }

    /// The keyed hash of a generated secret, to be compared with stored ones.
    pub fn digest(&self, secret: &SecretString) -> SecretDigest {
        self.keys.hasher.digest(secret.expose())
    }

    pub(crate) fn sealer(&self) -> &KeySealer {
        &self.keys.sealer
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An id of the form that assignments and grants have: 43 characters of base64url.
    pub(crate) fn grant_id(&self) -> String {
        base64url(&random_bytes::<32>(self.entropy.as_ref()))
    }

    pub(crate) fn key_id(&self) -> KeyId {
        KeyId::random(self.entropy.as_ref())
    }

    /// Waits for the changes before.
    pub(crate) async fn begin_writing(&self) -> Writing {
        Writing { _turn: Arc::clone(&self.writing).lock_owned().await }
    }

    /// Applies changes with their audit event, and forgets the cached answers if they may be stale now.
    ///
    /// This runs to its end also when the caller is dropped, which happens when a client goes away: the
    /// database may have committed already, and then the answers have to follow.
    pub(crate) async fn commit(
        &self,
        writing: Writing,
        changes: Vec<Change>,
        audit: Deed<'_>,
    ) -> Result<(), DirectoryError> {
        let event = AuditEvent {
            id: wardenry_core::id::random_guid(self.entropy.as_ref()),
            tenant: audit.tenant,
            at: self.now(),
            actor: audit.actor.clone(),
            action: audit.action,
            target: audit.target,
            detail: audit.detail,
            address: client_address::current(),
        };
        let (store, cache) = (Arc::clone(&self.store), Arc::clone(&self.cache));
        let applied = tokio::spawn(async move {
            let _writing = writing;
            let outcome = store.commit(&changes, &event).await;
            if changes.iter().any(touches_answers) {
                // Also after a failure: it may have happened after the backend had committed.
                cache.forget_everything();
            }
            outcome
        });
        applied.await.expect("storage does not panic and is never cancelled").map_err(DirectoryError::from)
    }
}

/// Whether an answer may contain what the change changes.
fn touches_answers(change: &Change) -> bool {
    !matches!(
        change,
        Change::PutUser(_)
            | Change::AddSession(_)
            | Change::RemoveSession { .. }
            | Change::RemoveEndedSessions { .. }
            | Change::AddSigningKey(_)
    )
}

/// What an audit event says, but for its id and time.
pub(crate) struct Deed<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) actor: &'a Actor,
    pub(crate) action: &'static str,
    pub(crate) target: String,
    pub(crate) detail: String,
}
