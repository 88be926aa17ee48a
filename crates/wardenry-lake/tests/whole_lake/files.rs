//! Rows in files.

use std::fs::{self, File};

use parquet::basic::Encoding;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::json;

use crate::support::{ALDER, World, batch};

/// Whatever the path of a row, a query sees the same.
#[tokio::test]
async fn rows_are_the_same_in_the_tail_in_files_and_after_a_start() {
    let mut world = World::new().await;
    let agents = [
        json!({
            "Timestamp": "2026-02-03T07:00:00.1234567Z", "AIAgentId": "11111111-1111-4111-8111-111111111111",
            "AgentCreationTime": "0001-01-01T00:00:00Z", "LastModifiedTime": "2026-02-03T07:00:00.0000001Z",
            "LastPublishedTime": "1600-01-01T00:00:00.0000001Z", "AgentToolsDetails": [{"a": 1}, null],
            "AuthorizedSecurityGroupIds": "text", "AIAgentName": "Größe 🚀", "Extra": 7,
        }),
        json!({"Timestamp": "2026-02-02T07:00:00Z", "AIAgentName": "", "AgentToolsDetails": "null"}),
    ];
    world.lake.ingest(ALDER, batch("AIAgentsInfo", agents)).await.unwrap();
    let query = "AIAgentsInfo_All | sort by Timestamp asc | extend ingestion_time()";
    let in_tail = world.query(ALDER, query).await;
    assert_eq!(in_tail.lines().count(), 2, "{in_tail}");
    for part in
        ["0001-01-01T00:00:00.0000000Z", "1600-01-01T00:00:00.0000001Z", "07:00:00.1234567Z", "Größe 🚀"]
    {
        assert!(in_tail.contains(part), "{part} {in_tail}");
    }
    world.lake.flush(ALDER).await.unwrap();
    assert_eq!(world.files().len(), 2);
    assert_eq!(world.segments().len(), 0);
    assert_eq!(world.query(ALDER, query).await, in_tail);
    world.reopen().await;
    assert_eq!(world.query(ALDER, query).await, in_tail);
}

#[tokio::test]
async fn a_query_sees_files_and_tail_together() {
    let world = World::new().await;
    world.event("ws-1 alpha", "2026-02-03T07:00:00Z").await;
    world.event("ws-2 beta", "2026-02-03T06:00:00Z").await;
    world.lake.flush(ALDER).await.unwrap();
    world.event("ws-3 alpha", "2026-02-03T07:30:00Z").await;
    for (query, expected) in [
        ("DeviceEvents | count", "3\n"),
        (
            "DeviceEvents | where DeviceName has 'alpha' | sort by DeviceName asc | project DeviceName",
            "ws-1 alpha\nws-3 alpha\n",
        ),
        ("DeviceEvents | where Timestamp > datetime(2026-02-03T06:30:00Z) | summarize count()", "2\n"),
        (
            "DeviceEvents | where Timestamp < datetime(2026-02-03T06:30:00Z) | project DeviceName",
            "ws-2 beta\n",
        ),
        (
            "DeviceEvents | summarize count() by Kind = extract('[a-z]+$', 0, DeviceName) | sort by Kind asc",
            "alpha,2\nbeta,1\n",
        ),
        ("DeviceEvents | top 1 by Timestamp | project DeviceName", "ws-3 alpha\n"),
        ("DeviceEvents | where isempty(ActionType) | count", "3\n"),
    ] {
        assert_eq!(world.query(ALDER, query).await, expected, "{query}");
    }
}

/// A file of another time is not even opened.
#[tokio::test]
async fn files_are_chosen_by_time() {
    let mut world = World::new().await;
    world.event("old", "2026-02-01T07:00:00Z").await;
    world.event("new", "2026-02-03T07:00:00Z").await;
    world.lake.flush(ALDER).await.unwrap();
    world.reopen().await;
    let old = world.files()[0].clone();
    assert!(old.starts_with("DeviceEvents/2026-02-01/"), "{old}");
    fs::write(world.tenant_folder().join(old), "no Parquet").unwrap();
    for query in [
        "DeviceEvents | where Timestamp > ago(1d) | project DeviceName",
        "DeviceEvents | where Timestamp between (datetime(2026-02-03) .. 1d) | project DeviceName",
        "let T = DeviceEvents | where Timestamp >= datetime(2026-02-02); T | where DeviceName has 'new' | project DeviceName",
    ] {
        assert_eq!(world.query(ALDER, query).await, "new\n", "{query}");
    }
}

