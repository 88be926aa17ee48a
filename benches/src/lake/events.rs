//! Events as JSON lines, the same for everybody: process events of a made-up customer, in the shape of the event stream.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_stories::{Customer, Settings, time_text};

/// The table of the events.
pub(crate) const TABLE: &str = "DeviceProcessEvents";

/// When the events end, in milliseconds since 1970: 2026-03-05T08:40:00Z.
const NOW: i64 = 1_772_700_000_000;

/// How many people a customer has for each event that is wanted: ten days of one of them bring more than enough.
const EVENTS_OF_A_SCALE: u32 = 2_000;

/// Events, one a line.
#[derive(Debug)]
pub(crate) struct Lines {
    bytes: Vec<u8>,
    /// Where each line ends, its newline included.
    ends: Vec<usize>,
}

impl Lines {
    /// Makes up so many events.
    pub(crate) fn make(tenant: TenantId, count: usize) -> Result<Self> {
        let scale = u32::try_from(count)?.div_ceil(EVENTS_OF_A_SCALE).max(1);
        let settings = Settings { scale, ..Settings::ending_at(NOW) };
        let mut lines = Self { bytes: Vec::new(), ends: Vec::new() };
        let events = Customer::ALDER.events(&settings).filter(|event| event.table == TABLE);
        for event in events.take(count) {
            let record = json!({
                "time": time_text(event.timestamp),
                "tenantId": tenant.to_string(),
                "operationName": "Publish",
                "category": format!("AdvancedHunting-{TABLE}"),
                "properties": Value::Object(event.into_properties()),
            });
            serde_json::to_writer(&mut lines.bytes, &record)?;
            lines.bytes.push(b'\n');
            lines.ends.push(lines.bytes.len());
        }
        ensure!(lines.ends.len() == count, "only {} events came about", lines.ends.len());
        Ok(lines)
    }

    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The lines in batches of so many.
    pub(crate) fn batches(&self, events: usize) -> impl Iterator<Item = &[u8]> {
        let mut from = 0;
        let last = |ends: &[usize]| ends.last().copied().unwrap_or_default();
        self.ends.chunks(events).map(move |ends| {
            let to = last(ends);
            let batch = &self.bytes[from..to];
            from = to;
            batch
        })
    }

    /// Writes them to one file and, in batches of so many, to others: for engines that read files.
    pub(crate) fn write(&self, folder: &Path, batch_sizes: &[usize]) -> Result<PathBuf> {
        fs::create_dir_all(folder)?;
        let whole = folder.join("whole.jsonl");
        fs::write(&whole, &self.bytes)?;
        for size in batch_sizes {
            let batches = folder.join(size.to_string());
            fs::create_dir_all(&batches)?;
            for (number, batch) in self.batches(*size).enumerate() {
                fs::write(batches.join(format!("{number:06}.jsonl")), batch)?;
            }
        }
        Ok(whole)
    }
}

/// The end of the events.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_secs(NOW / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_the_lines() {
        let lines = Lines::make(super::super::world::tenant(1), 25).expect("there are events");
        let batches: Vec<_> = lines.batches(10).collect();
        let counts: Vec<_> =
            batches.iter().map(|batch| batch.split(|byte| *byte == b'\n').count() - 1).collect();
        assert_eq!((counts, batches.concat()), (vec![10, 10, 5], lines.bytes().to_vec()));
    }
}
