//! A browser that keeps cookies and fills in forms.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Request, header};

use crate::answer::{Answer, between};
use crate::world::{CONNECTOR, PASSWORD, World};

/// The consent link of the public documentation: no redirect URI, no state.
pub(crate) fn documentation_link() -> String {
    format!(
        "/common/oauth2/authorize?prompt=consent&client_id={CONNECTOR}&response_type=code&sso_reload=true"
    )
}

pub(crate) struct Browser<'w> {
    world: &'w World,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// The only form of a page, as a browser would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HtmlForm {
    pub(crate) action: String,
    pub(crate) fields: BTreeMap<String, String>,
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, cookies: BTreeMap::new() }
    }

    /// Opens an address; redirects inside the server are followed.
    pub(crate) async fn open(&mut self, target: &str) -> Answer {
        let request = self.with_cookies(Request::get(target)).body(Body::empty()).unwrap();
        let answer = self.send(request).await;
        match answer.headers.get(header::LOCATION) {
            Some(location) if location.as_bytes().starts_with(b"/") => {
                let target = answer.location().to_owned();
                Box::pin(self.open(&target)).await
            }
            _ => answer,
        }
    }

    /// Fills in and sends the page's form, and follows redirects inside the server.
    pub(crate) async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let form = HtmlForm::of(page).filled(fields);
        let answer = self.post(&form.action, &form.encoded(), &HeaderMap::new()).await;
        match answer.headers.get(header::LOCATION) {
            Some(location) if location.as_bytes().starts_with(b"/") => {
                let target = answer.location().to_owned();
                self.open(&target).await
            }
            _ => answer,
        }
    }

    /// Posts a form as the browser would, but for these headers. Redirects are not followed.
    pub(crate) async fn post(&mut self, action: &str, body: &str, headers: &HeaderMap) -> Answer {
        let mut request = self
            .with_cookies(Request::post(action))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            // What browsers send from a page with the referrer policy `no-referrer`.
            .header(header::ORIGIN, "null")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.to_owned()))
            .unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        self.send(request).await
    }

    /// Opens an address as this user, through the sign-in page.
    pub(crate) async fn open_as(&mut self, user_name: &str, target: &str) -> Answer {
        let page = self.open(target).await;
        assert_eq!(page.heading(), "Sign in", "{page:?}");
        self.sign_in(&page, user_name, PASSWORD).await
    }

    pub(crate) async fn sign_in(&mut self, page: &Answer, user_name: &str, password: &str) -> Answer {
        self.submit(page, &[("user_name", user_name), ("password", password)]).await
    }

    pub(crate) async fn accept(&mut self, page: &Answer) -> Answer {
        self.submit(page, &[("decision", "accept")]).await
    }

    pub(crate) async fn decline(&mut self, page: &Answer) -> Answer {
        self.submit(page, &[("decision", "decline")]).await
    }

    fn with_cookies(&self, request: http::request::Builder) -> http::request::Builder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) }
    }

    async fn send(&mut self, request: Request<Body>) -> Answer {
        let answer = self.world.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie);
        }
        answer
    }

    fn keep(&mut self, cookie: &HeaderValue) {
        let mut parts = cookie.to_str().unwrap().split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let attributes: Vec<_> = parts.collect();
        assert!(name.starts_with("__Host-"), "{name}");
        assert_eq!(attributes[..4], ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"], "{name}");
        match attributes[4..] {
            [] => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            ["Max-Age=0"] => drop(self.cookies.remove(name)),
            _ => panic!("{attributes:?}"),
        }
    }
}

impl HtmlForm {
    /// The form of a page that has exactly one; each of its controls is named, visible ones have a label.
    pub(crate) fn of(page: &Answer) -> Self {
        let html = page.page();
        assert_eq!(html.matches("<form ").count(), 1, "{html}");
        let form = between(html, "<form ", "</form>");
        let (attributes, content) = form.split_once('>').unwrap();
        assert_eq!(attribute(attributes, "method").as_deref(), Some("post"));
        let mut fields = BTreeMap::new();
        for (before, input) in split_tags(content, "<input ") {
            let kind = attribute(input, "type").unwrap();
            let name = attribute(input, "name").unwrap();
            if kind != "hidden" {
                let labelled =
                    before.rfind("<label").is_some_and(|open| !before[open..].contains("</label>"));
                assert!(labelled, "{name} has no label: {content}");
            }
            if kind != "checkbox" {
                let earlier = fields.insert(name.clone(), attribute(input, "value").unwrap_or_default());
                assert_eq!(earlier, None, "{name} twice");
            }
        }
        assert!(content.contains("type=\"submit\""), "{content}");
        Self { action: attribute(attributes, "action").unwrap_or_default(), fields }
    }

    pub(crate) fn filled(mut self, fields: &[(&str, &str)]) -> Self {
        for (name, value) in fields {
            self.fields.insert((*name).to_owned(), (*value).to_owned());
        }
        self
    }

    pub(crate) fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

/// What stands before each tag, and the tag's attributes.
fn split_tags<'a>(content: &'a str, open: &str) -> Vec<(&'a str, &'a str)> {
    let tag = |(at, _): (usize, &str)| {
        let attributes = &content[at + open.len()..];
        (&content[..at], attributes.split('>').next().unwrap_or_default())
    };
    content.match_indices(open).map(tag).collect()
}

/// The value of a tag's attribute, unescaped.
pub(crate) fn attribute(attributes: &str, name: &str) -> Option<String> {
    let (_, rest) =
        format!(" {attributes}").split_once(&format!(" {name}=\"")).map(|(a, b)| (a.len(), b.to_owned()))?;
    Some(unescaped(rest.split('"').next()?))
}

pub(crate) fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
