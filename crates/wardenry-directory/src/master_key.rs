//! The one key that lives outside the database, and the keys derived from it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::secret::SecretDigest;
use zeroize::Zeroizing;

/// The deployment's master key: 32 bytes, kept in a file beside the database, never inside it.
///
/// Whoever has the database alone can neither compare guesses with the stored secret hashes nor read
/// the private signing keys.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Wraps stored bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Makes a fresh key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::from_bytes(random_bytes(entropy))
    }

    /// The bytes, for the key file.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn secret_hasher(&self) -> SecretHasher {
        SecretHasher(hmac::Key::new(hmac::HMAC_SHA256, &*self.derive(b"client secrets and sessions")))
    }

    pub(crate) fn key_sealer(&self) -> KeySealer {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &*self.derive(b"private signing keys"));
        KeySealer(key.expect("the derived key has the length that the cipher wants"))
    }

    fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, b"wardenry")
            .extract(&*self.0)
            .expand(&[purpose], HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut *derived))
            .expect("32 bytes are a valid output length of HKDF-SHA-256");
        derived
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Hashes generated, high-entropy secrets for storage and comparison.
///
/// A keyed hash is enough for them (there is nothing to guess) and costs a microsecond; a password hash
/// would cost more than the token that the secret is exchanged for.
pub(crate) struct SecretHasher(hmac::Key);

impl SecretHasher {
    pub(crate) fn digest(&self, secret: &str) -> SecretDigest {
        let tag = hmac::sign(&self.0, secret.as_bytes());
        SecretDigest::from_bytes(tag.as_ref().try_into().expect("HMAC-SHA-256 has 32 bytes"))
    }
}

/// Encrypts private keys at rest, bound to their key id.
pub(crate) struct KeySealer(RandomizedNonceKey);

impl KeySealer {
    /// Nonce, then ciphertext with tag.
    pub(crate) fn seal(&self, kid: &str, private_key: &[u8]) -> Vec<u8> {
        let mut sealed = private_key.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(kid.as_bytes()), &mut sealed)
            .expect("a private key is far shorter than the cipher's limit");
        [nonce.as_ref().as_slice(), &sealed].concat()
    }

    /// `None` when the bytes were not sealed under this master key for this key id.
    pub(crate) fn open(&self, kid: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = self.0.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut buffer).ok()?.len();
        buffer.truncate(length);
        Some(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_depend_on_the_key_and_the_secret() {
        let (one, other) = (MasterKey::from_bytes([1; 32]), MasterKey::from_bytes([2; 32]));
        let digest = |key: &MasterKey, secret| key.secret_hasher().digest(secret);
        assert!(digest(&one, "a").matches(&digest(&one, "a")));
        assert!(!digest(&one, "a").matches(&digest(&one, "b")));
        assert!(!digest(&one, "a").matches(&digest(&other, "a")));
    }

    #[test]
    fn a_sealed_key_opens_under_its_master_key_and_key_id_only() {
        let sealer = MasterKey::from_bytes([1; 32]).key_sealer();
        let sealed = sealer.seal("kid", b"private");
        assert_eq!(sealer.open("kid", &sealed).unwrap().as_slice(), b"private");
        assert!(sealer.open("other", &sealed).is_none());
        assert!(MasterKey::from_bytes([2; 32]).key_sealer().open("kid", &sealed).is_none());
        assert!(sealer.open("kid", &sealed[..5]).is_none());
    }
}
