//! Secrets that cannot be printed, serialised or compared with `==`.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret text: a client secret, a password, a token. Wiped from memory when dropped.
///
/// `Debug` shows a placeholder, there is no `Display`, and serialisation is not implemented; the only
/// way to the content is [`expose`](Self::expose), which a reviewer can search for.
#[derive(Clone)]
pub struct SecretString(Zeroizing<String>);

impl SecretString {
    /// Takes ownership of a secret.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The content. Every call is a place where a secret may leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in time that depends on the lengths alone.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl From<String> for SecretString {
    fn from(secret: String) -> Self {
        Self::new(secret)
    }
}

impl From<&str> for SecretString {
    fn from(secret: &str) -> Self {
        Self::new(secret.to_owned())
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretString(…)")
    }
}

/// The keyed hash (HMAC-SHA-256) under which a generated secret is stored and compared.
///
/// A digest is worthless without the key, yet it does not print either: there is no reason to.
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// Wraps the 32 bytes of the hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storage.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_type_prints_its_content() {
        assert_eq!(format!("{:?}", SecretString::from("hunter2")), "SecretString(…)");
        assert_eq!(format!("{:#?}", Some(SecretString::from("hunter2"))), "Some(\n    SecretString(…),\n)");
        assert_eq!(format!("{:?}", SecretDigest::from_bytes([7; 32])), "SecretDigest(…)");
    }

    #[test]
    fn comparison_looks_at_the_whole_value() {
        let secret = SecretString::from("abc");
        assert!(secret.matches(&SecretString::from("abc")));
        assert!(!secret.matches(&SecretString::from("abd")));
        assert!(!secret.matches(&SecretString::from("ab")));
        let mut bytes = [7; 32];
        let digest = SecretDigest::from_bytes(bytes);
        assert!(digest.matches(&SecretDigest::from_bytes(bytes)));
        bytes[31] = 8;
        assert!(!digest.matches(&SecretDigest::from_bytes(bytes)));
    }
}
