//! Redirect URIs: what may be registered, what matches, and how an answer is sent to one.
//!
//! Nothing is ever sent to an address that was not registered for the application (RFC 9700 section
//! 2.1). Comparison is exact and case-sensitive; only the port of a loopback address is left out of it
//! (RFC 8252 section 7.3).

use url::Url;

use crate::answers::SignInAudience;

/// The most redirect URIs that one application may register.
pub const MAX_REDIRECT_URIS: usize = 256;
/// The longest redirect URI, in characters.
pub const MAX_REDIRECT_URI_LENGTH: usize = 256;

/// For which kind of client a redirect URI is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    Web,
    Spa,
    PublicClient,
}

/// Why a redirect URI cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectUriError {
    #[error("longer than {MAX_REDIRECT_URI_LENGTH} characters")]
    TooLong,
    #[error("not an absolute address such as https://app.example/callback")]
    NotAbsolute,
    #[error("white space, control characters and backslashes are not allowed")]
    Characters,
    #[error("http is only allowed for localhost and 127.0.0.1; use https")]
    NotHttps,
    #[error("a fragment (#…) is not allowed")]
    Fragment,
    #[error("a wildcard (*) is not allowed")]
    Wildcard,
    #[error("user name and password are not allowed")]
    UserInfo,
    #[error("a query (?…) is only allowed for applications of a single tenant")]
    Query,
    #[error("this scheme cannot be redirected to")]
    Scheme,
}

/// Checks a redirect URI for registration.
pub fn check_registration(
    uri: &str,
    platform: Platform,
    audience: SignInAudience,
) -> Result<(), RedirectUriError> {
    if uri.chars().count() > MAX_REDIRECT_URI_LENGTH {
        return Err(RedirectUriError::TooLong);
    }
    if uri.contains(is_altered_by_parsing) {
        return Err(RedirectUriError::Characters);
    }
    let parsed = Url::parse(uri).map_err(|_| RedirectUriError::NotAbsolute)?;
    if uri.contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    if uri.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(RedirectUriError::UserInfo);
    }
    if parsed.query().is_some() && audience != SignInAudience::AzureADMyOrg {
        return Err(RedirectUriError::Query);
    }
    match (parsed.scheme(), platform) {
        ("https", _) => Ok(()),
        ("http", _) if is_loopback(&parsed) => Ok(()),
        ("http", _) => Err(RedirectUriError::NotHttps),
        ("javascript" | "data" | "file" | "vbscript" | "blob" | "about", _) => Err(RedirectUriError::Scheme),
        (_, Platform::PublicClient) => Ok(()),
        _ => Err(RedirectUriError::NotHttps),
    }
}

/// Whether parsers of addresses drop or change the character, so that what is compared is not what is
/// opened.
fn is_altered_by_parsing(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\\'
}

fn is_loopback(uri: &Url) -> bool {
    matches!(uri.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// Whether a requested redirect URI is the registered one.
pub fn matches(registered: &str, requested: &str) -> bool {
    if registered == requested {
        return true;
    }
    if requested.contains(is_altered_by_parsing) {
        return false;
    }
    let (Ok(one), Ok(other)) = (Url::parse(registered), Url::parse(requested)) else { return false };
    one.scheme() == "http"
        && is_loopback(&one)
        && other.scheme() == "http"
        && one.host_str() == other.host_str()
        && one.path() == other.path()
        && one.query() == other.query()
        && other.fragment().is_none()
        && other.username().is_empty()
        && other.password().is_none()
}

/// How the answer travels to the redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    /// Reads the `response_mode` parameter.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "query" => Some(Self::Query),
            "fragment" => Some(Self::Fragment),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }
}

