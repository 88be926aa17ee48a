//! `POST /api/advancedqueries/run`: a query over the device tables of the caller's tenant.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use wardenry_core::calls::RUN_ADVANCED_QUERIES;
use wardenry_hunting::HuntReader;

use super::HuntingApi;
use crate::error::DefenderError;

/// Runs the member `Query` of the body. Other tables than those of devices are unknown here.
pub(super) async fn run_advanced_queries(
    State(state): State<HuntingApi>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, DefenderError> {
    let reader = state.hunt_reader(&headers, &RUN_ADVANCED_QUERIES, HuntReader::of_advanced_queries)?;
    state.run_defender(&reader, body).await
}
