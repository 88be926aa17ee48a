//! Published keys: the JWKS document (RFC 7517) and the verifier's view of it.

use serde::{Deserialize, Serialize};

use crate::jws::{Algorithm, JwsError, UnverifiedJws, VerifiedJws};
use crate::{SigningKey, base64, base64url, decode_base64url};

/// One RSA key of a JWKS document, with the members that the identity platform publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    pub kty: String,
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    pub kid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x5t: Option<String>,
    /// The modulus, base64url.
    pub n: String,
    /// The public exponent, base64url.
    pub e: String,
    /// The certificate, standard base64 of its DER form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub x5c: Vec<String>,
    /// The issuer whose tokens the key signs; the v2 document carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// A JWKS document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwkSet {
    pub keys: Vec<Jwk>,
}

impl Jwk {
    /// The published form of a signing key.
    pub fn of(key: &SigningKey, issuer: Option<&str>) -> Self {
        Self {
            kty: "RSA".to_owned(),
            usage: Some("sig".to_owned()),
            kid: key.kid().to_owned(),
            x5t: Some(key.kid().to_owned()),
            n: base64url(key.modulus()),
            e: base64url(key.exponent()),
            x5c: vec![base64(key.certificate_der())],
            issuer: issuer.map(str::to_owned),
        }
    }
}

/// The public keys that a verifier holds, found by `kid`.
#[derive(Debug, Clone, Default)]
pub struct KeySet(Vec<PublicKey>);

#[derive(Debug, Clone)]
struct PublicKey {
    kid: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl KeySet {
    /// The keys of a JWKS document. Keys of other kinds, keys for encryption and malformed ones are left out.
    pub fn from_jwks(document: &JwkSet) -> Self {
        let usable = |key: &&Jwk| key.kty == "RSA" && key.usage.as_deref().is_none_or(|usage| usage == "sig");
        let parsed = |key: &Jwk| {
            Some(PublicKey {
                kid: key.kid.clone(),
                modulus: decode_base64url(&key.n)?,
                exponent: decode_base64url(&key.e)?,
            })
        };
        Self(document.keys.iter().filter(usable).filter_map(parsed).collect())
    }

    /// The public halves of signing keys.
    pub fn from_signing_keys<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> Self {
        let public = |key: &SigningKey| PublicKey {
            kid: key.kid().to_owned(),
            modulus: key.modulus().to_vec(),
            exponent: key.exponent().to_vec(),
        };
        Self(keys.into_iter().map(public).collect())
    }

    /// Whether a key with this id is held.
    pub fn contains(&self, kid: &str) -> bool {
        self.0.iter().any(|key| key.kid == kid)
    }

    /// Verifies an RS256 token with the key that its header names.
    pub fn verify(&self, token: UnverifiedJws<'_>) -> Result<VerifiedJws, JwsError> {
        let kid = token.header().kid.as_deref().unwrap_or_default();
        let key = self
            .0
            .iter()
            .find(|key| key.kid == kid)
            .ok_or_else(|| JwsError::UnknownKey(kid.chars().take(100).collect()))?;
        token.verify(&key.modulus, &key.exponent, &[Algorithm::Rs256])
    }
}
