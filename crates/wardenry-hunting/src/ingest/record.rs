//! One record of the event stream.

use serde_json::{Map, Value};
use wardenry_core::id::TenantId;
use wardenry_core::time::Timestamp;
use wardenry_lake::{QuarantineCode, Record};

use super::strict_json;

/// What stands before the table's name in `category`.
const CATEGORY_PREFIX: &str = "AdvancedHunting-";

/// As much as is kept of a text that is no record.
const KEPT_CHARS: usize = 4096;

/// The member under which it is kept.
const RAW: &str = "raw";

/// Why a record is none, a phrase without a full stop. The lake has further reasons.
type Refusal = (QuarantineCode, String);

/// Reads the text of one record that is sent by a tenant.
pub(super) fn record(text: &str, sender: TenantId) -> Record {
    match strict_json::parse(text) {
        Ok(Value::Object(mut members)) => match of_members(&mut members, sender) {
            Ok(record) => record,
            Err(refusal) => {
                let table = members.get("category").and_then(Value::as_str).map(without_prefix);
                refused(table.unwrap_or_default(), members.clone(), refusal)
            }
        },
        Ok(_) => no_record(text, "a record must be a JSON object".to_owned()),
        Err(error) => no_record(text, format!("the record is not valid JSON: {error}")),
    }
}

/// A line that is no text.
pub(super) fn not_text(line: &[u8]) -> Record {
    no_record(&String::from_utf8_lossy(line), "the record is not valid UTF-8".to_owned())
}

fn no_record(text: &str, reason: String) -> Record {
    let kept: String = text.chars().take(KEPT_CHARS).collect();
    let properties = Map::from_iter([(RAW.to_owned(), Value::String(kept))]);
    refused("", properties, (QuarantineCode::Malformed, reason))
}

fn refused(table: &str, properties: Map<String, Value>, refusal: Refusal) -> Record {
    Record { table: table.into(), received: None, properties, refused: Some(refusal) }
}

fn without_prefix(category: &str) -> &str {
    category.strip_prefix(CATEGORY_PREFIX).unwrap_or(category)
}

fn of_members(members: &mut Map<String, Value>, sender: TenantId) -> Result<Record, Refusal> {
    let malformed = |reason: String| (QuarantineCode::Malformed, reason);
    // The tenant is the token's. A record that names another is somebody else's, sent to the wrong place.
    match members.get("tenantId") {
        None | Some(Value::Null) => {}
        Some(Value::String(tenant)) if tenant.parse() == Ok(sender) => {}
        Some(_) => {
            let reason = "`tenantId` is not the tenant for which the token was issued";
            return Err((QuarantineCode::WrongTenant, reason.to_owned()));
        }
    }
    let category = members.get("category").and_then(Value::as_str);
    let table = category.and_then(|category| category.strip_prefix(CATEGORY_PREFIX));
    let table = table
        .filter(|table| !table.is_empty())
        .ok_or_else(|| malformed(format!("`category` must be `{CATEGORY_PREFIX}` and the name of a table")))?
        .into();
    let received = match members.get("time") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => {
            Some(Timestamp::parse(text).map_err(|error| malformed(format!("`time` is {error}")))?)
        }
        Some(_) => return Err(malformed("`time` must be a text".to_owned())),
    };
    match members.get_mut("properties") {
        Some(Value::Object(properties)) => {
            Ok(Record { table, received, properties: std::mem::take(properties), refused: None })
        }
        _ => Err(malformed("`properties` must be an object with the columns of the row".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENDER: &str = "a1a1a1a1-0000-4000-8000-000000000001";

    fn read(text: &str) -> Record {
        record(text, SENDER.parse().unwrap())
    }

    #[test]
    fn the_streams_own_record_is_understood() {
        let text = format!(
            r#"{{"time":"2026-02-03T07:20:11.0560538Z","tenantId":"{}","operationName":"Publish",
            "category":"AdvancedHunting-DeviceProcessEvents","Tenant":"DefaultTenant","properties":{{"ProcessId":4242,"IsX":true}}}}"#,
            SENDER.to_uppercase()
        );
        let record = read(&text);
        assert_eq!(record.refused, None);
        assert_eq!(&*record.table, "DeviceProcessEvents");
        assert_eq!(record.received, Some(Timestamp::parse("2026-02-03T07:20:11.0560538Z").unwrap()));
        assert_eq!(Value::Object(record.properties).to_string(), r#"{"ProcessId":4242,"IsX":true}"#);
    }

    #[test]
    fn a_tenant_and_a_time_may_be_left_out() {
        let record = read(r#"{"tenantId":null,"category":"AdvancedHunting-X","properties":{}}"#);
        assert_eq!((&*record.table, record.received, record.refused), ("X", None, None));
    }

    #[test]
    fn what_was_sent_is_kept_with_the_reason() {
        let torn = read(r#"{"category":"AdvancedHunting-X","prop"#);
        assert_eq!(torn.properties["raw"], r#"{"category":"AdvancedHunting-X","prop"#);
        let foreign = read(r#"{"category":"AdvancedHunting-X","tenantId":"x","properties":{"a":1}}"#);
        assert_eq!((&*foreign.table, &foreign.properties["properties"]["a"]), ("X", &Value::from(1)));
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        for (text, code) in [
            ("[]", QuarantineCode::Malformed),
            ("{", QuarantineCode::Malformed),
            (r#"{"category":"AdvancedHunting-X","properties":{"a":1,"a":2}}"#, QuarantineCode::Malformed),
            (r#"{"tenantId":"b2b2b2b2-0000-4000-8000-000000000002"}"#, QuarantineCode::WrongTenant),
            (r#"{"tenantId":7}"#, QuarantineCode::WrongTenant),
            (r#"{"properties":{}}"#, QuarantineCode::Malformed),
            (r#"{"category":"DeviceEvents","properties":{}}"#, QuarantineCode::Malformed),
            (r#"{"category":"AdvancedHunting-","properties":{}}"#, QuarantineCode::Malformed),
            (r#"{"category":"AdvancedHunting-X","time":"now","properties":{}}"#, QuarantineCode::Malformed),
            (r#"{"category":"AdvancedHunting-X","time":1,"properties":{}}"#, QuarantineCode::Malformed),
            (r#"{"category":"AdvancedHunting-X","properties":"{}"}"#, QuarantineCode::Malformed),
            (r#"{"category":"AdvancedHunting-X"}"#, QuarantineCode::Malformed),
        ] {
            assert_eq!(read(text).refused.map(|(code, _)| code), Some(code), "{text}");
        }
    }
}
