//! Request parameters, decoded once and read by name.

use crate::error::{Code, OAuthError, quoted};

/// The most parameters that are looked at in one request.
const MAX_PARAMETERS: usize = 100;

/// The parameters of a query or form body. Names are case-sensitive (RFC 6749 section 3.1).
///
/// `Debug` shows the names only: values may be secrets.
#[derive(Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes `application/x-www-form-urlencoded` bytes.
    pub fn from_urlencoded(bytes: &[u8]) -> Result<Self, OAuthError> {
        let mut pairs = url::form_urlencoded::parse(bytes);
        let decoded: Vec<_> =
            pairs.by_ref().take(MAX_PARAMETERS).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        if pairs.next().is_some() {
            return Err(OAuthError::new(
                Code::MalformedRequest,
                format!("The request has more than {MAX_PARAMETERS} parameters."),
            ));
        }
        Ok(Self(decoded))
    }

    /// The parameter's value. A parameter without a value counts as absent, and one that is sent twice
    /// is refused (RFC 6749 section 3.1).
    pub fn get(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        let mut values =
            self.0.iter().filter(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(OAuthError::new(
                Code::MalformedRequest,
                format!("The request has the parameter {} more than once.", quoted(name)),
            ));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The value of a parameter that has to be there.
    pub fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name)?.ok_or_else(|| OAuthError::missing_parameter(name))
    }
}

impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_empty_ones_count_as_absent() {
        let parameters = Parameters::from_urlencoded(b"a=1+2%2F&b=&c").unwrap();
        assert_eq!(parameters.get("a"), Ok(Some("1 2/")));
        assert_eq!(parameters.get("b"), Ok(None));
        assert_eq!(parameters.get("c"), Ok(None));
        assert_eq!(parameters.get("A"), Ok(None));
        assert_eq!(parameters.require("b"), Err(OAuthError::missing_parameter("b")));
    }

    #[test]
    fn a_repeated_parameter_and_too_many_are_refused() {
        let parameters = Parameters::from_urlencoded(b"a=1&a=1&b=2").unwrap();
        assert_eq!(parameters.get("a").unwrap_err().code(), Code::MalformedRequest);
        assert_eq!(parameters.get("b"), Ok(Some("2")));
        let many = "x=1&".repeat(101);
        assert_eq!(Parameters::from_urlencoded(many.as_bytes()).unwrap_err().code(), Code::MalformedRequest);
    }

    #[test]
    fn values_are_not_printed() {
        let parameters = Parameters::from_urlencoded(b"client_secret=hunter2").unwrap();
        assert_eq!(format!("{parameters:?}"), r#"{"client_secret"}"#);
    }
}
