//! The records of a body: lines, an array, or an object with `records`.

use serde::Deserialize;
use serde_json::value::RawValue;
use wardenry_core::id::TenantId;

use wardenry_lake::Record;

use super::MAX_RECORDS;
use super::record::{not_text, record};

/// The body as a whole is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    #[error("the body is empty")]
    Empty,
    #[error("the body is neither JSON nor lines of JSON: {0}")]
    NotJson(String),
    #[error("the body has more than {limit} records")]
    TooManyRecords { limit: usize },
}

/// What the vendor's event hubs carry.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// The records of a body in their order, those that are none among them with the reason.
///
/// Of lines, each stands for itself. In an array, a fault in the JSON makes the whole body unreadable, and nothing of it is
/// used.
pub(super) fn records(body: &[u8], sender: TenantId) -> Result<Vec<Record>, DocumentError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    let texts = match body.first() {
        None => return Err(DocumentError::Empty),
        Some(b'[') => serde_json::from_slice::<Vec<&RawValue>>(body).map_err(not_json)?,
        Some(_) => match serde_json::from_slice::<Envelope<'_>>(body) {
            Ok(Envelope { records }) => records,
            Err(error) => return lines(body, sender, &error),
        },
    };
    within_limit(texts.len())?;
    Ok(texts.into_iter().map(|text| record(text.get(), sender)).collect())
}

fn lines(body: &[u8], sender: TenantId, as_one: &serde_json::Error) -> Result<Vec<Record>, DocumentError> {
    let lines = || body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    within_limit(lines().count())?;
    // One object over several lines, and other things that are no records at all.
    let is_record =
        |line: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok() && line[0] == b'{';
    if !lines().any(is_record) {
        return match std::str::from_utf8(body) {
            // A single record, laid out for people.
            Ok(text) if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() => {
                Ok(vec![record(text, sender)])
            }
            _ => Err(DocumentError::NotJson(as_one.to_string())),
        };
    }
    let read = |line| match std::str::from_utf8(line) {
        Ok(text) => record(text, sender),
        Err(_) => not_text(line),
    };
    Ok(lines().map(read).collect())
}

fn not_json(error: serde_json::Error) -> DocumentError {
    DocumentError::NotJson(error.to_string())
}

fn within_limit(count: usize) -> Result<(), DocumentError> {
    if count > MAX_RECORDS { Err(DocumentError::TooManyRecords { limit: MAX_RECORDS }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"category":"AdvancedHunting-X","properties":{"a":1}}"#;

    /// A letter for each record: `r` for one, `-` for a refused one.
    fn read(body: impl AsRef<[u8]>) -> Result<String, DocumentError> {
        let sender = "a1a1a1a1-0000-4000-8000-000000000001".parse().unwrap();
        let records = records(body.as_ref(), sender)?;
        Ok(records.iter().map(|record| if record.refused.is_none() { 'r' } else { '-' }).collect())
    }

    #[test]
    fn all_forms_hold_the_same_records() {
        let pretty = RECORD.replace(',', ",\n").replace('{', "{\n");
        for body in [
            format!("{RECORD}\n{RECORD}\n"),
            format!("\u{feff}{RECORD}\r\n\r\n{RECORD}"),
            format!("[{RECORD},{RECORD}]"),
            format!(" [\n{pretty},\n{pretty}\n]\n"),
            format!(r#"{{"records":[{RECORD},{RECORD}]}}"#),
        ] {
            assert_eq!(read(&body).as_deref(), Ok("rr"), "{body}");
        }
        assert_eq!(read(RECORD).as_deref(), Ok("r"));
        assert_eq!(read(pretty).as_deref(), Ok("r"));
        assert_eq!(read("[]").as_deref(), Ok(""));
    }

    #[test]
    fn a_bad_line_is_refused_alone() {
        let torn = &RECORD[..20];
        assert_eq!(read(format!("{RECORD}\nnonsense\n{RECORD}\n[]\n{torn}")).as_deref(), Ok("r-r--"));
        let mut bytes = format!("{RECORD}\n{RECORD}\n").into_bytes();
        let at = bytes.iter().rposition(|byte| *byte == b'a').unwrap();
        bytes[at] = 0xff;
        assert_eq!(read(bytes).as_deref(), Ok("r-"));
    }

    #[test]
    fn what_is_no_body_of_records_is_refused_as_a_whole() {
        assert_eq!(read(" \n"), Err(DocumentError::Empty));
        for body in ["nonsense", "{", "[", "[{]", r#"{"records":[{}"#, "\u{0}", "1\n2"] {
            assert!(matches!(read(body), Err(DocumentError::NotJson(_))), "{body}");
        }
        let many = "{}\n".repeat(MAX_RECORDS + 1);
        assert_eq!(read(many), Err(DocumentError::TooManyRecords { limit: MAX_RECORDS }));
    }
}
