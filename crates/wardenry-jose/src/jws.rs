//! Compact JWS: taking one apart, and verifying it with a key that the verifier holds.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The longest token that is looked at, in bytes. Real tokens stay well under 8 KiB.
const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// Base64url with or without padding.
const PADDED_OR_NOT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The signature algorithms that verification can be told to accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 section 3.3.
    Rs256,
    /// RSASSA-PSS with SHA-256, RFC 7518 section 3.5.
    Ps256,
}

impl Algorithm {
    fn by_name(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            _ => None,
        }
    }

    fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Ps256 => &RSA_PSS_2048_8192_SHA256,
        }
    }
}

/// Why a token is not what it claims to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwsError {
    /// Not three base64url parts with a JSON header and a JSON object inside, or far too long.
    #[error("not a signed JSON web token in compact form")]
    Malformed,
    /// The header names an algorithm that the policy does not accept, `none` among them.
    #[error("signature algorithm {0:?} is not accepted")]
    Algorithm(String),
    /// The header asks for extensions that are not understood (RFC 7515 section 4.1.11).
    #[error("the header marks extensions as critical that are not supported")]
    Critical,
    /// No key with the header's `kid` (or `x5t`) is in the set.
    #[error("no key with id {0:?} is known")]
    UnknownKey(String),
    /// The signature was not made with the key, or the content was changed afterwards.
    #[error("the signature does not fit the content")]
    Signature,
}

/// The JOSE header. Nothing in it may be trusted before the signature is verified, and the key
/// material that a sender may put into it is not even read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Header {
    pub alg: String,
    #[serde(default)]
    pub typ: Option<String>,
    #[serde(default)]
    pub kid: Option<String>,
    /// SHA-1 thumbprint of the certificate, as the sender spelled it.
    #[serde(default)]
    pub x5t: Option<String>,
    /// SHA-256 thumbprint of the certificate, as the sender spelled it.
    #[serde(default, rename = "x5t#S256")]
    pub x5t_s256: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

/// A token taken apart and not yet verified.
#[derive(Debug, Clone)]
pub struct UnverifiedJws<'a> {
    header: Header,
    claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

/// A token whose signature fits one of the verifier's keys.
///
/// Says nothing about issuer, audience or time: those are the caller's to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedJws {
    header: Header,
    claims: Map<String, Value>,
}

impl<'a> UnverifiedJws<'a> {
    /// Takes a compact token apart.
    ///
    /// Each part may carry the base64 padding that RFC 7515 section 2 leaves out: the asynchronous
    /// credentials of azure-identity for Python sign and send their assertions with it.
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwsError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
        let decode = |part| PADDED_OR_NOT.decode(part).map_err(|_| JwsError::Malformed);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JwsError::Malformed)?;
        let claims = serde_json::from_slice(&decode(payload)?).map_err(|_| JwsError::Malformed)?;
        Ok(Self { header, claims, signed, signature: decode(signature)? })
    }

    /// The header, to find the key with.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The claims as the sender wrote them, for display and for finding out whose keys to ask for.
    pub fn unverified_claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Verifies the signature with an RSA public key of 2048 to 8192 bits, accepting only these algorithms.
    pub fn verify(
        self,
        modulus: &[u8],
        exponent: &[u8],
        accepted: &[Algorithm],
    ) -> Result<VerifiedJws, JwsError> {
        let algorithm = Algorithm::by_name(&self.header.alg)
            .filter(|algorithm| accepted.contains(algorithm))
            .ok_or_else(|| JwsError::Algorithm(self.header.alg.clone()))?;
        if self.header.crit.is_some() {
            return Err(JwsError::Critical);
        }
        RsaPublicKeyComponents { n: modulus, e: exponent }
            .verify(algorithm.parameters(), self.signed.as_bytes(), &self.signature)
            .map_err(|_| JwsError::Signature)?;
        Ok(VerifiedJws { header: self.header, claims: self.claims })
    }
}

impl VerifiedJws {
    /// The verified header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The verified claims.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Gives the verified claims away.
    pub fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_error(token: &str) -> JwsError {
        UnverifiedJws::parse(token).unwrap_err()
    }

    #[test]
    fn what_is_no_compact_token_is_malformed() {
        for token in
            ["", "a.b", "a.b.c", "e30.e30.*", "e30.e30.", "eyJhbGciOiJSUzI1NiJ9.W10.AA", &"a".repeat(70_000)]
        {
            assert_eq!(parse_error(token), JwsError::Malformed, "{token:.20}");
        }
    }

    #[test]
    fn padded_parts_are_read_and_kept_as_they_were_signed() {
        let parsed = UnverifiedJws::parse("eyJhbGciOiJSUzI1NiIgfQ==.eyJhIjoxfQ==.AQI=").unwrap();
        assert_eq!(parsed.header(), &Header { alg: "RS256".to_owned(), ..Header::default() });
        assert_eq!(parsed.unverified_claims(), serde_json::json!({"a": 1}).as_object().unwrap());
        assert_eq!((parsed.signed, parsed.signature), ("eyJhbGciOiJSUzI1NiIgfQ==.eyJhIjoxfQ==", vec![1, 2]));
        assert_eq!(parse_error("eyJhbGciOiJSUzI1NiIgfQ===.e30.AQI"), JwsError::Malformed);
    }

    #[test]
    fn algorithms_outside_the_policy_are_refused_before_any_key_is_used() {
        for (header, name) in [
            ("eyJhbGciOiJub25lIn0", "none"),
            ("eyJhbGciOiJIUzI1NiJ9", "HS256"),
            ("eyJhbGciOiJQUzI1NiJ9", "PS256"),
        ] {
            let token = format!("{header}.e30.AA");
            let parsed = UnverifiedJws::parse(&token).unwrap();
            let refused = parsed.verify(&[1; 256], &[1, 0, 1], &[Algorithm::Rs256]);
            assert_eq!(refused, Err(JwsError::Algorithm(name.to_owned())));
        }
    }
}
