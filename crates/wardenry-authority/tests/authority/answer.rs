//! An answer, and what all answers of one kind have in common.

use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use wardenry_core::time::Timestamp;
use wardenry_oauth::error::Code;

use crate::world::{NOW, ORIGIN};

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// What a refusal says: HTTP status, code, `error`.
pub(crate) type Refusal = (u16, u32, String);

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}: {self:?}")).to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The token of a successful token answer.
    pub(crate) fn access_token(&self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// A JSON refusal, after checking everything that all of them have in common.
    pub(crate) fn refused(&self) -> Refusal {
        self.refused_at(NOW)
    }

    pub(crate) fn refused_at(&self, now: Timestamp) -> Refusal {
        assert!(self.header("content-type").starts_with("application/json"), "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store, no-cache");
        // A widely used client library cannot read a description with an escape in it.
        assert!(!self.text.contains('\\'), "{}", self.text);
        let body = self.json();
        let number = u32::try_from(body["error_codes"][0].as_u64().unwrap()).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let (trace, correlation) = (text("trace_id"), text("correlation_id"));
        assert_eq!(trace, self.header("x-ms-request-id"));
        Uuid::try_parse(&correlation).unwrap();
        let description = text("error_description");
        assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
        let trailer =
            format!(" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}", now.to_error_stamp());
        assert!(description.ends_with(&trailer), "{description}");
        let mut expected = json!({
            "error": text("error"),
            "error_description": description,
            "error_codes": [number],
            "timestamp": now.to_error_stamp(),
            "trace_id": trace,
            "correlation_id": correlation,
        });
        if code(number).has_lookup() {
            expected["error_uri"] = json!(format!("{ORIGIN}/error?code={number}"));
        }
        assert_eq!(body, expected);
        assert_eq!(self.header("x-ms-clitelem"), format!("1,{number},0,,"));
        (self.status.as_u16(), number, text("error"))
    }

    /// A page, after checking everything that all of them have in common.
    pub(crate) fn page(&self) -> &str {
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8", "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("referrer-policy"), "no-referrer");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("x-frame-options"), "DENY");
        assert!(self.header("content-security-policy").starts_with(POLICY), "{self:?}");
        let page = &self.text;
        assert!(
            page.starts_with("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"),
            "{page}"
        );
        for element in ["<title>", "<main>", "<h1>"] {
            assert_eq!(page.matches(element).count(), 1, "{element}: {page}");
        }
        for forbidden in ["<script", " style=", " onclick", "<iframe", "<img", "src=", "href=\"javascript:"] {
            assert!(!page.contains(forbidden), "{forbidden}: {page}");
        }
        page
    }

    /// The main heading of a page.
    pub(crate) fn heading(&self) -> &str {
        between(self.page(), "<h1>", "</h1>")
    }

    /// Status and code of a page that refuses.
    pub(crate) fn refused_page(&self) -> (u16, u32) {
        let number = between(self.page(), "<p class=\"eyebrow\">AADSTS", "</p>").parse().unwrap();
        code(number);
        (self.status.as_u16(), number)
    }

    /// Where a redirect leads. Every redirect is a 303, so that no form is ever sent on.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store");
        self.header("location")
    }

    /// Address (without query) and parameters of a redirect to an application.
    pub(crate) fn reply(&self) -> (String, Vec<(String, String)>) {
        let mut address = Url::parse(self.location()).unwrap();
        let parameters = address.query_pairs().into_owned().collect();
        address.set_query(None);
        (address.into(), parameters)
    }

    /// The parameters of a redirect to an application, with what differs from run to run left out:
    /// random values are reduced to their name, a description to its code.
    pub(crate) fn redacted_reply(&self) -> Vec<(String, String)> {
        let redacted = |(name, value): (String, String)| {
            let value = match name.as_str() {
                "code" => {
                    assert!(value.starts_with("1.A") && value.len() > 40, "{value}");
                    "(code)".to_owned()
                }
                "session_state" => Uuid::try_parse(&value).map(|_| "(guid)".to_owned()).unwrap(),
                "error_description" => value.split(':').next().unwrap_or_default().to_owned(),
                _ => value,
            };
            (name, value)
        };
        self.reply().1.into_iter().map(redacted).collect()
    }
}

/// What every page's policy begins with; addresses that a form may lead to follow.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
     frame-ancestors 'none'; form-action 'self'";

/// The code with this number.
pub(crate) fn code(number: u32) -> Code {
    *Code::ALL.iter().find(|code| code.number() == number).unwrap_or_else(|| panic!("no code {number}"))
}

pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before}: {text}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after}: {text}")).0
}

pub(crate) fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
