//! The parameters of an authorize or admin consent request, and the proof of where the answer may go.
//!
//! A request is read in two steps. First the [client](AuthorizeRequest::client_id) and the redirect URI
//! are settled; a defect there is shown as a page, because no address is proven. Only a
//! [`ProvenReply`] can receive an answer, and every later defect travels to it.

use wardenry_core::id::AppId;

use crate::EndpointVersion;
use crate::error::{Code, OAuthError, quoted};
use crate::parameters::Parameters;
use crate::redirect_uri::{self, ResponseMode};
use crate::token_request::parse_client_id;

/// Which address a request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsentEndpoint {
    /// `/oauth2/authorize` or `/oauth2/v2.0/authorize`.
    Authorize(EndpointVersion),
    /// `/adminconsent` or `/v2.0/adminconsent`.
    AdminConsent(EndpointVersion),
}

/// What the `prompt` parameter asks for. Values that are not known are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prompt {
    /// Sign in if needed, consent if needed.
    Automatic,
    /// Sign in again.
    Login,
    /// No interaction at all.
    None,
    /// Show the consent page even if everything is granted.
    Consent,
    /// Consent for the whole organisation.
    AdminConsent,
}

/// An address that was registered for the client, and how to answer there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenReply {
    uri: String,
    mode: ResponseMode,
    state: Option<String>,
}

/// An authorize or admin consent request whose reply address is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizeRequest {
    pub endpoint: ConsentEndpoint,
    pub client: AppId,
    pub prompt: Prompt,
    pub scope: Option<String>,
    pub login_hint: Option<String>,
    pub reply: ProvenReply,
}

/// The client id of a request, the first thing that is needed.
pub fn client_id(parameters: &Parameters) -> Result<AppId, OAuthError> {
    parse_client_id(parameters.require("client_id")?)
}

impl ProvenReply {
    /// Settles the reply address from the registered ones.
    ///
    /// A request without `redirect_uri` uses the only registered address. Of several, the v1 authorize
    /// endpoint takes the first, because the documentation's own consent link names none; the others
    /// insist on the parameter (RFC 6749 section 3.1.2.3).
    pub fn prove(
        parameters: &Parameters,
        endpoint: ConsentEndpoint,
        registered: &[&str],
    ) -> Result<Self, OAuthError> {
        let mode = match parameters.get("response_mode")? {
            None => ResponseMode::Query,
            Some(text) => ResponseMode::parse(text).ok_or_else(|| {
                OAuthError::new(
                    Code::UnsupportedResponseMode,
                    format!("The response_mode {} is not known.", quoted(text)),
                )
            })?,
        };
        let first_will_do = endpoint == ConsentEndpoint::Authorize(EndpointVersion::V1);
        let uri = match (parameters.get("redirect_uri")?, registered) {
            (_, []) => return Err(OAuthError::of(Code::NoRedirectUri)),
            (None, [only]) => (*only).to_owned(),
            (None, [first, ..]) if first_will_do => (*first).to_owned(),
            (None, _) => return Err(OAuthError::of(Code::NoReplyAddress)),
            (Some(requested), _) => {
                if !registered.iter().any(|known| redirect_uri::matches(known, requested)) {
                    return Err(OAuthError::new(
                        Code::RedirectUriMismatch,
                        format!(
                            "The redirect URI {} is not registered for the application.",
                            quoted(requested)
                        ),
                    ));
                }
                requested.to_owned()
            }
        };
        Ok(Self { uri, mode, state: parameters.get("state")?.map(str::to_owned) })
    }

    /// The registered address.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// How the answer travels.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// The answer's parameters with `state` returned unchanged at the end.
    pub fn answer<'a>(&'a self, mut parameters: Vec<(&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters
    }
}

/// Reads what is left of the request once the reply address is proven. A defect found here is answered
/// there.
pub fn parse(
    parameters: &Parameters,
    endpoint: ConsentEndpoint,
    client: AppId,
    reply: ProvenReply,
) -> Result<AuthorizeRequest, (OAuthError, ProvenReply)> {
    let read = || -> Result<_, OAuthError> {
        if matches!(endpoint, ConsentEndpoint::Authorize(_)) {
            check_response_type(parameters.require("response_type")?)?;
        }
        let scope = parameters.get("scope")?.map(str::to_owned);
        match endpoint {
            ConsentEndpoint::Authorize(EndpointVersion::V2)
            | ConsentEndpoint::AdminConsent(EndpointVersion::V2)
                if scope.is_none() =>
            {
                return Err(OAuthError::missing_parameter("scope"));
            }
            _ => {}
        }
        Ok((scope, prompt(parameters.get("prompt")?), parameters.get("login_hint")?.map(str::to_owned)))
    };
    match read() {
        Ok((scope, prompt, login_hint)) => {
            Ok(AuthorizeRequest { endpoint, client, prompt, scope, login_hint, reply })
        }
        Err(error) => Err((error, reply)),
    }
}

fn check_response_type(response_type: &str) -> Result<(), OAuthError> {
    if response_type == "code" {
        return Ok(());
    }
    Err(OAuthError::new(
        Code::ResponseTypeNotEnabled,
        format!("The response_type {} is not offered here; use 'code'.", quoted(response_type)),
    ))
}

