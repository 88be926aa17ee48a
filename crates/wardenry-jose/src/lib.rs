//! JSON Web Signatures as the identity platform uses them: RSA keys with a certificate, compact
//! serialisation, key sets by `kid`.
//!
//! The algorithm policy is fixed here and nowhere else: tokens are signed with RS256 and client
//! assertions with PS256; verification accepts RS256 and, for client assertions, PS256 ([RFC 7518 section 3]); the key is always one that
//! the verifier already holds, never one that the token brings along (`jwk`, `jku`, `x5c` are ignored).
//! Nothing here knows OAuth: what the claims mean is `wardenry-oauth`'s business.
//!
//! Start at [`SigningKey`] to sign tokens, at [`CertifiedKey`] to sign assertions, and at [`UnverifiedJws`] to verify.
//!
//! [RFC 7518 section 3]: https://www.rfc-editor.org/rfc/rfc7518#section-3

mod certificate;
mod certified_key;
mod jws;
mod key_set;
mod signing_key;

pub use certificate::{Certificate, CertificateError};
pub use certified_key::{CertifiedKey, CertifiedKeyError};
pub use jws::{Algorithm, Header, JwsError, UnverifiedJws, VerifiedJws};
pub use key_set::{Jwk, JwkSet, KeySet};
pub use signing_key::{GeneratedKey, SigningKey, SigningKeyError, ThumbprintHeader};

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{GeneralPurposeConfig, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, general_purpose};

/// Base64url without padding, RFC 7515 section 2.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes strict base64url without padding.
pub fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Decodes standard base64 with or without padding.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text).ok()
}

/// Encodes standard base64 with padding, the form of certificates in `x5c` and in `key`.
pub fn base64(bytes: &[u8]) -> String {
    general_purpose::STANDARD.encode(bytes)
}
