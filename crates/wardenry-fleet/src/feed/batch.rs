//! A batch: records as lines, and an id that follows from them and their place.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use wardenry_client::EventBatch;

use super::FeedSettings;
use super::pieces::Piece;
use super::state::Position;

/// What stands before a table's name in a record's `category`.
const CATEGORY_PREFIX: &str = "AdvancedHunting-";

/// The most records of an event hub's message: with those before it, no more than the server takes.
const MESSAGE_RECORDS: usize = 80_000;

/// Records to be sent together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedBatch {
    /// What to send; without lines there is nothing to send, but the place to remember has moved.
    pub events: EventBatch,
    /// For each record of the batch the line of the file that it begins in.
    pub lines: Vec<u64>,
    /// What cannot be sent.
    pub refused: Vec<RefusedRecord>,
    pub from: Position,
    pub to: Position,
}

/// A piece of the file that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRecord {
    pub line: u64,
    pub reason: String,
}

pub(super) struct BatchBuilder {
    from: Position,
    /// What stands around a plain row.
    row_prefix: Option<String>,
    text: Vec<u8>,
    lines: Vec<u64>,
    refused: Vec<RefusedRecord>,
}

/// A message of an event hub.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

impl BatchBuilder {
    pub(super) fn new(from: Position, table: Option<&str>) -> Self {
        let category = |table| serde_json::Value::from(format!("{CATEGORY_PREFIX}{table}"));
        let row_prefix = table.map(|table| format!("{{\"category\":{},\"properties\":", category(table)));
        let (text, lines, refused) = (Vec::new(), Vec::new(), Vec::new());
        Self { from, row_prefix, text, lines, refused }
    }

    pub(super) fn from(&self) -> Position {
        self.from
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn records(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn take(&mut self, piece: Piece) {
        let line = piece.line;
        if let Err(reason) = piece.content.and_then(|text| self.record(line, &text)) {
            self.refused.push(RefusedRecord { line, reason });
        }
    }

    /// The server judges records; here is only seen to it that a line is one JSON object, because a batch without any would
    /// be refused as a whole.
    fn record(&mut self, line: u64, text: &[u8]) -> Result<(), String> {
        if !text.starts_with(b"{") {
            return Err("it is not a JSON object".to_owned());
        }
        serde_json::from_slice::<IgnoredAny>(text).map_err(|error| format!("it is not JSON: {error}"))?;
        if let Some(prefix) = &self.row_prefix {
            self.text.extend_from_slice(prefix.as_bytes());
            self.text.extend_from_slice(text);
            self.text.extend_from_slice(b"}\n");
            self.lines.push(line);
            return Ok(());
        }
        let looks_like_message = text[1..].trim_ascii_start().starts_with(b"\"records\"");
        let message = looks_like_message.then(|| serde_json::from_slice::<Message<'_>>(text).ok()).flatten();
        match message {
            None => self.push(line, text),
            Some(Message { records }) if records.len() > MESSAGE_RECORDS => {
                return Err(format!("the message has more than {MESSAGE_RECORDS} records"));
            }
            Some(Message { records }) => {
                for record in records {
                    self.push(line, record.get().as_bytes());
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, line: u64, text: &[u8]) {
        // A record of a message may be laid out over several lines.
        self.text.extend(text.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
        self.text.push(b'\n');
        self.lines.push(line);
    }

    pub(super) fn finish(
        self,
        to: Position,
        settings: &FeedSettings,
        path: &Path,
        generation: u64,
    ) -> FeedBatch {
        let mut hash = Sha256::new();
        let tenant = settings.tenant.name().to_string();
        let table = settings.table.as_deref().unwrap_or_default();
        for part in [tenant.as_bytes(), table.as_bytes(), path.as_os_str().as_encoded_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(generation.to_be_bytes());
        hash.update(self.from.offset.to_be_bytes());
        hash.update(&self.text);
        let id = hex(&hash.finalize());
        let Self { from, text, lines, refused, .. } = self;
        FeedBatch { events: EventBatch { id, lines: text }, lines, refused, from, to }
    }
}

/// Whether a text would be JSON if it went on.
pub(super) fn is_cut_off(text: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
