//! The body of a hunting request: `Query`, and in the Graph shape `Timespan`.

use axum::body::Body;
use serde_json::Value;
use wardenry_web::body::{self, BodyError};
use wardenry_web::limits::{BODY_TIMEOUT, MAX_JSON_BYTES};

/// What was asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HuntRequest {
    pub(super) query: String,
    /// As written.
    pub(super) timespan: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum HuntRequestError {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("the request body must be a JSON object with the member Query: {0}")]
    NotJson(String),
    #[error("the request body has no query: it must be a JSON object with the member Query")]
    QueryMissing,
    #[error("the member {0} of the request body must be a text")]
    NotText(&'static str),
    #[error("the request body has the member {0} twice")]
    Twice(&'static str),
}

impl HuntRequest {
    /// Reads and parses a body. Its content type is not looked at: clients send several, and the bytes are JSON or not.
    pub(super) async fn read(body: Body) -> Result<Self, HuntRequestError> {
        Self::parse(&body::read(body, MAX_JSON_BYTES, BODY_TIMEOUT).await?)
    }

    /// Members in any letter case: documentation and clients send both. Others are ignored.
    fn parse(body: &[u8]) -> Result<Self, HuntRequestError> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let members: serde_json::Map<String, Value> =
            serde_json::from_slice(body).map_err(|error| HuntRequestError::NotJson(error.to_string()))?;
        let query = text(&members, "Query")?.ok_or(HuntRequestError::QueryMissing)?;
        Ok(Self { query, timespan: text(&members, "Timespan")? })
    }
}

fn text(
    members: &serde_json::Map<String, Value>,
    wanted: &'static str,
) -> Result<Option<String>, HuntRequestError> {
    let mut found = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let value = match found.next() {
        None | Some((_, Value::Null)) => None,
        Some((_, Value::String(text))) => Some(text.clone()),
        Some(_) => return Err(HuntRequestError::NotText(wanted)),
    };
    if found.next().is_some() { Err(HuntRequestError::Twice(wanted)) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_no_letter_case_and_unknown_ones_are_ignored() {
        for body in [
            r#"{"Query":"print 1","Timespan":"P7D"}"#,
            "\u{feff}{\"query\":\"print 1\",\"timespan\":\"P7D\",\"x\":1}",
            r#"{"QUERY":"print 1","TimeSpan":"P7D"}"#,
        ] {
            let expected = HuntRequest { query: "print 1".to_owned(), timespan: Some("P7D".to_owned()) };
            assert_eq!(HuntRequest::parse(body.as_bytes()), Ok(expected), "{body}");
        }
    }

    #[test]
    fn everything_else_says_what_is_wrong() {
        for (body, error) in [
            ("{}", HuntRequestError::QueryMissing),
            (r#"{"Query":null}"#, HuntRequestError::QueryMissing),
            (r#"{"Query":1}"#, HuntRequestError::NotText("Query")),
            (r#"{"Query":"x","query":"y"}"#, HuntRequestError::Twice("Query")),
            (r#"{"Query":"x","Timespan":7}"#, HuntRequestError::NotText("Timespan")),
        ] {
            assert_eq!(HuntRequest::parse(body.as_bytes()), Err(error), "{body}");
        }
        for body in [&b""[..], b"[]", b"{", b"\"print 1\"", b"{\"Query\":\"\xff\"}"] {
            assert!(matches!(HuntRequest::parse(body), Err(HuntRequestError::NotJson(_))));
        }
    }
}