/// What the engine reads fastest: see `docs/lake.md`.
#[tokio::test]
async fn texts_with_few_values_are_dictionaries_in_all_pages() {
    let world = World::new().await;
    let events = (0..5000).map(|n| {
        json!({
            "Timestamp": "2026-02-03T07:00:00Z", "DeviceName": format!("ws-{}", n % 50),
            "SHA256": format!("{n:064x}"), "ProcessCommandLine": format!("run --number {n} --and a good deal more than that, {n:050}"),
        })
    });
    world.lake.ingest(ALDER, batch("DeviceEvents", events)).await.unwrap();
    world.lake.flush(ALDER).await.unwrap();
    let file = File::open(world.tenant_folder().join(&world.files()[0])).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let mut found = Vec::new();
    for column in reader.metadata().row_group(0).columns() {
        let name = column.column_path().string();
        if ["DeviceName", "SHA256", "ProcessCommandLine"].contains(&&*name) {
            let pages = column.page_encoding_stats_mask().unwrap();
            let dictionary = pages.is_only(Encoding::RLE_DICTIONARY);
            let full = pages.is_only(Encoding::PLAIN);
            found.push((name, dictionary, full, column.bloom_filter_offset().is_some()));
        }
    }
    found.sort();
    let expected = [
        ("DeviceName".to_owned(), true, false, false),
        ("ProcessCommandLine".to_owned(), false, true, false),
        ("SHA256".to_owned(), false, true, true),
    ];
    assert_eq!(found, expected);
    let query = format!("DeviceEvents | where SHA256 == '{:064x}' | project DeviceName", 4242);
    assert_eq!(world.query(ALDER, &query).await, "ws-42\n");
}

/// Most of a file is not read for a term that is rare in it, and the answers are those of a search through all of it.
#[tokio::test]
async fn a_search_for_a_rare_term_reads_little() {
    let mut world = World::with(|settings| {
        (settings.flush_bytes, settings.tail_bytes) = (1 << 30, 2 << 30);
    })
    .await;
    // Three row groups.
    for part in 0..3 {
        let events = (0..100_000).map(|n| {
            let n = part * 100_000 + n;
            let rare = if n == 150_000 { "Needle" } else { "hay" };
            json!({
                "Timestamp": format!("2026-02-03T0{part}:{:02}:{:02}Z", n / 60 % 60, n % 60),
                "ProcessCommandLine": format!("run -{rare} --number {n} \u{212A}elvin {:x}", n * 7_919_u64),
            })
        });
        world.lake.ingest(ALDER, batch("DeviceEvents", events)).await.unwrap();
    }
    let queries = [
        ("ProcessCommandLine has 'needle'", "1\n"),
        ("ProcessCommandLine has_cs 'Needle' and ProcessCommandLine has 'run'", "1\n"),
        ("ProcessCommandLine has 'number 150000' or ProcessCommandLine has 'number 299999'", "2\n"),
        ("ProcessCommandLine has 'needles'", "0\n"),
        ("ProcessCommandLine has 'kelvin'", "300000\n"),
        ("ProcessCommandLine has '-hay --number 7 '", "1\n"),
        ("ProcessCommandLine !has 'hay'", "1\n"),
        ("not(ProcessCommandLine has 'needle')", "299999\n"),
        ("ProcessCommandLine contains 'eedl'", "1\n"),
        ("ProcessCommandLine has 'needle' or ProcessId == 1", "1\n"),
    ];
    let ask = async |world: &World| {
        for (condition, expected) in queries {
            let query = format!("DeviceEvents | where {condition} | count");
            assert_eq!(world.query(ALDER, &query).await, expected, "{condition}");
        }
    };
    ask(&world).await;
    world.lake.flush(ALDER).await.unwrap();
    ask(&world).await;
    assert_eq!(world.files().len(), 2);
    let scanned = async |world: &World, term: &str| {
        let tables = world.lake.tables(ALDER).await.unwrap();
        let query = format!(
            "DeviceEvents | where ProcessCommandLine has '{term}' | summarize max(ProcessCommandLine)"
        );
        world.scanned_bytes(&tables, &query).await
    };
    let (all, rare, none) =
        (scanned(&world, "kelvin").await, scanned(&world, "needle").await, scanned(&world, "needles").await);
    assert!(rare > 0 && rare < all / 2, "{rare} of {all}");
    assert_eq!(none, 0);
    // Without the file beside it, or with another, all of it is read.
    let terms = world.tenant_folder().join(&world.files()[1]);
    assert!(terms.extension().is_some_and(|extension| extension == "terms"), "{}", terms.display());
    fs::write(&terms, "damaged").unwrap();
    world.reopen().await;
    ask(&world).await;
    fs::remove_file(&terms).unwrap();
    world.reopen().await;
    ask(&world).await;
    assert_eq!(scanned(&world, "needle").await, all);
}
