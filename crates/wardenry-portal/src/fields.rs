//! The fields of a form that one of our pages in this browser has sent.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse, Response};
use wardenry_core::secret::SecretString;
use wardenry_web::form;
use wardenry_web::origin::Origin;

use crate::failure::Failure;
use crate::state::Portal;

/// The most fields of one form. The longest list of ours are a resource's permissions.
const MAX_FIELDS: usize = 1000;

/// The fields of a form, once it is sure that it was not forged. `Debug` shows names only: values may be secrets.
pub(crate) struct Fields(Vec<(String, String)>);

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl FromRequest<Portal> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let origin =
            Origin::from_request_parts(&mut parts, portal).await.map_err(IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let body = Bytes::from_request(Request::from_parts(parts, body), portal).await;
        let body = body.map_err(|_| Failure::FormTooLarge.alone())?;
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body)
            .take(MAX_FIELDS)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let fields = Self(fields);
        match form::check(&headers, &origin, fields.first(form::FIELD)) {
            Ok(()) => Ok(fields),
            Err(form::ForgedForm) => Err(Failure::FormExpired.alone()),
        }
    }
}

impl Fields {
    fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
    }

    /// A field's text without the space around it; empty when there is no such field.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.first(name).unwrap_or_default().trim()
    }

    /// A field's text with all space in it and around it; lines end with a line feed alone, as editors count them.
    #[cfg(feature = "hunting")]
    pub(crate) fn exact(&self, name: &str) -> String {
        self.first(name).unwrap_or_default().replace("\r\n", "\n")
    }

    /// A field's text, exactly as it was sent.
    pub(crate) fn secret(&self, name: &str) -> SecretString {
        self.first(name).unwrap_or_default().into()
    }

    /// The values of all fields of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
    }

    /// The lines of a field's text that are not blank.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.text(name).lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }
}
