//! Why there is no page, and what can be done about it: as a page.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use wardenry_directory::DirectoryError;
use wardenry_oauth::consent::ConsentRefusal;
use wardenry_web::page::{Page, foreign_text};

use crate::frame::{Section, View};

/// Why a request does not end with its own page.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No object of this address is in the visitor's tenant.
    NotFound,
    /// A field holds something that cannot be accepted.
    Invalid(String),
    /// The visitor's roles do not allow it.
    Forbidden(String),
    /// It has changed since the page was shown.
    Conflict(String),
    /// The form was not sent by a page of this browser, or its cookie is gone.
    FormExpired,
    FormTooLarge,
    /// A service does not answer.
    Unavailable,
    /// The page is somewhere else.
    Elsewhere(String),
}

impl From<DirectoryError> for Failure {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::NotFound { .. } => Self::NotFound,
            DirectoryError::Invalid { problem, .. } => Self::Invalid(problem),
            DirectoryError::Exists(_) => Self::Conflict(error.to_string()),
            DirectoryError::MissingPermission(missing) => Self::Forbidden(missing.to_string()),
            DirectoryError::OutOfReach(reason) => Self::Forbidden(reason.to_owned()),
            DirectoryError::Consent(refusal) => Self::Forbidden(consent_refusal(&refusal)),
            DirectoryError::ConsentChanged => Self::Conflict(
                "the application asks for something else than the page has shown; look at the list again"
                    .to_owned(),
            ),
            other => {
                tracing::error!("the directory does not answer: {}", chain(&other));
                Self::Unavailable
            }
        }
    }
}

#[cfg(feature = "hunting")]
impl From<wardenry_hunting::HuntError> for Failure {
    fn from(error: wardenry_hunting::HuntError) -> Self {
        tracing::error!("hunting does not answer: {}", chain(&error));
        Self::Unavailable
    }
}

fn consent_refusal(refusal: &ConsentRefusal) -> String {
    match refusal {
        ConsentRefusal::NotLicensed { resources } => {
            format!("your organisation is not licensed for {}", resources.join(", "))
        }
        other => other.to_error().text().to_owned(),
    }
}

/// An error with its causes, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Forbidden(_) | Self::FormExpired => StatusCode::FORBIDDEN,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Elsewhere(_) => StatusCode::SEE_OTHER,
        }
    }

    fn heading(&self) -> &'static str {
        match self {
            Self::NotFound => "There is nothing here",
            Self::Invalid(_) => "This cannot be accepted",
            Self::Forbidden(_) => "Your roles do not allow this",
            Self::Conflict(_) => "Something has changed meanwhile",
            Self::FormExpired => "This form has expired",
            Self::FormTooLarge => "The form is too long",
            Self::Unavailable => "This cannot be shown now",
            Self::Elsewhere(_) => "The page is somewhere else",
        }
    }

    fn explanation(&self) -> Markup {
        html! {
            p {
                @match self {
                    Self::NotFound => "Your organisation has nothing of this address. It may have been deleted, or belong to another organisation.",
                    Self::Invalid(problem) => { "Nothing was changed: the value " (foreign_text(problem)) ". Go back and correct it." },
                    Self::Forbidden(reason) => { "Nothing was changed: " (foreign_text(reason)) ". A Global Administrator of your organisation can do it, or give you the role." },
                    Self::Conflict(reason) => { "Nothing was changed: " (foreign_text(reason)) "." },
                    Self::FormExpired => "Nothing was changed. Open the page again and send the form from there; cookies have to be allowed.",
                    Self::FormTooLarge => "Nothing was changed. A form has at most 64 KiB.",
                    Self::Unavailable => "The server could not read its data. Nothing was changed by this request. Try again in a moment; the server's log says more.",
                    Self::Elsewhere(_) => "Follow the link.",
                }
            }
        }
    }

    /// The page inside of the portal.
    pub(crate) fn view(&self) -> View {
        View {
            status: self.status(),
            content: html! {
                div.state role="alert" {
                    (self.explanation())
                    p { a.button href="/portal" { "To the start page" } }
                }
            },
            ..View::new(Section::Home, self.heading())
        }
    }

    /// The page where it is not known who is looking.
    pub(crate) fn alone(&self) -> Response {
        let content = html! {
            h1 { (self.heading()) }
            (self.explanation())
            div.actions { a.button href="/portal" { "To the start page" } }
        };
        Page::ok(self.heading(), content).with_status(self.status()).into_response()
    }
}
