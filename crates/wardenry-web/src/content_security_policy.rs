//! The content security policy of our pages: everything is denied, each addition has a reason.

use http::HeaderValue;
use url::Url;

/// Whether a page has scripts. They are files of ours; no page has any inside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    None,
    /// From our own address, and they may ask our own address.
    Own,
}

/// The policy of a page. `form_targets` are addresses that a form's answer may redirect to.
///
/// - `style-src 'self'`: the one style sheet, from our own address.
/// - `img-src 'self'`: our own images.
/// - `form-action 'self'` and the targets: browsers hold redirects after a submission to this list, and
///   consent ends with a redirect to the application's registered address.
/// - `frame-ancestors 'none'`: a consent page inside a foreign frame could be clicked by deception.
pub fn policy(scripts: Scripts, form_targets: &[&str]) -> HeaderValue {
    let scripts = match scripts {
        Scripts::None => "",
        Scripts::Own => " script-src 'self'; connect-src 'self';",
    };
    let mut text = format!(
        "default-src 'none';{scripts} style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self'"
    );
    for source in form_targets.iter().filter_map(|target| source_of(target)) {
        text.push(' ');
        text.push_str(&source);
    }
    HeaderValue::try_from(text)
        .unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}

/// The origin of an address, or the scheme where there is no origin.
fn source_of(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    match url.origin() {
        origin @ url::Origin::Tuple(..) => Some(origin.ascii_serialization()),
        url::Origin::Opaque(_) => Some(format!("{}:", url.scheme())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                        frame-ancestors 'none'; form-action 'self'";

    #[test]
    fn a_page_without_targets_has_the_bare_policy() {
        assert_eq!(policy(Scripts::None, &[]), BASE);
    }

    #[test]
    fn scripts_come_from_our_own_address_only() {
        let expected = BASE.replacen(" style-src", " script-src 'self'; connect-src 'self'; style-src", 1);
        assert_eq!(policy(Scripts::Own, &[]), expected);
    }

    #[test]
    fn targets_are_reduced_to_their_origin_and_cannot_add_directives() {
        assert_eq!(
            policy(Scripts::None, &["https://app.example:8080/cb?x=1"]),
            format!("{BASE} https://app.example:8080")
        );
        assert_eq!(policy(Scripts::None, &["myapp://auth/cb"]), format!("{BASE} myapp:"));
        assert_eq!(
            policy(Scripts::None, &["https://a.example/;script-src *"]),
            format!("{BASE} https://a.example")
        );
        assert_eq!(policy(Scripts::None, &["nonsense"]), BASE);
    }
}
