//! The identity platform's errors: one table of codes, one shape.
//!
//! A refusal is an [`OAuthError`]: a code of the table, and a sentence for the person who reads it. The
//! wire shape is [`ErrorBody`]. The sentences are ours; nobody may parse them. They hold no double
//! quote, backslash, control or non-ASCII character, because a widely used client library cannot read
//! a description that needs JSON escapes and then hides the real error.

use serde::Serialize;
use uuid::Uuid;
use wardenry_core::time::Timestamp;

macro_rules! codes {
    ($($name:ident = $number:literal, $error:literal, $status:literal, $lookup:ident, $title:literal, $advice:literal;)+) => {
        /// A stable code (`AADSTS…`); [`title`](Self::title) says what it means. Numbers are never changed or reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($name,)+
        }

        impl Code {
            /// All codes in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The number after `AADSTS`.
            pub const fn number(self) -> u32 {
                match self { $(Self::$name => $number,)+ }
            }

            /// The `error` value that the code comes with, unless the endpoint says otherwise.
            pub const fn error(self) -> &'static str {
                match self { $(Self::$name => $error,)+ }
            }

            /// The HTTP status of a direct answer with this code.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// Whether answers carry an `error_uri` to the look-up page, as the live service does for some codes.
            pub const fn has_lookup(self) -> bool {
                match self { $(Self::$name => codes!(@lookup $lookup),)+ }
            }

            /// What the code means, for the look-up page and the reference.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What to do about it.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)+ }
            }
        }
    };
    (@lookup lookup) => { true };
    (@lookup plain) => { false };
}

