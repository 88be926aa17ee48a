//! Hunting in both wire shapes, and the way in for events: what needs the query engine behind it.

mod graph_error;
mod hunt_request;
mod ingest_error;
mod ingest_events;
mod run_advanced_hunting;
mod run_advanced_queries;
mod run_hunting_query;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Router, middleware};
use http::{HeaderMap, HeaderValue, header};
use wardenry_core::calls::{ApiCall, INGEST_EVENTS, RUN_HUNTING_QUERY};
use wardenry_core::time::Clock;
use wardenry_hunting::{AccessRefusal, Hunt, HuntError, HuntReader, Hunting, Ingest, Shape};
use wardenry_web::bearer::BearerGate;
use wardenry_web::graph_refusal;

use crate::error::{self, DefenderError, ErrorCode};
use hunt_request::{HuntRequest, HuntRequestError};

/// What the endpoints work with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HuntingApi {
    pub hunting: Hunting,
    pub ingest: Ingest,
    pub gate: Arc<BearerGate>,
    pub clock: Arc<dyn Clock>,
}

/// The routes. Merge them with [`crate::router`] and the directory's: these have the rest of the prefixes.
pub fn router(state: HuntingApi) -> Router {
    let mut defender = Router::new();
    for prefix in crate::PREFIXES {
        for slash in ["", "/"] {
            defender = defender
                .route(
                    &format!("{prefix}/advancedhunting/run{slash}"),
                    post(run_advanced_hunting::run_advanced_hunting),
                )
                .route(
                    &format!("{prefix}/advancedqueries/run{slash}"),
                    post(run_advanced_queries::run_advanced_queries),
                );
        }
    }
    let defender = defender
        .method_not_allowed_fallback(crate::method_not_allowed)
        .layer(middleware::from_fn(error::render));
    let mut graph = Router::new();
    let short = RUN_HUNTING_QUERY.path;
    let full = short.replace("/runHuntingQuery", "/microsoft.graph.security.runHuntingQuery");
    for path in [short, &full] {
        for version in ["/v1.0", "/beta"] {
            for slash in ["", "/"] {
                let path = path.replacen("/v1.0", version, 1);
                graph = graph.route(&format!("{path}{slash}"), post(run_hunting_query::run_hunting_query));
            }
        }
    }
    let graph = graph
        .method_not_allowed_fallback(async || graph_error::GraphError::method_not_allowed())
        .layer(middleware::from_fn_with_state(Arc::clone(&state.clock), graph_refusal::complete));
    let own = Router::new()
        .route(INGEST_EVENTS.path, post(ingest_events::ingest_events))
        .method_not_allowed_fallback(async || ingest_error::OwnError::method_not_allowed())
        .layer(middleware::from_fn(ingest_error::render));
    defender.merge(graph).merge(own).with_state(state)
}

impl HuntingApi {
    /// Settles who calls, for an endpoint of the Defender shape, and that the caller may hunt.
    fn hunt_reader(
        &self,
        headers: &HeaderMap,
        call: &'static ApiCall,
        prove: fn(&wardenry_hunting::Caller) -> Result<HuntReader, AccessRefusal>,
    ) -> Result<HuntReader, DefenderError> {
        let caller = self
            .gate
            .authenticate(headers, call)
            .map_err(|refusal| DefenderError::refused(&self.gate, &refusal))?;
        prove(&caller).map_err(|refusal| DefenderError::forbidden(&refusal))
    }

    /// Runs the query of a body for an endpoint of the Defender shape.
    async fn run_defender(
        &self,
        reader: &HuntReader,
        body: axum::body::Body,
    ) -> Result<Response, DefenderError> {
        let HuntRequest { query, .. } = HuntRequest::read(body).await?;
        // The time span is Graph's; here the query says how far it looks back.
        let body = self.hunting.run(reader, Hunt { query, window: None, shape: Shape::Defender }).await?;
        Ok(json_answer(body, "application/json; charset=utf-8"))
    }
}

impl From<HuntRequestError> for DefenderError {
    fn from(error: HuntRequestError) -> Self {
        let code = match error {
            HuntRequestError::Body(wardenry_web::body::BodyError::TooLarge { .. }) => {
                ErrorCode::RequestBodyTooLarge
            }
            HuntRequestError::QueryMissing => ErrorCode::MissingRequiredParameter,
            _ => ErrorCode::InvalidRequestBody,
        };
        Self::new(code, sentence(&error.to_string()))
    }
}

impl From<HuntError> for DefenderError {
    fn from(error: HuntError) -> Self {
        let message = error.to_string();
        match error {
            HuntError::Query(_) | HuntError::Limit(_) | HuntError::Cancelled => {
                Self::new(ErrorCode::BadRequest, message)
            }
            // Without the full stop: clients know the sentence without one.
            HuntError::Quota(exceeded) => Self::too_many(exceeded.to_string(), exceeded.retry_after()),
            HuntError::Busy { retry_after } => Self::too_many(message, retry_after),
            HuntError::Lost(lost) => Self::failed(message, *lost),
            error => Self::internal(error),
        }
    }
}

/// A phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// For `Retry-After`: whole seconds, rounded up, and at least one.
pub(crate) fn whole_secs(duration: Duration) -> u64 {
    (duration.as_secs() + u64::from(duration.subsec_nanos() > 0)).max(1)
}

fn json_answer(body: Bytes, content_type: &'static str) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
}
