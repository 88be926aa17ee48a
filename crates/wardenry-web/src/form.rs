//! Forms that only this server's own pages can send.
//!
//! Every page with a form sets a random cookie and repeats its value in a hidden field; a submission
//! is taken only when both arrive and are equal. Another site can neither read nor set a `__Host-`
//! cookie. Submissions whose `Sec-Fetch-Site` or `Origin` names another site are refused as well.

use http::HeaderMap;
use wardenry_core::entropy::{Entropy, random_bytes};
use wardenry_core::secret::SecretString;

use crate::cookie;
use crate::origin::Origin;

/// The name of the hidden field.
pub const FIELD: &str = "form_token";

/// The browser's form secret: the one it has, or a new one and its cookie.
pub fn token(headers: &HeaderMap, entropy: &dyn Entropy) -> SecretString {
    cookie::read(headers, cookie::FORM).filter(is_plausible).unwrap_or_else(|| {
        let [first, second] = [(); 2].map(|()| u128::from_be_bytes(random_bytes(entropy)));
        SecretString::new(format!("{first:032x}{second:032x}"))
    })
}

fn is_plausible(token: &SecretString) -> bool {
    token.expose().len() == 64 && token.expose().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The submission was not made by a page of this server in this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForgedForm;

/// Checks a submission.
pub fn check(headers: &HeaderMap, origin: &Origin, submitted: Option<&str>) -> Result<(), ForgedForm> {
    let foreign_site =
        headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    // A form page has the referrer policy `no-referrer`, for which browsers send `Origin: null`.
    let foreign_origin =
        headers.get(http::header::ORIGIN).is_some_and(|sent| sent != origin.as_str() && sent != "null");
    let bound = match (cookie::read(headers, cookie::FORM).filter(is_plausible), submitted) {
        (Some(cookie), Some(field)) => cookie.matches(&field.into()),
        _ => false,
    };
    if bound && !foreign_site && !foreign_origin { Ok(()) } else { Err(ForgedForm) }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use wardenry_core::entropy::SystemEntropy;

    use super::*;
    use crate::origin::OwnOrigins;

    fn headers(token: &SecretString) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let cookie = format!("{}={}", cookie::FORM, token.expose());
        headers.insert(http::header::COOKIE, HeaderValue::try_from(cookie).unwrap());
        headers
    }

    #[test]
    fn only_a_submission_with_the_browsers_own_token_passes() {
        let origin = OwnOrigins::new(["localhost:8443"]).unwrap().preferred().clone();
        let fresh = token(&HeaderMap::new(), &SystemEntropy);
        let mut headers = headers(&fresh);
        assert!(token(&headers, &SystemEntropy).matches(&fresh), "a browser keeps its token");
        assert_eq!(check(&headers, &origin, Some(fresh.expose())), Ok(()));
        assert_eq!(check(&headers, &origin, None), Err(ForgedForm));
        assert_eq!(check(&headers, &origin, Some(&"0".repeat(64))), Err(ForgedForm));
        assert_eq!(check(&HeaderMap::new(), &origin, Some(fresh.expose())), Err(ForgedForm));
        headers.insert(http::header::ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert_eq!(check(&headers, &origin, Some(fresh.expose())), Err(ForgedForm));
        headers.insert(http::header::ORIGIN, HeaderValue::from_static("https://localhost:8443"));
        headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        assert_eq!(check(&headers, &origin, Some(fresh.expose())), Err(ForgedForm));
    }
}