// Statuses and `error` values follow recordings where there are any; the rest is the most careful
// reading of the documentation (reference page: docs/errors.md).
codes! {
    SelectAccount = 16000, "interaction_required", 400, plain,
        "The signed-in account belongs to another tenant.",
        "Sign out and sign in with an account of the tenant in the address.";
    InvalidScopeFormat = 28003, "invalid_scope", 400, plain,
        "The scope parameter holds no usable scope.",
        "Send scope=<identifier>/.default, for example https://api.security.microsoft.com/.default.";
    RedirectUriMismatch = 50011, "invalid_request", 400, plain,
        "The redirect URI is not registered for the application.",
        "Compare the redirect_uri of the request with the registration, character by character.";
    UserNotInTenant = 50020, "invalid_request", 400, plain,
        "The user's account does not exist in this tenant.",
        "Sign in with an account of the tenant in the address.";
    AssertionMalformed = 50027, "invalid_request", 400, plain,
        "The client assertion is not a usable signed token.",
        "Sign the assertion with RS256 or PS256 and name the certificate by x5t#S256 or x5t in the header.";
    AssertionIssuerMismatch = 50048, "invalid_client", 401, plain,
        "The client assertion's iss and sub are not both the client id.",
        "Set iss and sub of the assertion to the application (client) id.";
    UnknownInstance = 50049, "invalid_instance", 400, plain,
        "The authority in authorization_endpoint is not known here.",
        "Use an address of this server, or switch instance discovery off in the client library.";
    MalformedInstance = 50050, "invalid_request", 400, plain,
        "The authorization_endpoint parameter is not an https address.",
        "Send authorization_endpoint=https://<host>/<tenant>/oauth2/v2.0/authorize.";
    AccountLocked = 50053, "invalid_grant", 429, plain,
        "Too many failed sign-ins for this account or address.",
        "Wait some minutes, then try again with the right password.";
    AccountDisabled = 50057, "invalid_grant", 400, plain,
        "The account is switched off.",
        "Ask an administrator of the tenant to enable the account.";
    NotSignedIn = 50058, "login_required", 400, plain,
        "prompt=none was asked for, but nobody is signed in.",
        "Start again without prompt=none.";
    NoTenant = 50059, "invalid_request", 400, plain,
        "The request names no tenant.",
        "Put the customer's tenant id or domain into the address instead of common.";
    InvalidCredentials = 50126, "invalid_grant", 400, lookup,
        "User name or password is wrong.",
        "Check both and try again.";
    SingleTenantApplication = 50194, "invalid_request", 400, plain,
        "The application is registered for its own tenant only.",
        "Use the application's own tenant in the address, or register it for multiple organisations.";
    ConsentRequired = 65001, "consent_required", 400, plain,
        "Nobody has consented to what the application asks for, and no consent page may be shown.",
        "Start again without prompt=none.";
    ConsentDeclined = 65004, "access_denied", 400, plain,
        "The user declined to consent.",
        "Open the link again and accept, if the application is trusted.";
    ApplicationMisconfigured = 65005, "invalid_client", 400, plain,
        "The application asks for a permission that does not exist.",
        "Correct the API permissions in the application's registration.";
    UnsupportedGrantType = 70003, "unsupported_grant_type", 400, plain,
        "The grant type is not offered here.",
        "Send grant_type=client_credentials.";
    UnsupportedResponseMode = 70007, "invalid_request", 400, plain,
        "The response mode is not known.",
        "Send response_mode=query, fragment or form_post.";
    InvalidScope = 70011, "invalid_scope", 400, plain,
        "The scope is not valid for this request.",
        "Send exactly one scope of the form <identifier>/.default.";
    AdminConsentRequired = 90094, "access_denied", 403, plain,
        "Only an administrator can consent to these permissions.",
        "Send the link to a Global Administrator of the organisation.";
    AdminMayNotGrant = 90093, "access_denied", 403, plain,
        "The signed-in administrator's role does not cover these permissions.",
        "Ask a Global Administrator or a Privileged Role Administrator.";
    TenantNotFound = 90002, "invalid_request", 400, lookup,
        "There is no such tenant.",
        "Check the tenant id or domain in the address.";
    Transient = 90033, "temporarily_unavailable", 503, plain,
        "A temporary fault of the server.",
        "Try again in a moment.";
    Throttled = 90055, "temporarily_unavailable", 429, plain,
        "Too many requests.",
        "Wait for the number of seconds in Retry-After, then try again.";
    ResourceNotFound = 500011, "invalid_resource", 400, lookup,
        "The tenant has no service principal for this resource.",
        "Check the identifier; if it is right, the tenant is not licensed for the resource.";
    NoRedirectUri = 500113, "invalid_request", 400, plain,
        "The application has no redirect URI.",
        "Register one, for example https://portal.azure.com of type web.";
    AssignmentRequired = 501051, "invalid_grant", 400, plain,
        "The resource only serves applications that are assigned to it.",
        "Have an administrator of the tenant grant a permission on the resource.";
    ServiceNotEnabled = 650052, "invalid_client", 400, plain,
        "The tenant is not licensed for a service that the application needs.",
        "License the tenant for the named service, then consent again.";
    ResponseTypeNotEnabled = 700054, "unsupported_response_type", 400, plain,
        "The response type is not offered here.",
        "Send response_type=code.";
    ApplicationNotFound = 700016, "unauthorized_client", 400, lookup,
        "The application is not known in this tenant.",
        "Check the client id; a single-tenant application only works in its own tenant.";
    SeveralResources = 700022, "invalid_request", 400, plain,
        "The scope names several resources.",
        "Ask for one resource per request.";
    NoResource = 700023, "invalid_request", 400, plain,
        "The scope names no resource.",
        "Send scope=<identifier>/.default.";
    AssertionTimeRange = 700024, "invalid_client", 401, plain,
        "The client assertion is outside its time range.",
        "Make a fresh assertion that lives for at most an hour, and check this machine's clock.";
    AssertionSignature = 700027, "invalid_client", 401, plain,
        "The client assertion's key is not registered, has expired, or did not sign it.",
        "Upload the certificate to the application's registration, or use the key that belongs to it.";
    MalformedClientId = 700038, "unauthorized_client", 400, plain,
        "The client id is not usable.",
        "Send the application (client) id, a GUID that is not all zeros.";
    ParameterMissing = 900144, "invalid_request", 400, lookup,
        "A required parameter is missing.",
        "Send the named parameter in the form body (token) or query (authorize).";
    InvalidTenantName = 900023, "invalid_request", 400, plain,
        "The tenant in the address is neither a GUID nor a domain name.",
        "Put the customer's tenant id or domain into the address.";
    PostRequired = 900561, "invalid_request", 405, plain,
        "The endpoint accepts POST requests only.",
        "Send the request as POST with a form body.";
    NoReplyAddress = 900971, "invalid_request", 400, plain,
        "The request names no redirect URI, and several are registered.",
        "Send redirect_uri with one of the registered addresses.";
    ResourceParameterOnV2 = 901002, "invalid_request", 400, plain,
        "The v2 endpoint does not take a resource parameter.",
        "Send scope=<identifier>/.default instead, or use the v1 endpoint.";
    ScopeNotDefault = 1002012, "invalid_scope", 400, plain,
        "An app-only request must ask for /.default.",
        "Send scope=<identifier>/.default; single permissions cannot be asked for.";
    ApplicationDisabled = 7000112, "unauthorized_client", 400, plain,
        "The application or its service principal is switched off.",
        "Have it enabled by its publisher or by an administrator of the tenant.";
    InvalidSecret = 7000215, "invalid_client", 401, lookup,
        "The client secret is wrong.",
        "Send the secret's value, not its id; make a new secret if the value is lost.";
    CredentialMissing = 7000218, "invalid_client", 401, plain,
        "The request carries no client credential.",
        "Send client_secret, or client_assertion with client_assertion_type.";
    SecretExpired = 7000222, "invalid_client", 401, lookup,
        "The client secret has expired.",
        "Add a new secret to the application's registration and use it.";
    PrincipalMissing = 7000229, "invalid_client", 401, plain,
        "The tenant has no service principal for the application: nobody there has consented yet, or the consent was withdrawn.",
        "Have an administrator of the tenant open the consent link.";
    GrantNeedsTenant = 9001023, "invalid_request", 400, plain,
        "The grant type cannot be used on common, organizations or consumers.",
        "Put the customer's tenant id or domain into the address.";
    MalformedRequest = 9002313, "invalid_request", 400, plain,
        "The request is malformed.",
        "Send an application/x-www-form-urlencoded body with each parameter once.";
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("AADSTS{}: {text}", code.number())]
pub struct OAuthError {
    code: Code,
    error: &'static str,
    text: String,
}

