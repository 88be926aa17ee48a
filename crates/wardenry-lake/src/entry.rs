//! A batch as bytes, for the journal.
//!
//! Numbers are little-endian, texts have their length in front. Events are JSON, so that a journal can be read with a later schema.

use wardenry_core::time::Timestamp;

use crate::batch::{QuarantineCode, Record};
use crate::rows::{Rules, Written};

/// The first byte of a batch: which form the rest has.
const VERSION: u8 = 1;

/// What a record has, one bit each.
const RECEIVED: u8 = 1;
const REFUSED: u8 = 2;

/// A batch, read back.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: Option<Box<str>>,
    pub(crate) rules: Rules,
    pub(crate) records: Vec<Record>,
    /// The events as JSON, in the order of the records.
    pub(crate) json: Vec<String>,
}

pub(crate) fn encode(id: Option<&str>, rules: &Rules, records: &[Written<'_>]) -> Vec<u8> {
    let size = records.iter().map(|record| record.json.len() + record.record.table.len() + 17).sum::<usize>();
    let mut out = Vec::with_capacity(size + 64);
    out.push(VERSION);
    out.extend(rules.now.unix_ticks().to_le_bytes());
    out.extend(rules.retention_days.to_le_bytes());
    out.extend(rules.record_bytes.to_le_bytes());
    match id {
        Some(id) => {
            out.push(1);
            text(&mut out, id);
        }
        None => out.push(0),
    }
    out.extend(number(records.len()).to_le_bytes());
    for Written { record, json } in records {
        text(&mut out, &record.table);
        let has = |is_there: bool, flag| if is_there { flag } else { 0 };
        out.push(has(record.received.is_some(), RECEIVED) | has(record.refused.is_some(), REFUSED));
        if let Some(received) = record.received {
            out.extend(received.unix_ticks().to_le_bytes());
        }
        if let Some((code, reason)) = &record.refused {
            text(&mut out, code.name());
            text(&mut out, reason);
        }
        text(&mut out, json);
    }
    out
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend(number(text.len()).to_le_bytes());
    out.extend(text.as_bytes());
}

/// The limits of a batch keep all lengths far below.
fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// `None` if the bytes are no batch.
pub(crate) fn decode(bytes: &[u8]) -> Option<Entry> {
    let mut bytes = Bytes(bytes);
    if bytes.byte()? != VERSION {
        return None;
    }
    let rules = Rules {
        now: Timestamp::from_unix_ticks(i64::from_le_bytes(bytes.array()?)),
        retention_days: u32::from_le_bytes(bytes.array()?),
        record_bytes: u32::from_le_bytes(bytes.array()?),
    };
    let id = match bytes.byte()? {
        0 => None,
        _ => Some(bytes.text()?.into()),
    };
    let count = u32::from_le_bytes(bytes.array()?);
    let (mut records, mut jsons) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let table = bytes.text()?.into();
        let flags = bytes.byte()?;
        let received = match flags & RECEIVED {
            0 => None,
            _ => Some(Timestamp::from_unix_ticks(i64::from_le_bytes(bytes.array()?))),
        };
        let refused = match flags & REFUSED {
            0 => None,
            _ => Some((QuarantineCode::by_name(bytes.text()?)?, bytes.text()?.to_owned())),
        };
        let json = bytes.text()?;
        let properties = serde_json::from_str(json).ok()?;
        records.push(Record { table, received, properties, refused });
        jsons.push(json.to_owned());
    }
    bytes.0.is_empty().then_some(Entry { id, rules, records, json: jsons })
}

struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = u32::from_le_bytes(self.array()?);
        std::str::from_utf8(self.take(usize::try_from(length).ok()?)?).ok()
    }
}
