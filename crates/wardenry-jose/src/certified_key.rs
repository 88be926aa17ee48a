//! A certificate with its private key: what a client signs its assertions with.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::certificate::{Certificate, CertificateError};
use crate::jws::{Algorithm, UnverifiedJws};
use crate::{base64url, decode_base64};

/// Why a file cannot serve as a certificate credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertifiedKeyError {
    #[error("the certificate cannot be used")]
    Certificate(#[source] CertificateError),
    #[error("there is no private key beside the certificate")]
    NoKey,
    #[error("the private key is encrypted with a passphrase")]
    EncryptedKey,
    #[error("the private key is no RSA key of 2048 to 8192 bits in PKCS #8 or PKCS #1 form")]
    Key,
    #[error("the private key does not belong to the certificate")]
    Mismatch,
}

/// A certificate and its private key. The key never prints.
pub struct CertifiedKey {
    certificate: Certificate,
    pair: RsaKeyPair,
}

impl fmt::Debug for CertifiedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thumbprint = self.certificate.sha256_thumbprint();
        f.debug_struct("CertifiedKey").field("x5t#S256", &thumbprint).finish_non_exhaustive()
    }
}

impl CertifiedKey {
    /// Reads a PEM text that holds the certificate first and its unencrypted RSA private key anywhere.
    pub fn from_pem(pem: &str) -> Result<Self, CertifiedKeyError> {
        let certificate = Certificate::from_pem(pem).map_err(CertifiedKeyError::Certificate)?;
        let pair = private_key(pem)?;
        if !(256..=1024).contains(&pair.public_modulus_len()) {
            return Err(CertifiedKeyError::Key);
        }
        let key = Self { certificate, pair };
        if key.fits() { Ok(key) } else { Err(CertifiedKeyError::Mismatch) }
    }

    /// The public half.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Signs claims with PS256 into a compact token whose header names the certificate by `x5t#S256`.
    ///
    /// # Panics
    ///
    /// When the claims have no JSON form (a map with keys that are no texts).
    pub fn sign(&self, claims: &impl Serialize) -> Zeroizing<String> {
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.certificate.sha256_thumbprint()});
        let payload = serde_json::to_vec(claims).expect("claims have a JSON form");
        let mut token = format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(&payload));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .expect("signing with a loaded key into a buffer of the modulus' length cannot fail");
        token.push('.');
        token.push_str(&base64url(&signature));
        Zeroizing::new(token)
    }

    fn fits(&self) -> bool {
        let probe = self.sign(&json!({}));
        let unverified = UnverifiedJws::parse(&probe);
        unverified.is_ok_and(|token| self.certificate.verify(token, &[Algorithm::Ps256]).is_ok())
    }
}

fn private_key(pem: &str) -> Result<RsaKeyPair, CertifiedKeyError> {
    if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(CertifiedKeyError::EncryptedKey);
    }
    let parsed = if let Some(pkcs8) = pem_block(pem, "PRIVATE KEY") {
        RsaKeyPair::from_pkcs8(&pkcs8)
    } else if let Some(pkcs1) = pem_block(pem, "RSA PRIVATE KEY") {
        RsaKeyPair::from_der(&pkcs1)
    } else if pem.contains("PRIVATE KEY-----") {
        return Err(CertifiedKeyError::Key);
    } else {
        return Err(CertifiedKeyError::NoKey);
    };
    let key = parsed.map_err(|_| CertifiedKeyError::Key)?;
    if key.public_key().modulus().big_endian_without_leading_zero().len() < 256 {
        return Err(CertifiedKeyError::Key);
    }
    Ok(key)
}

fn pem_block(pem: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let base64: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    decode_base64(&base64).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use wardenry_core::time::Timestamp;

    use super::*;
    use crate::{SigningKey, base64};

    const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);

    fn pem(label: &str, der: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(der))
    }

    /// A certificate and its private key, each as a PEM text.
    fn fresh() -> (String, String) {
        let generated = SigningKey::generate(NOW).unwrap();
        (pem("CERTIFICATE", &generated.certificate), pem("PRIVATE KEY", &generated.private_key))
    }

    #[test]
    fn unusable_files_are_told_apart() {
        let refused = |pem: &str| CertifiedKey::from_pem(pem).unwrap_err();
        let ((certificate, _), (_, other_key)) = (fresh(), fresh());
        assert_eq!(refused(&certificate), CertifiedKeyError::NoKey);
        assert_eq!(refused(&format!("{certificate}{other_key}")), CertifiedKeyError::Mismatch);
        let encrypted = pem("ENCRYPTED PRIVATE KEY", b"x");
        assert_eq!(refused(&format!("{certificate}{encrypted}")), CertifiedKeyError::EncryptedKey);
        for wrong in [pem("PRIVATE KEY", b"x"), pem("EC PRIVATE KEY", b"x")] {
            assert_eq!(refused(&format!("{certificate}{wrong}")), CertifiedKeyError::Key);
        }
        let malformed = CertifiedKeyError::Certificate(CertificateError::Malformed);
        assert_eq!(refused(&other_key), malformed);
    }

    #[test]
    fn the_key_does_not_print() {
        let (certificate, key) = fresh();
        let credential = CertifiedKey::from_pem(&format!("{certificate}{key}")).unwrap();
        let thumbprint = credential.certificate().sha256_thumbprint().to_owned();
        assert_eq!(format!("{credential:?}"), format!("CertifiedKey {{ x5t#S256: {thumbprint:?}, .. }}"));
    }
}