impl OAuthError {
    /// A refusal with a sentence. Characters that a description may not hold are replaced.
    pub fn new(code: Code, text: impl AsRef<str>) -> Self {
        Self { code, error: code.error(), text: plain(text.as_ref()) }
    }

    /// A refusal in the words of the table.
    pub fn of(code: Code) -> Self {
        Self::new(code, code.title())
    }

    /// A refusal because a required parameter is missing.
    pub fn missing_parameter(name: &str) -> Self {
        Self::new(
            Code::ParameterMissing,
            format!("The request must contain the parameter '{name}', but it is missing or empty."),
        )
    }

    /// The same refusal with the `error` value that another endpoint uses for it.
    #[must_use]
    pub fn with_error(self, error: &'static str) -> Self {
        Self { error, ..self }
    }

    pub fn code(&self) -> Code {
        self.code
    }

    /// The OAuth `error` value.
    pub fn error(&self) -> &'static str {
        self.error
    }

    /// The sentence after the code.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The HTTP status of a direct answer.
    pub fn status(&self) -> u16 {
        self.code.status()
    }
}

/// Replaces everything that would need an escape in JSON or is not ASCII, and cuts off after 600 characters.
fn plain(text: &str) -> String {
    let replace = |c: char| match c {
        '"' | '\\' => '\'',
        ' '..='~' => c,
        _ => '?',
    };
    text.chars().take(600).map(replace).collect()
}

