//! A certificate with its private key, and the client assertions signed with it (RFC 7523).

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use wardenry_core::entropy::Entropy;
use wardenry_core::id::{AppId, random_guid};
use wardenry_core::time::Timestamp;
use wardenry_jose::{Certificate, CertifiedKey, CertifiedKeyError};
use zeroize::Zeroizing;

/// The life of an assertion: inside the five to ten minutes that the platform's documentation asks for.
const ASSERTION_LIFE: Duration = Duration::from_secs(600);

/// The audience of the proof that lets an app change its own certificates. A fixed value of the vendor.
const PROOF_AUDIENCE: &str = "00000002-0000-0000-c000-000000000000";

/// A certificate and its private key. The key never prints. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CertificateCredential(Arc<CertifiedKey>);

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
    pub fn from_pem(pem: &str) -> Result<Self, CertifiedKeyError> {
        CertifiedKey::from_pem(pem).map(Arc::new).map(Self)
    }

    /// The public half.
    pub fn certificate(&self) -> &Certificate {
        self.0.certificate()
    }

    /// An assertion by which `app` proves itself at this token endpoint: PS256 with `x5t#S256`.
    pub(crate) fn assertion(
        &self,
        app: AppId,
        token_endpoint: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Zeroizing<String> {
        self.signed_claims(token_endpoint, &app.to_string(), now, entropy)
    }

    /// The proof that the caller holds a certificate that is registered already, for adding and removing
    /// certificates. `application` is the application's object id.
    pub(crate) fn proof(
        &self,
        application: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Zeroizing<String> {
        self.signed_claims(PROOF_AUDIENCE, application, now, entropy)
    }

    fn signed_claims(
        &self,
        audience: &str,
        issuer: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Zeroizing<String> {
        let claims = AssertionClaims {
            aud: audience,
            iss: issuer,
            sub: issuer,
            jti: random_guid(entropy).to_string(),
            nbf: now.unix_secs(),
            iat: now.unix_secs(),
            exp: now.plus(ASSERTION_LIFE).unix_secs(),
        };
        self.0.sign(&claims)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wardenry_core::entropy::SystemEntropy;
    use wardenry_jose::{Algorithm, SigningKey, UnverifiedJws, base64};

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
        let token = credential.assertion(app, endpoint, NOW, &SystemEntropy);
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
        let other = credential.assertion(app.parse().unwrap(), endpoint, NOW, &SystemEntropy);
        assert_ne!(*other, *token);
    }
}
