//! Answers with a context, as `odata.metadata=minimal` has them.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;

use crate::error::DefenderError;

const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

/// A page of a collection.
#[derive(Serialize)]
pub(crate) struct Collection<T> {
    #[serde(rename = "@odata.context")]
    pub(crate) context: String,
    pub(crate) value: Vec<T>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    pub(crate) next_link: Option<String>,
}

/// A single object.
#[derive(Serialize)]
pub(crate) struct Entity<T> {
    #[serde(rename = "@odata.context")]
    pub(crate) context: String,
    #[serde(flatten)]
    pub(crate) value: T,
}

/// A 200 with the headers that the live service sends.
pub(crate) fn json_answer(body: &impl Serialize) -> Result<Response, DefenderError> {
    let body = serde_json::to_vec(body).map_err(DefenderError::internal)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(
                "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8",
            ),
        ),
        (ODATA_VERSION, HeaderValue::from_static("4.0")),
    ];
    Ok((headers, body).into_response())
}