/// A client's own text inside a sentence: cut off after 100 characters.
pub fn quoted(text: &str) -> String {
    let mut cut: String = text.chars().take(100).collect();
    if cut.len() < text.len() {
        cut.push_str("...");
    }
    format!("'{cut}'")
}

/// Ids and time under which a refusal is reported and logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    pub trace_id: Uuid,
    /// The client's `client-request-id` when it sent one, else a fresh id.
    pub correlation_id: Uuid,
    pub at: Timestamp,
}

/// The JSON body of a refusal at the token and metadata endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    pub error: &'static str,
    pub error_description: String,
    pub error_codes: [u32; 1],
    pub timestamp: String,
    pub trace_id: Uuid,
    pub correlation_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<String>,
}

impl ErrorBody {
    /// Renders a refusal; `origin` is the server's own address for the look-up link.
    pub fn new(error: &OAuthError, occurrence: &Occurrence, origin: &str) -> Self {
        let number = error.code.number();
        Self {
            error: error.error,
            error_description: description(error, occurrence),
            error_codes: [number],
            timestamp: occurrence.at.to_error_stamp(),
            trace_id: occurrence.trace_id,
            correlation_id: occurrence.correlation_id,
            error_uri: error.code.has_lookup().then(|| format!("{origin}/error?code={number}")),
        }
    }
}

/// The `error_description`: code, sentence and trailers, separated by single spaces.
pub fn description(error: &OAuthError, occurrence: &Occurrence) -> String {
    format!(
        "AADSTS{}: {} Trace ID: {} Correlation ID: {} Timestamp: {}",
        error.code.number(),
        error.text,
        occurrence.trace_id,
        occurrence.correlation_id,
        occurrence.at.to_error_stamp()
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_are_unique_and_texts_are_plain() {
        let mut numbers = HashSet::new();
        for code in Code::ALL {
            assert!(numbers.insert(code.number()), "{code:?}");
            assert_eq!(plain(code.title()), code.title(), "{code:?}");
            assert!(matches!(code.status(), 400 | 401 | 403 | 405 | 429 | 503), "{code:?}");
            assert!(!code.advice().is_empty());
        }
    }

    #[test]
    fn the_body_has_the_recorded_shape() {
        let occurrence = Occurrence {
            trace_id: Uuid::from_u128(1),
            correlation_id: Uuid::from_u128(2),
            at: Timestamp::parse("2026-01-31T08:09:10Z").unwrap(),
        };
        let error = OAuthError::new(Code::InvalidSecret, "no \"good\"\r\n\u{e9}");
        let body = ErrorBody::new(&error, &occurrence, "https://localhost:8443");
        assert_eq!(
            serde_json::to_value(&body).unwrap(),
            serde_json::json!({
                "error": "invalid_client",
                "error_description": "AADSTS7000215: no 'good'??? Trace ID: 00000000-0000-0000-0000-000000000001 \
                    Correlation ID: 00000000-0000-0000-0000-000000000002 Timestamp: 2026-01-31 08:09:10Z",
                "error_codes": [7_000_215],
                "timestamp": "2026-01-31 08:09:10Z",
                "trace_id": "00000000-0000-0000-0000-000000000001",
                "correlation_id": "00000000-0000-0000-0000-000000000002",
                "error_uri": "https://localhost:8443/error?code=7000215",
            })
        );
        let plain =
            ErrorBody::new(&OAuthError::of(Code::UnsupportedGrantType), &occurrence, "https://localhost");
        assert_eq!(plain.error_uri, None);
    }

    #[test]
    fn a_clients_text_is_cut() {
        assert_eq!(quoted("abc"), "'abc'");
        assert_eq!(quoted(&"x".repeat(101)), format!("'{}...'", "x".repeat(100)));
    }
}
