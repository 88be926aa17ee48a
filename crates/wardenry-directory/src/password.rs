//! Passwords of people, by Argon2id (RFC 9106).

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as ParsedHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;
use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::secret::SecretString;

use crate::model::PasswordHash;

/// How many hashes are computed at the same time. Each takes 19 MiB and some 20 ms of one core.
const PARALLEL_HASHES: usize = 2;
/// The longest password, in bytes. Longer ones are wrong without being hashed.
pub(crate) const MAX_PASSWORD_BYTES: usize = 256;

/// Hashes and compares passwords on the blocking pool, a few at a time.
#[derive(Debug)]
pub(crate) struct PasswordHasher {
    permits: Arc<Semaphore>,
}

impl PasswordHasher {
    pub(crate) fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(PARALLEL_HASHES)) }
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: &SecretString, entropy: &dyn Entropy) -> PasswordHash {
        let salt = random_bytes::<16>(entropy);
        let password = password.clone();
        self.run(move || {
            let hash = argon2id().hash_password_with_salt(password.expose().as_bytes(), &salt);
            PasswordHash::from_phc(hash.expect("the parameters and the salt's length are valid").to_string())
        })
        .await
    }

    /// Whether the password belongs to the hash. Takes the same time when there is no hash to compare
    /// with, so that it does not tell whether an account exists.
    pub(crate) async fn verify(&self, password: &SecretString, hash: Option<&PasswordHash>) -> bool {
        if password.expose().len() > MAX_PASSWORD_BYTES {
            return false;
        }
        let password = password.clone();
        let hash = hash.cloned();
        self.run(move || match hash {
            Some(hash) => ParsedHash::new(hash.as_phc()).is_ok_and(|parsed| {
                argon2id().verify_password(password.expose().as_bytes(), &parsed).is_ok()
            }),
            None => {
                let wasted = argon2id().hash_password_with_salt(password.expose().as_bytes(), &[0; 16]);
                drop(std::hint::black_box(wasted));
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let permit = Arc::clone(&self.permits).acquire_owned().await.expect("the semaphore is never closed");
        let work = move || {
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.expect("hashing does not panic and is never cancelled")
    }
}

/// 19 MiB, two passes, one lane: the first choice of the OWASP password storage cheat sheet.
fn argon2id() -> Argon2<'static> {
    let params =
        Params::new(19 * 1024, 2, 1, None).expect("the parameters are within the algorithm's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use wardenry_core::entropy::SystemEntropy;

    use super::*;

    #[tokio::test]
    async fn only_the_right_password_verifies() {
        let hasher = PasswordHasher::new();
        let hash = hasher.hash(&"correct horse".into(), &SystemEntropy).await;
        assert!(hash.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hasher.verify(&"correct horse".into(), Some(&hash)).await);
        assert!(!hasher.verify(&"wrong".into(), Some(&hash)).await);
        assert!(!hasher.verify(&"correct horse".into(), None).await);
        let damaged = PasswordHash::from_phc("nonsense".into());
        assert!(!hasher.verify(&"correct horse".into(), Some(&damaged)).await);
        assert!(!hasher.verify(&SecretString::new("x".repeat(257)), Some(&hash)).await);
    }
}
