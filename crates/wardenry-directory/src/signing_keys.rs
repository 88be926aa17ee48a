//! The keys that sign tokens: made ahead of time, published before they sign and after they stopped.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_jose::{KeySet, SigningKey, SigningKeyError};

use crate::directory::{Deed, Directory};
use crate::error::DirectoryError;
use crate::model::{Actor, StoredSigningKey};
use crate::store::Change;

const DAY: Duration = Duration::from_secs(86_400);
/// How long a key signs.
const SIGNING_PERIOD: Duration = Duration::from_secs(90 * 86_400);
/// How long a key stays published after it stopped signing; far longer than any token lives.
const RETIREMENT: Duration = Duration::from_secs(2 * 86_400);

/// Why the signing keys cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The stored key was encrypted under another master key, or is damaged.
    #[error(
        "the signing key '{kid}' cannot be decrypted: the key file does not belong to this database; put the right \
         one back, or start with a new data folder"
    )]
    Sealed { kid: String },
    #[error("the signing key '{kid}' cannot be used")]
    Key {
        kid: String,
        #[source]
        source: SigningKeyError,
    },
    #[error("a new signing key cannot be made")]
    Generate(#[source] SigningKeyError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// The keys of one moment.
#[derive(Debug)]
pub struct KeyRing {
    signing: Arc<SigningKey>,
    published: Vec<Arc<SigningKey>>,
    verification: KeySet,
}

impl KeyRing {
    /// The key that signs now.
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// All keys that validators should know, the signing one among them.
    pub fn published(&self) -> impl Iterator<Item = &SigningKey> {
        self.published.iter().map(Arc::as_ref)
    }

    /// The public halves, for verifying presented tokens.
    pub fn verification(&self) -> &KeySet {
        &self.verification
    }
}

/// The current ring; replaced as a whole when keys rotate.
#[derive(Debug, Clone)]
pub struct SigningKeys(Arc<RwLock<Arc<KeyRing>>>);

impl SigningKeys {
    /// Loads the keys, making those that are due.
    pub async fn load(directory: &Directory) -> Result<Self, KeyRingError> {
        Ok(Self(Arc::new(RwLock::new(Arc::new(current_ring(directory).await?)))))
    }

    /// The ring of this moment.
    pub fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Makes the keys that are due and drops those that have retired. To be called every hour or so.
    pub async fn rotate(&self, directory: &Directory) -> Result<(), KeyRingError> {
        let ring = Arc::new(current_ring(directory).await?);
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = ring;
        Ok(())
    }
}

async fn current_ring(directory: &Directory) -> Result<KeyRing, KeyRingError> {
    let now = directory.now();
    let mut stored = directory.store.signing_keys().await.map_err(DirectoryError::from)?;
    stored.retain(|key| now < key.retires);
    if !stored.iter().any(|key| key.signs_from <= now) {
        stored.push(make_key(directory, now, now).await?);
    }
    // The next key is published all the time, so that two or more keys always are.
    if !stored.iter().any(|key| now < key.signs_from) {
        let latest = stored.iter().map(|key| key.signs_from).max().unwrap_or(now);
        let due = latest.plus(SIGNING_PERIOD).max(now.plus(DAY));
        stored.push(make_key(directory, now, due).await?);
    }
    let signing_kid = stored.iter().filter(|key| key.signs_from <= now).max_by_key(|key| key.signs_from);
    let signing_kid = signing_kid.map(|key| key.kid.clone());
    let published = stored.iter().map(|key| open_key(directory, key)).collect::<Result<Vec<_>, _>>()?;
    let signing = published
        .iter()
        .find(|key| Some(key.kid()) == signing_kid.as_deref())
        .map(Arc::clone)
        .expect("a key that signs now was found or made above");
    let verification = KeySet::from_signing_keys(published.iter().map(Arc::as_ref));
    Ok(KeyRing { signing, published, verification })
}

fn open_key(directory: &Directory, stored: &StoredSigningKey) -> Result<Arc<SigningKey>, KeyRingError> {
    let private_key = directory
        .sealer()
        .open(&stored.kid, &stored.encrypted_private_key)
        .ok_or_else(|| KeyRingError::Sealed { kid: stored.kid.clone() })?;
    SigningKey::load(&private_key, stored.certificate_der.clone())
        .map(Arc::new)
        .map_err(|source| KeyRingError::Key { kid: stored.kid.clone(), source })
}

async fn make_key(
    directory: &Directory,
    now: Timestamp,
    signs_from: Timestamp,
) -> Result<StoredSigningKey, KeyRingError> {
    let generated = tokio::task::spawn_blocking(move || SigningKey::generate(now))
        .await
        .expect("making a key does not panic and is never cancelled")
        .map_err(KeyRingError::Generate)?;
    let key = SigningKey::load(&generated.private_key, generated.certificate.clone())
        .map_err(KeyRingError::Generate)?;
    let stored = StoredSigningKey {
        kid: key.kid().to_owned(),
        encrypted_private_key: directory.sealer().seal(key.kid(), &generated.private_key),
        certificate_der: generated.certificate,
        created: now,
        signs_from,
        retires: signs_from.plus(SIGNING_PERIOD + RETIREMENT),
    };
    let deed = Deed {
        // Signing keys belong to the deployment; their events stand under the nil tenant.
        tenant: TenantId::from_guid(uuid::Uuid::nil()),
        actor: &Actor::System,
        action: "signing_key.add",
        target: format!("signing key {}", stored.kid),
        detail: format!("signs from {signs_from}"),
    };
    directory
        .commit(directory.begin_writing().await, vec![Change::AddSigningKey(stored.clone())], deed)
        .await?;
    Ok(stored)
}
