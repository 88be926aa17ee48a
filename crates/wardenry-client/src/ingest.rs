//! Sending events to a Wardenry server.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde::Deserialize;
use wardenry_core::cloud::CloudProfile;

use crate::client::{Call, Client, read_json};
use crate::error::{Error, ErrorKind, Surface};
use crate::tenant::Tenant;
use crate::transport::{Body, Bounds, Repeat};

/// Events to be stored together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBatch {
    /// The same id again says that these are the same events: they are acknowledged and not stored twice.
    pub id: String,
    /// JSON, one record a line, in the shape of event streaming: `time`, `tenantId`, `category` and `properties`.
    pub lines: Vec<u8>,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct IngestReceipt {
    /// How many records are stored, safe from a crash and visible to queries.
    #[serde(default)]
    pub stored: u64,
    /// Whether the batch had been stored before, and was not stored again.
    #[serde(default)]
    pub repeated: bool,
    /// How many records could not be stored as events.
    #[serde(default, rename = "quarantinedCount")]
    pub quarantined_count: u64,
    /// What is told of them; of very many only the first.
    #[serde(default)]
    pub quarantined: Vec<QuarantinedRecord>,
}

/// A record that could not be stored as an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct QuarantinedRecord {
    /// Its place among the records of the batch, from 0.
    #[serde(default)]
    pub index: u64,
    #[serde(default)]
    pub code: String,
    #[serde(default, alias = "message")]
    pub reason: String,
}

impl Client {
    /// Sends a batch of events into a tenant's tables. Once it returns `Ok`, what it says is stored is safe.
    ///
    /// Attempts without an answer are repeated under the batch's id, refusals are waited out as the server asks, both
    /// within `patience`.
    pub async fn ingest(
        &self,
        tenant: &Tenant,
        batch: &EventBatch,
        patience: Duration,
    ) -> Result<IngestReceipt, Error> {
        if CloudProfile::built_in(&self.cloud().name).is_some() {
            return Err(ErrorKind::NoIngest { profile: self.cloud().name.clone() }.into());
        }
        let url = self.api_url("/wardenry/v1/ingest")?;
        let answer = self
            .call(Call {
                body: Body::JsonLinesGzip(gzip(&batch.lines)),
                idempotency_key: Some(&batch.id),
                repeat: Repeat::Safe,
                bounds: Bounds { patience: Some(patience), ..Bounds::default() },
                ..Call::new(tenant, Surface::Ingest, Method::POST, url)
            })
            .await?;
        read_json(&answer)
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to a Vec does not fail")
}
