//! Events become rows that KQL finds.

use serde_json::json;
use wardenry_lake::{Outcome, QuarantineCode, Quarantined};

use crate::support::{ALDER, BIRCH, World, at, batch};

#[tokio::test]
async fn an_event_is_found_by_its_tenant_as_soon_as_it_is_acknowledged() {
    let world = World::new().await;
    let event = json!({
        "Timestamp": "2026-02-03T07:14:30.4Z", "DeviceName": "ws-12", "ActionType": "ProcessCreated",
        "ProcessId": "4242", "AdditionalFields": "{\"Signed\":true}",
    });
    let outcome = world.lake.ingest(ALDER, batch("DeviceProcessEvents", [event])).await.unwrap();
    assert_eq!(outcome, Outcome { stored: 1, ..Outcome::default() });
    let query = "DeviceProcessEvents | project Timestamp, DeviceName, ProcessId, Signed = parse_json(AdditionalFields).Signed, ingestion_time()";
    assert_eq!(
        world.query(ALDER, query).await,
        "2026-02-03T07:14:30.4000000Z,ws-12,4242,true,2026-02-03T08:00:00.0000000Z\n"
    );
    assert_eq!(world.query(BIRCH, query).await, "");
}

#[tokio::test]
async fn members_without_a_column_are_kept_out_of_sight() {
    let world = World::new().await;
    let event = json!({"DeviceName": "ws-12", "Colour": "red", "deviceName": 1});
    world.lake.ingest(ALDER, batch("DeviceEvents", [event])).await.unwrap();
    assert_eq!(
        world.query(ALDER, "DeviceEvents | getschema | where ColumnName == 'Unmapped' | count").await,
        "0\n"
    );
    let query =
        "DeviceEvents_All | project DeviceName, tostring(Unmapped.Colour), tolong(Unmapped.deviceName)";
    assert_eq!(world.query(ALDER, query).await, "ws-12,red,1\n");
}

#[tokio::test]
async fn an_event_without_a_time_gets_that_of_its_envelope_or_the_present() {
    let world = World::new().await;
    let mut events = batch("DeviceEvents", [json!({"DeviceName": "a"}), json!({"DeviceName": "b"})]);
    events.records[0].received = Some(at("2026-02-03T07:00:00Z"));
    world.lake.ingest(ALDER, events).await.unwrap();
    let query = "DeviceEvents | sort by DeviceName asc | project DeviceName, Timestamp";
    assert_eq!(
        world.query(ALDER, query).await,
        "a,2026-02-03T07:00:00.0000000Z\nb,2026-02-03T08:00:00.0000000Z\n"
    );
}

#[tokio::test]
async fn what_does_not_fit_is_in_quarantine_and_the_rest_is_stored() {
    let world = World::new().await;
    let mut events = batch(
        "DeviceEvents",
        [
            json!({"DeviceName": "good"}),
            json!({"DeviceName": "bad", "ProcessId": 1, "ReportId": "seven"}),
            json!({"Timestamp": "2026-02-05T08:00:01Z"}),
            json!({"Timestamp": "2026-01-01T00:00:00Z"}),
            json!({"DeviceName": "lost"}),
        ],
    );
    events.id = Some("b1".into());
    events.records[4].table = "DeviceEvent".into();
    let outcome = world.lake.ingest(ALDER, events).await.unwrap();
    let quarantined = |index, code, reason: &str| Quarantined { index, code, reason: reason.to_owned() };
    let expected = vec![
        quarantined(1, QuarantineCode::WrongType, "ReportId is of type long, and \"seven\" is no such value"),
        quarantined(
            2,
            QuarantineCode::InTheFuture,
            "the event is more than a day ahead of this server's clock",
        ),
        quarantined(3, QuarantineCode::TooOld, "the event is older than the 30 days for which rows are kept"),
        quarantined(4, QuarantineCode::UnknownTable, "there is no table DeviceEvent"),
    ];
    assert_eq!(outcome, Outcome { stored: 1, repeated: false, quarantined: expected });
    assert_eq!(world.query(ALDER, "DeviceEvents | project DeviceName").await, "good\n");
    let query = "WardenryQuarantine | where Code in ('WrongType', 'UnknownTable')
        | project BatchId, RecordIndex, TableName, Code, tostring(parse_json(Record).DeviceName) | sort by RecordIndex asc";
    assert_eq!(
        world.query(ALDER, query).await,
        "b1,1,DeviceEvents,WrongType,bad\nb1,4,DeviceEvent,UnknownTable,lost\n"
    );
    assert_eq!(world.query(ALDER, "union * | count").await, "1\n");
}

#[tokio::test]
async fn a_batch_of_the_same_id_is_stored_once() {
    let world = World::new().await;
    let mut events = batch("DeviceEvents", [json!({"DeviceName": "a"}), json!({"DeviceName": "b"})]);
    events.id = Some("b1".into());
    let first = world.lake.ingest(ALDER, events.clone()).await.unwrap();
    let again = world.lake.ingest(ALDER, events.clone()).await.unwrap();
    assert_eq!((first.stored, first.repeated, again.stored, again.repeated), (2, false, 2, true));
    assert_eq!(world.query(ALDER, "DeviceEvents | count").await, "2\n");
    // Ids are each tenant's own.
    assert!(!world.lake.ingest(BIRCH, events).await.unwrap().repeated);
}
