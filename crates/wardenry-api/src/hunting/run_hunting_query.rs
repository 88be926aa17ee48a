//! `POST /v1.0/security/runHuntingQuery`, and the same under `/beta` and by the action's full name: a query over all tables
//! of the caller's tenant, in the Graph shape.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::HeaderMap;
use wardenry_core::calls::RUN_HUNTING_QUERY;
use wardenry_hunting::{Hunt, HuntReader, Shape, Window};
use wardenry_web::origin::Origin;

use super::graph_error::GraphError;
use super::hunt_request::HuntRequest;
use super::{HuntingApi, json_answer};

const CONTENT_TYPE: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// Runs the member `Query` of the body over the stretch of time that `Timespan` names, the last 30 days without one.
pub(super) async fn run_hunting_query(
    State(state): State<HuntingApi>,
    origin: Origin,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, GraphError> {
    let caller = state
        .gate
        .authenticate(&headers, &RUN_HUNTING_QUERY)
        .map_err(|refusal| GraphError::bearer(&state.gate, &refusal))?;
    let reader = HuntReader::of_graph(&caller).map_err(|refusal| GraphError::forbidden(&refusal))?;
    let HuntRequest { query, timespan } = HuntRequest::read(body).await?;
    let now = state.clock.now();
    let window = match timespan.as_deref() {
        None => Window::default_at(now),
        Some(text) => Window::parse(text, now)?,
    };
    let version = if uri.path().starts_with("/beta") { "beta" } else { "v1.0" };
    let context = format!("{origin}/{version}/$metadata#microsoft.graph.security.huntingQueryResults");
    let body = state
        .hunting
        .run(&reader, Hunt { query, window: Some(window), shape: Shape::Graph { context } })
        .await?;
    Ok(json_answer(body, CONTENT_TYPE))
}
