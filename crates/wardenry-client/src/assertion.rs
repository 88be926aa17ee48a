//! A certificate with its private key, and the client assertions signed with it (RFC 7523).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use serde::Serialize;
use serde_json::json;
use wardenry_core::entropy::Entropy;
use wardenry_core::id::{AppId, random_guid};
use wardenry_core::time::Timestamp;
use wardenry_jose::{Algorithm, Certificate, CertificateError, UnverifiedJws, base64url, decode_base64};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};

/// The life of an assertion: inside the five to ten minutes that the platform's documentation asks for.
const ASSERTION_LIFE: Duration = Duration::from_secs(600);

/// The audience of the proof that lets an app change its own certificates. A fixed value of the vendor.
const PROOF_AUDIENCE: &str = "00000002-0000-0000-c000-000000000000";

/// Why a file cannot serve as a certificate credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateCredentialError {
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
#[derive(Clone)]
pub struct CertificateCredential {
    certificate: Certificate,
    key: Arc<RsaKeyPair>,
}

impl fmt::Debug for CertificateCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thumbprint = self.certificate.sha256_thumbprint();
        f.debug_struct("CertificateCredential").field("x5t#S256", &thumbprint).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct AssertionClaims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: i64,
    iat: i64,
    exp: i64,
}

impl CertificateCredential {
    /// Reads a PEM text that holds the certificate first and its unencrypted RSA private key anywhere.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateCredentialError> {
        let certificate = Certificate::from_pem(pem).map_err(CertificateCredentialError::Certificate)?;
        let key = private_key(pem)?;
        if !(256..=1024).contains(&key.public_modulus_len()) {
            return Err(CertificateCredentialError::Key);
        }
        let credential = Self { certificate, key: Arc::new(key) };
        if credential.key_fits() { Ok(credential) } else { Err(CertificateCredentialError::Mismatch) }
    }

    /// The public half.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// An assertion by which `app` proves itself at this token endpoint: PS256 with `x5t#S256`.
    pub(crate) fn assertion(
        &self,
        app: AppId,
        token_endpoint: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Zeroizing<String>, Error> {
        self.signed_claims(token_endpoint, &app.to_string(), now, entropy)
    }

    /// The proof that the caller holds a certificate that is registered already, for adding and removing
    /// certificates. `application` is the application's object id.
    pub(crate) fn proof(
        &self,
        application: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Zeroizing<String>, Error> {
        self.signed_claims(PROOF_AUDIENCE, application, now, entropy)
    }

    fn signed_claims(
        &self,
        audience: &str,
        issuer: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Zeroizing<String>, Error> {
        let claims = AssertionClaims {
            aud: audience,
            iss: issuer,
            sub: issuer,
            jti: random_guid(entropy).to_string(),
            nbf: now.unix_secs(),
            iat: now.unix_secs(),
            exp: now.plus(ASSERTION_LIFE).unix_secs(),
        };
        self.sign(&claims).ok_or_else(|| ErrorKind::Assertion.into())
    }

    fn sign(&self, claims: &impl Serialize) -> Option<Zeroizing<String>> {
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.certificate.sha256_thumbprint()});
        let payload = serde_json::to_vec(claims).ok()?;
        let mut token = format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(&payload));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature).ok()?;
        token.push('.');
        token.push_str(&base64url(&signature));
        Some(Zeroizing::new(token))
    }

    fn key_fits(&self) -> bool {
        let probe = self.sign(&json!({}));
        let unverified = probe.as_ref().and_then(|token| UnverifiedJws::parse(token).ok());
        unverified.is_some_and(|token| self.certificate.verify(token, &[Algorithm::Ps256]).is_ok())
    }
}

fn private_key(pem: &str) -> Result<RsaKeyPair, CertificateCredentialError> {
    if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(CertificateCredentialError::EncryptedKey);
    }
    let parsed = if let Some(pkcs8) = pem_block(pem, "PRIVATE KEY") {
        RsaKeyPair::from_pkcs8(&pkcs8)
    } else if let Some(pkcs1) = pem_block(pem, "RSA PRIVATE KEY") {
        RsaKeyPair::from_der(&pkcs1)
    } else if pem.contains("PRIVATE KEY-----") {
        return Err(CertificateCredentialError::Key);
    } else {
        return Err(CertificateCredentialError::NoKey);
    };
    let key = parsed.map_err(|_| CertificateCredentialError::Key)?;
    if key.public_key().modulus().big_endian_without_leading_zero().len() < 256 {
        return Err(CertificateCredentialError::Key);
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
    use wardenry_core::entropy::SystemEntropy;
    use wardenry_jose::{SigningKey, base64};

    use super::*;

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
    fn an_assertion_names_the_certificate_and_the_app_and_lives_ten_minutes() {
        let (certificate, key) = fresh();
        let credential = CertificateCredential::from_pem(&format!("{key}{certificate}")).unwrap();
        let app: AppId = "11111111-2222-4333-8444-555555555555".parse().unwrap();
        let endpoint = "https://login.example/t/oauth2/v2.0/token";
        let token = credential.assertion(app, endpoint, NOW, &SystemEntropy).unwrap();
        let unverified = UnverifiedJws::parse(&token).unwrap();
        assert_eq!(
            unverified.header().x5t_s256.as_deref(),
            Some(credential.certificate().sha256_thumbprint())
        );
        assert_eq!(unverified.header().x5t, None);
        let claims = credential.certificate().verify(unverified, &[Algorithm::Ps256]).unwrap().into_claims();
        let jti = claims["jti"].as_str().unwrap();
        assert_eq!(jti.len(), 36);
        let (app, now) = (app.to_string(), NOW.unix_secs());
        let expected = json!({"aud": endpoint, "iss": app, "sub": app, "jti": jti, "nbf": now, "iat": now, "exp": now + 600});
        assert_eq!(serde_json::Value::Object(claims), expected);
        let other = credential.assertion(app.parse().unwrap(), endpoint, NOW, &SystemEntropy).unwrap();
        assert_ne!(*other, *token);
    }

    #[test]
    fn unusable_files_are_told_apart() {
        let refused = |pem: &str| CertificateCredential::from_pem(pem).unwrap_err();
        let ((certificate, _), (_, other_key)) = (fresh(), fresh());
        assert_eq!(refused(&certificate), CertificateCredentialError::NoKey);
        assert_eq!(refused(&format!("{certificate}{other_key}")), CertificateCredentialError::Mismatch);
        let encrypted = pem("ENCRYPTED PRIVATE KEY", b"x");
        assert_eq!(refused(&format!("{certificate}{encrypted}")), CertificateCredentialError::EncryptedKey);
        for wrong in [pem("PRIVATE KEY", b"x"), pem("EC PRIVATE KEY", b"x")] {
            assert_eq!(refused(&format!("{certificate}{wrong}")), CertificateCredentialError::Key);
        }
        let malformed = CertificateCredentialError::Certificate(CertificateError::Malformed);
        assert_eq!(refused(&other_key), malformed);
    }

    #[test]
    fn the_key_does_not_print() {
        let (certificate, key) = fresh();
        let credential = CertificateCredential::from_pem(&format!("{certificate}{key}")).unwrap();
        let thumbprint = credential.certificate().sha256_thumbprint().to_owned();
        assert_eq!(
            format!("{credential:?}"),
            format!("CertificateCredential {{ x5t#S256: {thumbprint:?}, .. }}")
        );
    }
}
