//! The form of a token request, typed.

use wardenry_core::id::AppId;
use wardenry_core::secret::SecretString;

use crate::EndpointVersion;
use crate::error::{Code, OAuthError, quoted};
use crate::parameters::Parameters;
use crate::target::{self, ResourceIdentifier};

/// The only kind of client assertion, RFC 7523 section 2.2.
pub const JWT_BEARER_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A request of the client-credentials grant (RFC 6749 section 4.4).
#[derive(Debug, Clone)]
pub struct ClientCredentialsRequest {
    pub endpoint: EndpointVersion,
    pub client: AppId,
    pub credential: PresentedCredential,
    pub resource: ResourceIdentifier,
}

/// How the client proves who it is.
#[derive(Debug, Clone)]
pub enum PresentedCredential {
    Secret(SecretString),
    /// A signed assertion in compact form.
    Assertion(SecretString),
}

/// User name and password of an `Authorization: Basic` header, form-decoded (RFC 6749 section 2.3.1).
#[derive(Debug, Clone)]
pub struct BasicCredential {
    pub client_id: String,
    pub secret: SecretString,
}

/// Reads a token request. The order of the checks is the service's: grant type, client, scope,
/// credential.
pub fn parse(
    parameters: &Parameters,
    basic: Option<BasicCredential>,
    endpoint: EndpointVersion,
) -> Result<ClientCredentialsRequest, OAuthError> {
    check_grant_type(parameters.require("grant_type")?)?;
    let client = client_id(parameters, basic.as_ref())?;
    let resource = target::resource_of(parameters, endpoint)?;
    let credential = credential(parameters, basic)?;
    Ok(ClientCredentialsRequest { endpoint, client, credential, resource })
}

fn check_grant_type(grant_type: &str) -> Result<(), OAuthError> {
    if grant_type == "client_credentials" {
        return Ok(());
    }
    Err(OAuthError::new(
        Code::UnsupportedGrantType,
        format!("The grant type {} is not offered here; use 'client_credentials'.", quoted(grant_type)),
    ))
}

fn client_id(parameters: &Parameters, basic: Option<&BasicCredential>) -> Result<AppId, OAuthError> {
    let text = match (parameters.get("client_id")?, basic) {
        (Some(text), Some(basic)) if text != basic.client_id => {
            return Err(OAuthError::new(
                Code::MalformedRequest,
                "The client id of the form body and of the Authorization header differ.",
            ));
        }
        (Some(text), _) => text,
        (None, Some(basic)) => &basic.client_id,
        (None, None) => return Err(OAuthError::missing_parameter("client_id")),
    };
    parse_client_id(text)
}

/// Reads a client id: a GUID that is not all zeros.
///
/// The refusal does not repeat the text: it may be the secret, sent in the wrong place.
pub fn parse_client_id(text: &str) -> Result<AppId, OAuthError> {
    text.parse::<AppId>()
        .ok()
        .filter(|id| !id.as_guid().is_nil())
        .ok_or_else(|| OAuthError::new(Code::MalformedClientId, "The client id is no GUID, or all zeros."))
}

fn credential(
    parameters: &Parameters,
    basic: Option<BasicCredential>,
) -> Result<PresentedCredential, OAuthError> {
    let secret = parameters.get("client_secret")?;
    let assertion = parameters.get("client_assertion")?;
    let presented = [basic.is_some(), secret.is_some(), assertion.is_some()];
    if presented.into_iter().filter(|present| *present).count() > 1 {
        return Err(OAuthError::new(
            Code::MalformedRequest,
            "The request carries more than one client credential; send one (RFC 6749 section 2.3).",
        ));
    }
    if let Some(assertion) = assertion {
        let kind = parameters.require("client_assertion_type")?;
        if kind != JWT_BEARER_ASSERTION {
            return Err(OAuthError::new(
                Code::AssertionMalformed,
                format!("The client_assertion_type must be '{JWT_BEARER_ASSERTION}'."),
            ));
        }
        return Ok(PresentedCredential::Assertion(assertion.into()));
    }
    secret
        .map(SecretString::from)
        .or(basic.map(|basic| basic.secret))
        .map(PresentedCredential::Secret)
        .ok_or_else(|| {
            OAuthError::new(
                Code::CredentialMissing,
                "The request body must contain 'client_secret' or 'client_assertion'.",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "11111111-2222-4333-8444-555555555555";

    fn read(body: &str, basic: Option<(&str, &str)>) -> Result<ClientCredentialsRequest, Code> {
        let basic = basic.map(|(id, secret)| BasicCredential { client_id: id.into(), secret: secret.into() });
        let parameters = Parameters::from_urlencoded(body.as_bytes()).unwrap();
        parse(&parameters, basic, EndpointVersion::V2).map_err(|error| error.code())
    }

    fn form(rest: &str) -> String {
        format!("grant_type=client_credentials&scope=https%3A%2F%2Fx%2F.default&{rest}")
    }

    fn presented(request: &ClientCredentialsRequest) -> (&'static str, &str) {
        match &request.credential {
            PresentedCredential::Secret(secret) => ("secret", secret.expose()),
            PresentedCredential::Assertion(assertion) => ("assertion", assertion.expose()),
        }
    }

    #[test]
    fn each_way_to_present_a_credential_is_read() {
        let body = read(&form(&format!("client_id={CLIENT}&client_secret=a%2Bb")), None).unwrap();
        assert_eq!(body.client.to_string(), CLIENT);
        assert_eq!(body.resource.as_str(), "https://x");
        assert_eq!(presented(&body), ("secret", "a+b"));
        let basic = read(&form(""), Some((CLIENT, "s"))).unwrap();
        assert_eq!(presented(&basic), ("secret", "s"));
        let kind = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let assertion =
            read(&form(&format!("client_id={CLIENT}&client_assertion=a.b.c&{kind}")), None).unwrap();
        assert_eq!(presented(&assertion), ("assertion", "a.b.c"));
    }

    #[test]
    fn every_defect_has_its_code() {
        let zero = "00000000-0000-0000-0000-000000000000";
        for (body, code) in [
            (String::new(), Code::ParameterMissing),
            ("grant_type=password".into(), Code::UnsupportedGrantType),
            ("grant_type=authorization_code&code=x".into(), Code::UnsupportedGrantType),
            (form("client_secret=s"), Code::ParameterMissing),
            (form("client_id=nonsense&client_secret=s"), Code::MalformedClientId),
            (form(&format!("client_id={zero}&client_secret=s")), Code::MalformedClientId),
            (form(&format!("client_id={CLIENT}")), Code::CredentialMissing),
            (form(&format!("client_id={CLIENT}&client_secret=s&client_assertion=x")), Code::MalformedRequest),
            (form(&format!("client_id={CLIENT}&client_assertion=x")), Code::ParameterMissing),
            (
                form(&format!("client_id={CLIENT}&client_assertion=x&client_assertion_type=y")),
                Code::AssertionMalformed,
            ),
            (form(&format!("client_id={CLIENT}&client_id={CLIENT}&client_secret=s")), Code::MalformedRequest),
        ] {
            assert_eq!(read(&body, None).map(|_| ()), Err(code), "{body}");
        }
        let differing = read(&form(&format!("client_id={CLIENT}")), Some((zero, "s")));
        assert_eq!(differing.map(|_| ()), Err(Code::MalformedRequest));
    }
}
