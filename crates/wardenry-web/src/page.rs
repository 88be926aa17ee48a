//! The frame around every page: head, style, policy, headers.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, html};
use wardenry_oauth::consent::PermissionKind;
use wardenry_oauth::risk::Risk;

use crate::content_security_policy::{self, Scripts};

/// The style sheet of all pages, served at [`STYLE_PATH`].
pub const STYLE: &str = include_str!("page/style.css");
/// Where the style sheet is served.
pub const STYLE_PATH: &str = "/assets/style.css";

/// The icon of all pages, served at [`ICON_PATH`].
const ICON: &str = include_str!("page/icon.svg");
/// Where the icon is served.
pub const ICON_PATH: &str = "/assets/icon.svg";

/// A page to render.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    /// The document's title; the product's name is added.
    pub title: String,
    pub content: Markup,
    /// Addresses outside of this server that a form of the page may lead to.
    pub form_targets: Vec<String>,
}

impl Page {
    /// A page that was found.
    pub fn ok(title: impl Into<String>, content: Markup) -> Self {
        Self { status: StatusCode::OK, title: title.into(), content, form_targets: Vec::new() }
    }

    /// The same page with another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " – Wardenry" }
                    link rel="stylesheet" href=(STYLE_PATH);
                    link rel="icon" href=(ICON_PATH) type="image/svg+xml";
                }
                body.single {
                    main { (self.content) }
                    footer { "Wardenry, an independent implementation" }
                }
            }
        };
        let targets: Vec<&str> = self.form_targets.iter().map(String::as_str).collect();
        respond(self.status, &document, content_security_policy::policy(Scripts::None, &targets))
    }
}

/// A whole document as an answer, with the headers that every page of ours has.
pub fn respond(status: StatusCode, document: &Markup, policy: HeaderValue) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    (status, headers, document.0.clone()).into_response()
}

/// A text from outside, shown so that it cannot reorder the text around it: bidirectional controls are
/// isolated and control characters are made visible.
pub fn foreign_text(text: &str) -> Markup {
    let shown: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    html! { bdi { (shown) } }
}

/// The same where there is room for plain text only, such as a title: what would reorder or hide the text around it is made visible.
pub fn plain_text(text: &str) -> String {
    let reorders = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || reorders(c) { '\u{fffd}' } else { c }).collect()
}

/// How much harm a permission can do in the wrong hands, marked by colour and said in words.
pub fn risk_tag(kind: PermissionKind, value: &str) -> Markup {
    let risk = Risk::of(kind, value);
    let class = match risk {
        Risk::ChangesEverybody => "tag danger",
        Risk::ReadsEverybody | Risk::ChangesAsUser => "tag caution",
        Risk::ReadsAsUser => "tag",
    };
    html! { span class=(class) { (risk.in_words()) } }
}

/// Serves the style sheet.
pub async fn serve_style() -> Response {
    file("text/css; charset=utf-8", STYLE)
}

/// Serves the icon.
pub async fn serve_icon() -> Response {
    file("image/svg+xml", ICON)
}

fn file(content_type: &'static str, content: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped_and_isolated() {
        let shown = foreign_text("<b>\u{202e}x\u{7}</b>").into_string();
        assert_eq!(plain_text("a\u{202e}b\n\u{e9}"), "a\u{fffd}b\u{fffd}\u{e9}");
        assert_eq!(shown, "<bdi>&lt;b&gt;\u{202e}x\u{fffd}&lt;/b&gt;</bdi>");
    }
}
