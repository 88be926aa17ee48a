//! `POST /wardenry/v1/ingest`: events into the hunting tables of the caller's tenant.
//!
//! ```text
//! POST /wardenry/v1/ingest HTTP/1.1
//! Authorization: Bearer <token for api://wardenry with Event.Write.All>
//! Content-Encoding: gzip            (or zstd, or none)
//! Idempotency-Key: night-shift-17   (optional: names the batch)
//!
//! {"time":"2026-02-03T07:20:11Z","tenantId":"…","category":"AdvancedHunting-DeviceEvents","properties":{…}}
//! {"time":…}
//! ```
//!
//! The answer to a batch, once all of it is on the disk and visible to queries, is 200 with
//! `{"stored":1,"repeated":false,"quarantinedCount":1,"quarantined":[{"index":1,"code":"WrongType","reason":"…"}]}`. A record
//! that does not fit goes into the quarantine table by itself; the others are stored. Errors concern the whole batch, of which nothing was stored.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Json, Response};
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde::Serialize;
use wardenry_core::calls::INGEST_EVENTS;
use wardenry_hunting::EventWriter;
use wardenry_hunting::ingest::{Encoding, MAX_BATCH_ID_BYTES, MAX_BODY_BYTES, Outcome, Quarantined};
use wardenry_web::body;
use wardenry_web::limits::BODY_TIMEOUT;

use super::HuntingApi;
use super::ingest_error::OwnError;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// So many records in quarantine are told of; all of them are counted.
const MAX_LISTED: usize = 1000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    stored: u64,
    repeated: bool,
    quarantined_count: usize,
    quarantined: Vec<QuarantinedWire>,
}

#[derive(Serialize)]
struct QuarantinedWire {
    index: usize,
    code: &'static str,
    reason: String,
}

/// Stores a batch. The caller is known and has a turn before the body is read.
pub(super) async fn ingest_events(
    State(state): State<HuntingApi>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, OwnError> {
    let caller = state
        .gate
        .authenticate(&headers, &INGEST_EVENTS)
        .map_err(|refusal| OwnError::bearer(&state.gate, &refusal))?;
    let writer = EventWriter::of(&caller).map_err(|refusal| OwnError::forbidden(&refusal))?;
    let encoding = encoding(&headers)?;
    let id = batch_id(&headers)?;
    let turn = state.ingest.turn(&writer).await?;
    let body = body::read(body, MAX_BODY_BYTES, BODY_TIMEOUT).await?;
    let outcome = state.ingest.store(&writer, turn, id.as_deref(), encoding, body).await?;
    let Outcome { stored, repeated, quarantined } = outcome;
    let quarantined_count = quarantined.len();
    let wire = |record: Quarantined| QuarantinedWire {
        index: record.index,
        code: record.code.name(),
        reason: record.reason,
    };
    let quarantined = quarantined.into_iter().take(MAX_LISTED).map(wire).collect();
    Ok(Json(Answer { stored, repeated, quarantined_count, quarantined }).into_response())
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, OwnError> {
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    let Some(value) = values.next() else { return Ok(Encoding::Identity) };
    let encoding = value.to_str().ok().and_then(Encoding::of_header);
    encoding.filter(|_| values.next().is_none()).ok_or_else(|| {
        OwnError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedEncoding",
            "The Content-Encoding must be gzip, zstd or identity.",
        )
    })
}

fn batch_id(headers: &HeaderMap) -> Result<Option<String>, OwnError> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim);
    let fits = |text: &&str| !text.is_empty() && text.len() <= MAX_BATCH_ID_BYTES;
    text.filter(fits).filter(|_| values.next().is_none()).map(|text| Some(text.to_owned())).ok_or_else(|| {
        OwnError::new(
            StatusCode::BAD_REQUEST,
            "InvalidIdempotencyKey",
            format!("The Idempotency-Key must be one text of 1 to {MAX_BATCH_ID_BYTES} ASCII characters."),
        )
    })
}
