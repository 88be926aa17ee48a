//! Passwords of people, by Argon2id (RFC 9106).

use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as ParsedHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
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
            let hash = new_hash(&password, &salt);
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
            Some(hash) => is_of_hash(&password, hash.as_phc()),
            None => {
                drop(std::hint::black_box(new_hash(&password, &[0; 16])));
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
fn params() -> argon2::Result<Params> {
    Params::new(19 * 1024, 2, 1, None)
}

fn new_hash(password: &SecretString, salt: &[u8; 16]) -> argon2::password_hash::Result<ParsedHash> {
    let params = params()?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let params_text = ParamsString::try_from(&params)?;
    derive(Argon2::new(Algorithm::Argon2id, Version::V0x13, params), password, salt, &mut output)?;
    Ok(ParsedHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: params_text,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(&output)?),
    })
}

/// Whether the password belongs to a stored hash, with the parameters that stand in it. A hash that cannot
/// be read belongs to no password.
fn is_of_hash(password: &SecretString, stored: &str) -> bool {
    let recomputed = || -> argon2::password_hash::Result<bool> {
        let stored = ParsedHash::new(stored)?;
        let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else { return Ok(false) };
        let version = stored.version.map(Version::try_from).transpose()?.unwrap_or_default();
        let argon2 =
            Argon2::new(Algorithm::try_from(stored.algorithm.as_str())?, version, Params::try_from(&stored)?);
        let mut output = vec![0; expected.len()];
        derive(argon2, password, &salt, &mut output)?;
        // Compares in constant time.
        Ok(Output::new(&output)? == expected)
    };
    recomputed().unwrap_or(false)
}

/// The GNU C library's allocator keeps freed memory of up to 32 MiB for the thread that used it. Every
/// thread of the blocking pool that has hashed once would hold on to its 19 MiB; larger pieces are given
/// back at once. What is reserved and never touched takes no memory.
const LEAST_RESERVED_BLOCKS: usize = 33 * 1024;

fn derive(argon2: Argon2<'_>, password: &SecretString, salt: &[u8], output: &mut [u8]) -> argon2::Result<()> {
    let blocks = argon2.params().block_count();
    let mut memory = Vec::with_capacity(blocks.max(LEAST_RESERVED_BLOCKS));
    memory.resize(blocks, Block::default());
    argon2.hash_password_into_with_memory(password.expose().as_bytes(), salt, output, &mut memory)
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

    #[cfg(target_os = "linux")]
    #[tokio::test(flavor = "multi_thread")]
    async fn memory_is_given_back_by_whichever_thread_hashed() {
        fn resident_mib() -> usize {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
            line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
        }
        let hasher = PasswordHasher::new();
        let before = resident_mib();
        // Threads that are kept busy make the pool start further ones, each of which hashes.
        let mut busy = Vec::new();
        for _ in 0..12 {
            let (release, released) = std::sync::mpsc::channel::<()>();
            tokio::task::spawn_blocking(move || released.recv());
            busy.push(release);
            hasher.verify(&"x".into(), None).await;
        }
        let grown = resident_mib().saturating_sub(before);
        assert!(grown < 150, "{grown} MiB more than before");
    }
}
