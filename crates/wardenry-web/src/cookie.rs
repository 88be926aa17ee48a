//! Cookies, all with the `__Host-` prefix: secure, for this host only, unreadable to scripts.

use http::{HeaderMap, HeaderValue, header};
use wardenry_core::secret::SecretString;

/// The session of a signed-in browser.
pub const SESSION: &str = "__Host-wardenry-session";
/// Sessions of further accounts of the same browser, which wait until they are chosen.
pub const WAITING_SESSIONS: [&str; 4] = [
    "__Host-wardenry-session-1",
    "__Host-wardenry-session-2",
    "__Host-wardenry-session-3",
    "__Host-wardenry-session-4",
];
/// The secret that binds forms to the browser that asked for them.
pub const FORM: &str = "__Host-wardenry-form";

/// The value of a cookie; of two with the same name, the first.
pub fn read(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(candidate, value)| *candidate == name && !value.is_empty())
        .map(|(_, value)| value.into())
}

/// A `Set-Cookie` value that lives as long as the browser's session.
///
/// `SameSite=Lax` lets the cookie travel with the consent link, a top-level navigation from anywhere,
/// and with nothing else that another site can cause.
pub fn set(name: &str, value: &SecretString) -> Option<HeaderValue> {
    let mut header =
        HeaderValue::try_from(format!("{name}={}; Path=/; Secure; HttpOnly; SameSite=Lax", value.expose()))
            .ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// A `Set-Cookie` value that removes a cookie.
pub fn remove(name: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; __Host-wardenry-form=x=y; b=2"));
        assert_eq!(read(&headers, FORM).unwrap().expose(), "x=y");
        assert!(read(&headers, SESSION).is_none());
    }

    #[test]
    fn cookies_are_bound_to_host_and_transport() {
        let value = set(SESSION, &"v".into()).unwrap();
        assert_eq!(value, "__Host-wardenry-session=v; Path=/; Secure; HttpOnly; SameSite=Lax");
        assert!(value.is_sensitive());
        assert!(set(SESSION, &"a\nb".into()).is_none());
    }
}