fn prompt(text: Option<&str>) -> Prompt {
    match text {
        Some("login" | "select_account") => Prompt::Login,
        Some("none") => Prompt::None,
        Some("consent") => Prompt::Consent,
        Some("admin_consent") => Prompt::AdminConsent,
        _ => Prompt::Automatic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "11111111-2222-4333-8444-555555555555";
    const LINK: &str =
        "prompt=consent&client_id=11111111-2222-4333-8444-555555555555&response_type=code&sso_reload=true";

    fn parameters(query: &str) -> Parameters {
        Parameters::from_urlencoded(query.as_bytes()).unwrap()
    }

    fn reply(query: &str, registered: &[&str]) -> Result<ProvenReply, Code> {
        reply_at(ConsentEndpoint::Authorize(EndpointVersion::V1), query, registered)
    }

    fn reply_at(endpoint: ConsentEndpoint, query: &str, registered: &[&str]) -> Result<ProvenReply, Code> {
        ProvenReply::prove(&parameters(query), endpoint, registered).map_err(|error| error.code())
    }

    #[test]
    fn the_documentations_link_uses_the_registered_address() {
        let parameters = parameters(LINK);
        let endpoint = ConsentEndpoint::Authorize(EndpointVersion::V1);
        let reply = ProvenReply::prove(&parameters, endpoint, &["https://portal.azure.com"]).unwrap();
        let request = parse(&parameters, endpoint, client_id(&parameters).unwrap(), reply).unwrap();
        assert_eq!(request.client.to_string(), CLIENT);
        assert_eq!(request.prompt, Prompt::Consent);
        assert_eq!(request.reply.uri(), "https://portal.azure.com");
        assert_eq!(request.reply.answer(vec![("code", "x")]), [("code", "x")]);
    }

    #[test]
    fn an_address_is_proven_only_by_registration() {
        let registered = ["https://a.example/cb", "https://b.example/cb"];
        let proven =
            reply("redirect_uri=https://b.example/cb&state=s%26t&response_mode=fragment", &registered)
                .unwrap();
        assert_eq!((proven.uri(), proven.mode()), ("https://b.example/cb", ResponseMode::Fragment));
        assert_eq!(proven.answer(vec![]), [("state", "s&t")]);
        assert_eq!(reply("redirect_uri=https://evil.example", &registered), Err(Code::RedirectUriMismatch));
        assert_eq!(reply("redirect_uri=https://a.example/cb", &[]), Err(Code::NoRedirectUri));
        assert_eq!(reply("", &[]), Err(Code::NoRedirectUri));
        assert_eq!(reply("response_mode=smoke", &registered), Err(Code::UnsupportedResponseMode));
    }

    #[test]
    fn only_the_v1_link_may_leave_the_choice_among_several_addresses_open() {
        let registered = ["https://a.example/cb", "https://b.example/cb"];
        let v1 = ConsentEndpoint::Authorize(EndpointVersion::V1);
        assert_eq!(reply_at(v1, "", &registered).unwrap().uri(), "https://a.example/cb");
        for endpoint in [
            ConsentEndpoint::Authorize(EndpointVersion::V2),
            ConsentEndpoint::AdminConsent(EndpointVersion::V1),
            ConsentEndpoint::AdminConsent(EndpointVersion::V2),
        ] {
            assert_eq!(reply_at(endpoint, "", &registered), Err(Code::NoReplyAddress));
            assert_eq!(reply_at(endpoint, "", &registered[..1]).unwrap().uri(), "https://a.example/cb");
        }
    }

    #[test]
    fn later_defects_travel_to_the_proven_address() {
        let defect = |query: &str, endpoint| {
            let parameters = parameters(query);
            let reply = ProvenReply::prove(&parameters, endpoint, &["https://a.example/cb"]).unwrap();
            let client = CLIENT.parse().unwrap();
            parse(&parameters, endpoint, client, reply)
                .map(|_| ())
                .map_err(|(error, reply)| (error.code(), reply.uri))
        };
        let at = || "https://a.example/cb".to_owned();
        let v1 = ConsentEndpoint::Authorize(EndpointVersion::V1);
        let v2 = ConsentEndpoint::Authorize(EndpointVersion::V2);
        let admin = ConsentEndpoint::AdminConsent(EndpointVersion::V2);
        assert_eq!(defect("", v1), Err((Code::ParameterMissing, at())));
        assert_eq!(defect("response_type=token", v1), Err((Code::ResponseTypeNotEnabled, at())));
        assert_eq!(defect("response_type=code", v2), Err((Code::ParameterMissing, at())));
        assert_eq!(defect("", admin), Err((Code::ParameterMissing, at())));
        assert_eq!(defect("scope=x/.default", admin), Ok(()));
    }

    #[test]
    fn the_client_id_comes_first() {
        assert_eq!(client_id(&parameters("")).unwrap_err().code(), Code::ParameterMissing);
        assert_eq!(client_id(&parameters("client_id=x")).unwrap_err().code(), Code::MalformedClientId);
    }
}
