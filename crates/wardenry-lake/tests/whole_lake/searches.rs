//! Searches for terms: what is not in a file is not looked for in it.

use serde_json::json;

use crate::support::{ALDER, World, batch};

/// Five thousand events, enough for a file with terms. Nothing in them has the word that is looked for, `needle` is in one, `hay` in all.
async fn world() -> World {
    let world = World::new().await;
    let events = (0..5000_u32).map(|n| {
        let word = if n == 4242 { "Needle" } else { "hay" };
        json!({
            "Timestamp": format!("2026-02-03T07:{:02}:{:02}Z", n / 60 % 60, n % 60),
            "ActionType": if n % 2 == 0 { "FileRead" } else { "Sent.Größe" },
            "ObjectName": format!(r"C:\Temp\{word}-{n}.{:x}", u64::from(n) * 7_919),
            "IsAdminOperation": n % 3 == 0,
            "AccountObjectId": "0aec7deb-07c6-4ac1-8d28-66eae2d1b0c3",
            "RawEventData": {"Word": format!("{word}\t{n}"), "Number": n},
        })
    });
    world.lake.ingest(ALDER, batch("CloudAppEvents", events)).await.unwrap();
    world
}

#[tokio::test]
async fn files_without_the_terms_are_not_read() {
    let world = world().await;
    let conditions = [
        // What is in the file.
        ("ObjectName has 'needle'", 1, true),
        ("ObjectName has_any ('pin', 'needle')", 1, true),
        ("ObjectName has_any (dynamic(['pin', 'needle']))", 1, true),
        ("ObjectName has_all ('temp', 'NEEDLE')", 1, true),
        ("ObjectName hasprefix 'needl'", 1, true),
        ("ObjectName hassuffix 'eedle'", 1, true),
        (r"ObjectName contains '\\needle-4'", 1, true),
        (r"ObjectName startswith 'c:\\temp\\needle'", 1, true),
        ("ActionType == 'FileRead'", 2500, true),
        ("ActionType =~ 'sent.GRÖSSE'", 0, true),
        ("ActionType in ('FileRead', 'Nothing')", 2500, true),
        ("RawEventData has 'needle'", 1, true),
        ("RawEventData.Word has 'needle'", 1, true),
        // The tab of the JSON text.
        ("tostring(RawEventData) has 'tneedle'", 0, false),
        ("* has 'needle'", 1, true),
        // What is not.
        ("ObjectName has 'pin'", 0, false),
        ("ObjectName has_cs 'Pin' and ActionType == 'FileRead'", 0, false),
        ("ObjectName has 'pin' or ObjectName has 'pins'", 0, false),
        ("ObjectName has_any ('pin', 'pins')", 0, false),
        ("ObjectName has_any (dynamic(['pin', 'pins']))", 0, false),
        ("ObjectName has_all ('hay', 'pin')", 0, false),
        (r"ObjectName hasprefix 'pin\\need'", 0, false),
        (r"ObjectName contains 'p\\pin\\n'", 0, false),
        ("ObjectName endswith '.pin'", 0, false),
        ("ObjectName == 'pin'", 0, false),
        ("ActionType == 'FileMade'", 0, false),
        ("ActionType in~ ('filemade', 'fileGone')", 0, false),
        ("RawEventData has 'pin'", 0, false),
        ("RawEventData has_any ('pin', 'pins')", 0, false),
        ("* has 'pin'", 0, false),
        ("tostring(IsAdminOperation) has 'pin'", 0, false),
        // Of which terms tell nothing.
        ("ObjectName contains 'pin'", 0, true),
        ("ObjectName has 'pin' or IsAdminOperation", 1667, true),
        ("ObjectName !has 'pin'", 5000, true),
        ("not(ObjectName has 'pin')", 5000, true),
    ];
    for (condition, expected, _) in conditions {
        let query = format!("CloudAppEvents | where {condition} | count");
        assert_eq!(world.query(ALDER, &query).await.trim(), expected.to_string(), "in memory: {condition}");
    }
    world.lake.flush(ALDER).await.unwrap();
    for (condition, expected, reads) in conditions {
        let query = format!("CloudAppEvents | where {condition} | count");
        assert_eq!(world.query(ALDER, &query).await.trim(), expected.to_string(), "in a file: {condition}");
        let tables = world.lake.tables(ALDER).await.unwrap();
        let read = world.scanned_bytes(&tables, &query).await;
        assert_eq!(read > 0, reads, "{condition}: {read} bytes");
    }
    let tables = world.lake.tables(ALDER).await.unwrap();
    for (query, reads) in [
        ("search in (CloudAppEvents) 'needle' | count", true),
        ("search in (CloudAppEvents) 'pin' | count", false),
        ("search in (CloudAppEvents) 'pin' or 'pins' | count", false),
        ("search in (CloudAppEvents) ObjectName:'pin' | count", false),
        ("search 'pin' | count", false),
    ] {
        let read = world.scanned_bytes(&tables, query).await;
        assert_eq!(read > 0, reads, "{query}: {read} bytes");
    }
}
