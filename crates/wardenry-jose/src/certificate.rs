//! X.509 certificates as client credentials: thumbprints, validity and the RSA public key.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use wardenry_core::time::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::jws::{Algorithm, JwsError, UnverifiedJws, VerifiedJws};
use crate::{base64url, decode_base64};

/// The largest certificate that is parsed, in bytes of DER.
const MAX_CERTIFICATE_BYTES: usize = 32 * 1024;

/// Why a certificate cannot serve as a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    #[error("not an X.509 certificate in DER or PEM form")]
    Malformed,
    #[error("the certificate's key is not an RSA key of 2048 to 8192 bits")]
    Key,
}

/// A registered certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    subject: String,
    not_before: Timestamp,
    not_after: Timestamp,
    sha1: String,
    sha256: String,
}

impl Certificate {
    /// Reads a certificate from DER.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(CertificateError::Malformed);
        }
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        if !rest.is_empty() {
            return Err(CertificateError::Malformed);
        }
        let Ok(PublicKey::RSA(key)) = parsed.public_key().parsed() else {
            return Err(CertificateError::Key);
        };
        let modulus = without_leading_zeros(key.modulus);
        if !(256..=1024).contains(&modulus.len()) {
            return Err(CertificateError::Key);
        }
        Ok(Self {
            modulus: modulus.to_vec(),
            exponent: without_leading_zeros(key.exponent).to_vec(),
            subject: parsed.subject().to_string(),
            not_before: Timestamp::from_unix_secs(parsed.validity().not_before.timestamp()),
            not_after: Timestamp::from_unix_secs(parsed.validity().not_after.timestamp()),
            sha1: base64url(digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref()),
            sha256: base64url(digest(&SHA256, der).as_ref()),
            der: der.to_vec(),
        })
    }

    /// Reads the first certificate of a PEM text.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
        const END: &str = "-----END CERTIFICATE-----";
        let body = pem
            .split_once(BEGIN)
            .and_then(|(_, rest)| rest.split_once(END))
            .ok_or(CertificateError::Malformed)?
            .0;
        let base64: String = body.split_ascii_whitespace().collect();
        Self::from_der(&decode_base64(&base64).ok_or(CertificateError::Malformed)?)
    }

    /// The DER form.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The subject's distinguished name, for people.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The first instant at which the certificate is valid.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last instant at which the certificate is valid.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The SHA-1 thumbprint, base64url without padding.
    pub fn sha1_thumbprint(&self) -> &str {
        &self.sha1
    }

    /// The SHA-256 thumbprint, base64url without padding.
    pub fn sha256_thumbprint(&self) -> &str {
        &self.sha256
    }

    /// Whether the header's `x5t#S256` or, in its absence, `x5t` names this certificate.
    ///
    /// Real libraries spell the thumbprint with either base64 alphabet, padded and not; all of these
    /// are understood.
    pub fn is_named_by(&self, token: &UnverifiedJws<'_>) -> bool {
        let header = token.header();
        match (&header.x5t_s256, &header.x5t) {
            (Some(thumbprint), _) => normal_base64url(thumbprint) == self.sha256,
            (None, Some(thumbprint)) => normal_base64url(thumbprint) == self.sha1,
            (None, None) => false,
        }
    }

    /// Verifies a token that was signed with this certificate's private key.
    pub fn verify(&self, token: UnverifiedJws<'_>, accepted: &[Algorithm]) -> Result<VerifiedJws, JwsError> {
        token.verify(&self.modulus, &self.exponent, accepted)
    }
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    &bytes[start..]
}

fn normal_base64url(text: &str) -> String {
    text.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{SigningKey, ThumbprintHeader, base64};

    fn key() -> SigningKey {
        let generated = SigningKey::generate(Timestamp::from_unix_secs(1_800_000_000)).unwrap();
        SigningKey::load(&generated.private_key, generated.certificate).unwrap()
    }

    #[test]
    fn pem_and_der_are_the_same_certificate() {
        let key = key();
        let der = Certificate::from_der(key.certificate_der()).unwrap();
        let pem = format!(
            "noise\n-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            base64(key.certificate_der())
        );
        assert_eq!(Certificate::from_pem(&pem).unwrap(), der);
        assert_eq!(der.sha1_thumbprint(), key.kid());
        assert_eq!(der.subject(), "CN=Wardenry token signing");
        assert_eq!(der.not_before(), Timestamp::from_unix_secs(1_800_000_000 - 86_400));
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert_eq!(Certificate::from_der(b""), Err(CertificateError::Malformed));
        assert_eq!(Certificate::from_pem("-----BEGIN CERTIFICATE-----"), Err(CertificateError::Malformed));
        let mut trailing = key().certificate_der().to_vec();
        trailing.push(0);
        assert_eq!(Certificate::from_der(&trailing), Err(CertificateError::Malformed));
    }

    #[test]
    fn a_thumbprint_is_recognised_in_every_spelling_that_libraries_use() {
        let key = key();
        let certificate = Certificate::from_der(key.certificate_der()).unwrap();
        let standard = certificate.sha1_thumbprint().replace('-', "+").replace('_', "/");
        for spelling in
            [certificate.sha1_thumbprint(), &standard, &format!("{standard}="), &format!("{}==", key.kid())]
        {
            let header = base64url(json!({"alg": "RS256", "x5t": spelling}).to_string().as_bytes());
            let token = format!("{header}.e30.AA");
            assert!(certificate.is_named_by(&UnverifiedJws::parse(&token).unwrap()), "{spelling}");
        }
        let token = key.sign(&json!({"sub": "a"}), ThumbprintHeader::Present);
        let verified =
            certificate.verify(UnverifiedJws::parse(&token).unwrap(), &[Algorithm::Rs256]).unwrap();
        assert_eq!(verified.claims()["sub"], "a");
    }
}