/// The address with the answer in its query or fragment. A registered address without a path gets a `/`.
///
/// For [`ResponseMode::FormPost`] the answer travels in a form instead; this returns the bare address.
pub fn with_answer(uri: &str, mode: ResponseMode, answer: &[(&str, &str)]) -> String {
    let Ok(mut target) = Url::parse(uri) else { return uri.to_owned() };
    match mode {
        ResponseMode::Query => {
            target.query_pairs_mut().extend_pairs(answer);
        }
        ResponseMode::Fragment => {
            let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
            target.set_fragment(Some(&encoded));
        }
        ResponseMode::FormPost => {}
    }
    target.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(uri: &str) -> Result<(), RedirectUriError> {
        check_registration(uri, Platform::Web, SignInAudience::AzureADMultipleOrgs)
    }

    #[test]
    fn only_safe_addresses_can_be_registered() {
        assert_eq!(registered("https://portal.azure.com"), Ok(()));
        assert_eq!(registered("http://localhost:8080/cb"), Ok(()));
        assert_eq!(registered("http://127.0.0.1/cb"), Ok(()));
        for (uri, error) in [
            ("", RedirectUriError::NotAbsolute),
            ("/callback", RedirectUriError::NotAbsolute),
            ("http://app.example/cb", RedirectUriError::NotHttps),
            ("http://localhost.evil.example/cb", RedirectUriError::NotHttps),
            ("https://app.example/cb#x", RedirectUriError::Fragment),
            ("https://*.example/cb", RedirectUriError::Wildcard),
            ("https://u:p@app.example/cb", RedirectUriError::UserInfo),
            ("https://app.example/c b", RedirectUriError::Characters),
            ("https://app.example/\r\nX: y", RedirectUriError::Characters),
            ("http://localhost/\t", RedirectUriError::Characters),
            ("https://app.example\\cb", RedirectUriError::Characters),
            ("https://app.example/\u{2028}", RedirectUriError::Characters),
            ("https://app.example/cb?x=1", RedirectUriError::Query),
            ("javascript:alert(1)", RedirectUriError::Scheme),
            ("myapp://auth", RedirectUriError::NotHttps),
        ] {
            assert_eq!(registered(uri), Err(error), "{uri}");
        }
        let long = format!("https://app.example/{}", "a".repeat(250));
        assert_eq!(registered(&long), Err(RedirectUriError::TooLong));
        let single = |uri, platform| check_registration(uri, platform, SignInAudience::AzureADMyOrg);
        assert_eq!(single("https://app.example/cb?x=1", Platform::Web), Ok(()));
        assert_eq!(single("myapp://auth", Platform::PublicClient), Ok(()));
        assert_eq!(single("data:text/html,x", Platform::PublicClient), Err(RedirectUriError::Scheme));
    }

    #[test]
    fn matching_is_exact_but_for_the_port_of_loopback() {
        assert!(matches("https://app.example/cb", "https://app.example/cb"));
        assert!(matches("http://localhost/cb", "http://localhost:53124/cb"));
        for requested in [
            "https://app.example/CB",
            "https://app.example/cb/",
            "https://app.example:8443/cb",
            "https://app.example/cb?x=1",
            "https://app.example/cb#x",
            "http://app.example/cb",
        ] {
            assert!(!matches("https://app.example/cb", requested), "{requested}");
        }
        for requested in [
            "http://127.0.0.1:1/cb",
            "http://localhost:1/other",
            "http://u@localhost/cb",
            "https://localhost/cb",
            "http://localhost:1/c\nb",
            "http://localhost:1\\cb",
            " http://localhost:1/cb",
        ] {
            assert!(!matches("http://localhost/cb", requested), "{requested}");
        }
    }

    #[test]
    fn answers_are_appended_and_encoded() {
        let answer = [("code", "a b"), ("state", "x&y")];
        assert_eq!(
            with_answer("https://portal.azure.com", ResponseMode::Query, &answer),
            "https://portal.azure.com/?code=a+b&state=x%26y"
        );
        assert_eq!(
            with_answer("https://app.example/cb?k=v", ResponseMode::Query, &answer),
            "https://app.example/cb?k=v&code=a+b&state=x%26y"
        );
        assert_eq!(
            with_answer("https://app.example/cb", ResponseMode::Fragment, &answer),
            "https://app.example/cb#code=a+b&state=x%26y"
        );
        assert_eq!(
            with_answer("https://app.example/cb", ResponseMode::FormPost, &answer),
            "https://app.example/cb"
        );
    }
}
