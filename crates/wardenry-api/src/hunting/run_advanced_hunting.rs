//! `POST /api/advancedhunting/run`: a query over all tables of the caller's tenant.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use wardenry_core::calls::RUN_ADVANCED_HUNTING;
use wardenry_hunting::HuntReader;

use super::HuntingApi;
use crate::error::DefenderError;

/// Runs the member `Query` of the body. The caller is known before the body is read.
pub(super) async fn run_advanced_hunting(
    State(state): State<HuntingApi>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, DefenderError> {
    let reader = state.hunt_reader(&headers, &RUN_ADVANCED_HUNTING, HuntReader::of_advanced_hunting)?;
    state.run_defender(&reader, body).await
}
