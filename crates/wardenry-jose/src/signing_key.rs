//! RSA signing keys with their certificate.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rcgen::{CertificateParams, DistinguishedName, DnType, SerialNumber};
use serde::Serialize;
use wardenry_core::time::Timestamp;
use zeroize::Zeroizing;

use crate::base64url;

/// Why a signing key cannot be made or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// The stored bytes are not an RSA private key in PKCS #8 form of at least 2048 bits.
    #[error("the stored signing key is damaged: not an RSA private key of at least 2048 bits")]
    Damaged,
    /// The system failed to generate a key.
    #[error("generating an RSA key failed")]
    Generate,
    /// The certificate for a fresh key could not be made.
    #[error("making the certificate of a signing key failed")]
    Certificate(#[source] rcgen::Error),
}

/// Whether the header of a signed token repeats the key id as `x5t`, as v1 tokens do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThumbprintHeader {
    Present,
    Absent,
}

/// A fresh key in the form in which it is stored.
pub struct GeneratedKey {
    /// The private key, PKCS #8 DER.
    pub private_key: Zeroizing<Vec<u8>>,
    /// The self-signed certificate, DER.
    pub certificate: Vec<u8>,
}

/// A private RSA key, parsed once, with the certificate that is published beside it.
///
/// Parsing costs more than half a signature, so a key is loaded once and kept.
pub struct SigningKey {
    pair: RsaKeyPair,
    certificate: Vec<u8>,
    kid: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    /// The encoded headers, without and with `x5t`.
    headers: [String; 2],
}

#[derive(Serialize)]
struct SignedHeader<'a> {
    typ: &'static str,
    alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5t: Option<&'a str>,
    kid: &'a str,
}

impl SigningKey {
    /// Makes a new RSA-2048 key and a self-signed certificate that is valid for ten years.
    ///
    /// Takes around 60 ms of one core, with outliers of several times that.
    pub fn generate(now: Timestamp) -> Result<GeneratedKey, SigningKeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| SigningKeyError::Generate)?;
        let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> =
            pair.as_der().map_err(|_| SigningKeyError::Generate)?;
        let private_key = Zeroizing::new(pkcs8.as_ref().to_vec());
        let certificate = self_signed(&private_key, now).map_err(SigningKeyError::Certificate)?;
        Ok(GeneratedKey { private_key, certificate })
    }

    /// Loads a key from its stored form.
    pub fn load(private_key: &[u8], certificate: Vec<u8>) -> Result<Self, SigningKeyError> {
        let pair = RsaKeyPair::from_pkcs8(private_key).map_err(|_| SigningKeyError::Damaged)?;
        if pair.public_modulus_len() < 256 {
            return Err(SigningKeyError::Damaged);
        }
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
        let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
        let kid = base64url(digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate).as_ref());
        let headers = [None, Some(kid.as_str())].map(|x5t| {
            let header = SignedHeader { typ: "JWT", alg: "RS256", x5t, kid: &kid };
            base64url(&serde_json::to_vec(&header).expect("a struct of texts has a JSON form"))
        });
        Ok(Self { pair, certificate, kid, modulus, exponent, headers })
    }

    /// The key id: the base64url SHA-1 thumbprint of the certificate.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public modulus, big-endian.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The public exponent, big-endian.
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// The certificate, DER.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// Signs claims with RS256 into a compact token.
    ///
    /// # Panics
    ///
    /// When the claims have no JSON form (a map with keys that are no texts).
    pub fn sign(&self, claims: &impl Serialize, thumbprint: ThumbprintHeader) -> String {
        let header = match thumbprint {
            ThumbprintHeader::Absent => &self.headers[0],
            ThumbprintHeader::Present => &self.headers[1],
        };
        let payload = serde_json::to_vec(claims).expect("claims have a JSON form");
        let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 360);
        token.push_str(header);
        token.push('.');
        token.push_str(&base64url(&payload));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .expect("signing with a loaded key into a buffer of the modulus' length cannot fail");
        token.push('.');
        token.push_str(&base64url(&signature));
        token
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl fmt::Debug for GeneratedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedKey").finish_non_exhaustive()
    }
}

fn self_signed(private_key: &[u8], now: Timestamp) -> Result<Vec<u8>, rcgen::Error> {
    const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);
    let key = rcgen::KeyPair::try_from(private_key)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Wardenry token signing");
    params.not_before = now.minus(Duration::from_secs(86_400)).calendar();
    params.not_after = now.plus(TEN_YEARS).calendar();
    params.serial_number = Some(SerialNumber::from(now.unix_ticks().unsigned_abs()));
    Ok(params.self_signed(&key)?.der().to_vec())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Jwk, JwkSet, JwsError, KeySet, UnverifiedJws};

    fn key() -> SigningKey {
        let generated = SigningKey::generate(Timestamp::from_unix_secs(1_800_000_000)).unwrap();
        SigningKey::load(&generated.private_key, generated.certificate).unwrap()
    }

    #[test]
    fn a_signed_token_is_verified_through_the_published_key() {
        let key = key();
        let token = key.sign(&json!({"tid": "t"}), ThumbprintHeader::Present);
        let published = serde_json::to_string(&JwkSet { keys: vec![Jwk::of(&key, None)] }).unwrap();
        let keys = KeySet::from_jwks(&serde_json::from_str(&published).unwrap());
        let verified = keys.verify(UnverifiedJws::parse(&token).unwrap()).unwrap();
        assert_eq!(verified.claims()["tid"], "t");
        assert_eq!(verified.header().x5t.as_deref(), Some(key.kid()));
        let plain = key.sign(&json!({}), ThumbprintHeader::Absent);
        assert_eq!(UnverifiedJws::parse(&plain).unwrap().header().x5t, None);
    }

    #[test]
    fn a_changed_or_foreign_token_is_refused() {
        let (key, other) = (key(), key());
        let keys = KeySet::from_signing_keys([&key]);
        let token = key.sign(&json!({"tid": "aaaa"}), ThumbprintHeader::Absent);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = signed.split_once('.').unwrap();
        let forged = format!("{header}.{}.{signature}", base64url(br#"{"tid":"bbbb"}"#));
        assert_eq!(keys.verify(UnverifiedJws::parse(&forged).unwrap()), Err(JwsError::Signature));
        let foreign = other.sign(&json!({}), ThumbprintHeader::Absent);
        let refused = keys.verify(UnverifiedJws::parse(&foreign).unwrap());
        assert_eq!(refused, Err(JwsError::UnknownKey(other.kid().to_owned())));
    }

    #[test]
    fn damaged_key_bytes_are_an_error() {
        assert!(matches!(SigningKey::load(b"no key", Vec::new()), Err(SigningKeyError::Damaged)));
    }
}
