//! A client's key pair with its certificate, and assertions in the shapes of real client libraries.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};
use wardenry_directory::admin::NewCertificate;
use wardenry_jose::{Certificate, SigningKey, base64, base64url};

use crate::answer::Answer;
use crate::world::{CONNECTOR, CUSTOMER, Form, NOW, ORIGIN, World};

pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(crate) struct ClientKey {
    pair: RsaKeyPair,
    pub(crate) certificate: Certificate,
}

impl ClientKey {
    /// A fresh key whose certificate is valid for ten years.
    pub(crate) fn generate() -> Self {
        let generated = SigningKey::generate(NOW).unwrap();
        Self {
            pair: RsaKeyPair::from_pkcs8(&generated.private_key).unwrap(),
            certificate: Certificate::from_der(&generated.certificate).unwrap(),
        }
    }

    /// A fresh key that is registered for the connector.
    pub(crate) async fn registered(world: &World) -> Self {
        let key = Self::generate();
        let admin = world.operator.application_admin(crate::world::PARTNER);
        let new = NewCertificate {
            display_name: None,
            certificate: key.certificate.clone(),
            start: None,
            end: Some(NOW.plus(std::time::Duration::from_secs(86_400))),
        };
        world.directory.add_certificate(&admin, world.connector.id, new).await.unwrap();
        key
    }

    /// The SHA-1 thumbprint as base64url without padding.
    pub(crate) fn x5t(&self) -> String {
        self.certificate.sha1_thumbprint().to_owned()
    }

    /// The SHA-256 thumbprint as base64url without padding.
    pub(crate) fn x5t_s256(&self) -> String {
        self.certificate.sha256_thumbprint().to_owned()
    }

    /// The SHA-1 thumbprint in standard base64 with padding.
    pub(crate) fn x5t_standard(&self) -> String {
        base64(&wardenry_jose::decode_base64url(self.certificate.sha1_thumbprint()).unwrap())
    }

    /// Signs a token of any content with the algorithm that its header names.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let encoding: &dyn RsaEncoding = match header["alg"].as_str() {
            Some("PS256") => &RSA_PSS_SHA256,
            _ => &RSA_PKCS1_SHA256,
        };
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(encoding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", base64url(&signature))
    }

    /// A good assertion: RS256 and `x5t`.
    pub(crate) fn assertion(&self) -> String {
        self.sign(&json!({"alg": "RS256", "typ": "JWT", "x5t": self.x5t()}), &claims())
    }
}

/// The claims of a good assertion for the customer's v2 token endpoint.
pub(crate) fn claims() -> Value {
    json!({
        "aud": format!("{ORIGIN}/{CUSTOMER}/oauth2/v2.0/token"),
        "iss": CONNECTOR,
        "sub": CONNECTOR,
        "jti": "6b2c5c4e",
        "exp": NOW.unix_secs() + 600,
        "iat": NOW.unix_secs(),
    })
}

/// A token request that is proved by an assertion.
pub(crate) fn asserting(form: Form, assertion: &str) -> Form {
    form.without("client_secret").set("client_assertion_type", JWT_BEARER).set("client_assertion", assertion)
}

/// Asks for a v2 token with an assertion.
pub(crate) async fn ask(world: &World, assertion: &str) -> Answer {
    world.v2_token(&asserting(world.v2_form(), assertion)).await
}
