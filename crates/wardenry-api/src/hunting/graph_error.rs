//! Refusals in the vocabulary of the Graph surface's security part.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use wardenry_hunting::{AccessRefusal, HuntError, ParseWindowError};
use wardenry_web::bearer::{BearerGate, BearerRefusal};
use wardenry_web::body::BodyError;
use wardenry_web::graph_refusal::GraphRefusal;

use super::hunt_request::HuntRequestError;
use super::{sentence, whole_secs};

const BAD_REQUEST: &str = "BadRequest";
const FORBIDDEN: &str = "Forbidden";

/// Why a request is refused, in the vocabulary of hunting.
#[derive(Debug, Clone)]
pub(super) struct GraphError(GraphRefusal);

impl GraphError {
    fn new(status: StatusCode, code: &'static str, message: String) -> Self {
        Self(GraphRefusal::new(status, code, message))
    }

    fn bad_request(message: String) -> Self {
        Self(GraphRefusal::new(StatusCode::BAD_REQUEST, BAD_REQUEST, message).private())
    }

    fn too_many(message: String, retry_after: Duration) -> Self {
        let refusal = GraphRefusal::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", message);
        Self(refusal.retry_after(whole_secs(retry_after)))
    }

    /// The token was not good enough.
    pub(super) fn bearer(gate: &BearerGate, refusal: &BearerRefusal) -> Self {
        Self(GraphRefusal::bearer(gate, refusal, FORBIDDEN))
    }

    /// The token is good, but its bearer may not hunt.
    pub(super) fn forbidden(refusal: &AccessRefusal) -> Self {
        Self::new(StatusCode::FORBIDDEN, FORBIDDEN, format!("Not allowed: {refusal}."))
    }

    pub(super) fn method_not_allowed() -> Self {
        Self(GraphRefusal::method_not_allowed(BAD_REQUEST))
    }
}

impl From<HuntRequestError> for GraphError {
    fn from(error: HuntRequestError) -> Self {
        let message = sentence(&error.to_string());
        match error {
            HuntRequestError::Body(BodyError::TooLarge { .. }) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, BAD_REQUEST, message)
            }
            _ => Self::bad_request(message),
        }
    }
}

impl From<ParseWindowError> for GraphError {
    fn from(error: ParseWindowError) -> Self {
        Self::bad_request(format!("The member Timespan cannot be used: {error}."))
    }
}

impl From<HuntError> for GraphError {
    fn from(error: HuntError) -> Self {
        let message = error.to_string();
        match error {
            HuntError::Query(_) | HuntError::Limit(_) | HuntError::Cancelled => Self::bad_request(message),
            HuntError::Quota(exceeded) => Self::too_many(exceeded.to_string(), exceeded.retry_after()),
            HuntError::Busy { retry_after } => Self::too_many(message, retry_after),
            error => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Self(GraphRefusal::new(status, "UnknownError", message).caused_by(error))
            }
        }
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
