//! `keyCredential` in request bodies: a certificate.

use wardenry_directory::admin::NewCertificate;
use wardenry_jose::{Certificate, decode_base64};

use super::super::body::JsonObject;
use super::super::error::GraphError;

/// The one `type` of key that can be registered.
pub(super) const CERTIFICATE_TYPE: &str = "AsymmetricX509Cert";
/// The one `usage` of keys here.
pub(super) const CERTIFICATE_USAGE: &str = "Verify";

/// Reads the certificate of a `keyCredential`; `None` when it brings none.
///
/// `key` is base64 of the DER form, or of a PEM text. Its thumbprint is computed, so that
/// `customKeyIdentifier` is not read.
pub(super) fn read(body: &JsonObject) -> Result<Option<NewCertificate>, GraphError> {
    for (name, expected) in [("type", CERTIFICATE_TYPE), ("usage", CERTIFICATE_USAGE)] {
        if body.nullable_text(name)?.is_some_and(|sent| sent != expected) {
            return Err(body.invalid(name, format!("must be {expected}")));
        }
    }
    let Some(key) = body.nullable_text("key")? else { return Ok(None) };
    let bytes = decode_base64(key).ok_or_else(|| body.invalid("key", "must be base64"))?;
    let certificate = match std::str::from_utf8(&bytes) {
        Ok(pem) if pem.contains("-----BEGIN") => Certificate::from_pem(pem),
        _ => Certificate::from_der(&bytes),
    };
    Ok(Some(NewCertificate {
        display_name: body.nullable_text("displayName")?.map(str::to_owned),
        certificate: certificate.map_err(|error| body.invalid("key", error))?,
        start: body.time("startDateTime")?,
        end: body.time("endDateTime")?,
    }))
}
