//! Tables that the operator defines, and what may become of their definitions.

use std::time::Duration;

use serde_json::{Value, json};
use wardenry_kql_values::ScalarType;
use wardenry_lake::{DefinedTables, LakeError, LakeSettings, Outcome, QuarantineCode, TableDefinition};

use crate::support::{ALDER, BIRCH, World, batch};

/// Defines tables: a name, columns as `Name: type`, and the column to go by.
fn define(settings: &mut LakeSettings, tables: &[(&str, &[&str], Option<&str>)]) {
    let column = |text: &&str| {
        let (name, of_type) = text.split_once(": ").unwrap();
        (name.to_owned(), ScalarType::parse(of_type).unwrap())
    };
    let table = |(name, columns, time): &(&str, &[&str], Option<&str>)| {
        TableDefinition::new(name, columns.iter().map(column).collect(), *time).unwrap()
    };
    settings.tables = DefinedTables::new(tables.iter().map(table).collect()).unwrap();
}

const PROXY: (&str, &[&str], Option<&str>) =
    ("ProxyEvents", &["At: datetime", "Url: string", "Bytes: long"], Some("At"));

async fn world(tables: &[(&str, &[&str], Option<&str>)]) -> World {
    World::with(|settings| {
        settings.compacted_files = 2;
        define(settings, tables);
    })
    .await
}

async fn request(world: &World, event: Value) -> Outcome {
    world.lake.ingest(ALDER, batch("ProxyEvents", [event])).await.unwrap()
}

const ALL: &str = "ProxyEvents | sort by At asc";

#[tokio::test]
async fn a_defined_table_is_a_table_like_any_other() {
    let world = world(&[PROXY]).await;
    let event = json!({"At": "2026-02-03T07:00:00Z", "Url": "http://a", "Bytes": "7", "User": "u"});
    assert_eq!(request(&world, event).await, Outcome { stored: 1, ..Outcome::default() });
    let refused = request(&world, json!({"At": "2026-02-03T07:00:00Z", "Bytes": "many"})).await;
    assert_eq!(refused.quarantined[0].code, QuarantineCode::WrongType);
    let old = request(&world, json!({"At": "2025-12-03T07:00:00Z"})).await;
    assert_eq!(old.quarantined[0].code, QuarantineCode::TooOld);
    let row = "2026-02-03T07:00:00.0000000Z,http://a,7\n";
    assert_eq!(world.query(ALDER, ALL).await, row);
    assert_eq!(world.query(BIRCH, ALL).await, "");
    assert_eq!(world.query(ALDER, "ProxyEvents_All | project tostring(Unmapped.User)").await, "u\n");
    assert_eq!(world.query(ALDER, "union withsource = T Proxy* | project T").await, "ProxyEvents\n");
    let schema = "ProxyEvents | getschema | project ColumnName, ColumnType";
    assert_eq!(world.query(ALDER, schema).await, "At,datetime\nUrl,string\nBytes,long\n");
    let tables = world.lake.tables(ALDER).await.unwrap();
    let time = |name: &str| tables.time_column(name).map(|time| time.to_string());
    assert_eq!([time("ProxyEvents"), time("ProxyEvents_All")], [Some("At".into()), Some("At".into())]);
    world.lake.flush(ALDER).await.unwrap();
    let in_files = world.files();
    assert!(in_files.iter().any(|file| file.starts_with("ProxyEvents/2026-02-03/")), "{in_files:?}");
    assert_eq!(world.query(ALDER, ALL).await, row);
}

#[tokio::test]
async fn a_column_and_a_table_can_be_added_to_what_there_is() {
    let mut world = world(&[PROXY]).await;
    request(&world, json!({"At": "2026-02-03T07:00:00Z", "Url": "http://a", "User": "in vain"})).await;
    world.lake.flush(ALDER).await.unwrap();
    // This one is only in the journal when the column comes.
    request(&world, json!({"At": "2026-02-03T07:01:00Z", "Url": "http://b"})).await;
    let wider: &[&str] = &["User: string", "At: datetime", "Url: string", "Bytes: long", "Denied: bool"];
    define(&mut world.settings, &[("Zones", &["Name: string"], None), ("ProxyEvents", wider, Some("At"))]);
    world.reopen().await;
    request(&world, json!({"At": "2026-02-03T07:02:00Z", "User": "c", "Denied": true})).await;
    let rows = ",2026-02-03T07:00:00.0000000Z,http://a,,\n\
                ,2026-02-03T07:01:00.0000000Z,http://b,,\n\
                c,2026-02-03T07:02:00.0000000Z,,,true\n";
    assert_eq!(world.query(ALDER, ALL).await, rows);
    world.lake.ingest(ALDER, batch("Zones", [json!({"Name": "dmz"})])).await.unwrap();
    assert_eq!(world.query(ALDER, "Zones").await, "dmz\n");
    // Files with and without the column become one.
    world.lake.flush(ALDER).await.unwrap();
    assert_eq!(world.lake.tidy(ALDER).await.unwrap(), 1);
    world.reopen().await;
    assert_eq!(world.query(ALDER, ALL).await, rows);
}

#[tokio::test]
async fn a_definition_that_the_rows_do_not_fit_is_refused_and_nothing_is_lost() {
    let event = || json!({"At": "2026-02-03T07:00:00Z", "Bytes": 7});
    for in_files in [false, true] {
        let mut world = world(&[PROXY]).await;
        request(&world, event()).await;
        if in_files {
            world.lake.flush(ALDER).await.unwrap();
        }
        for (tables, expected) in [
            (&[][..], "it is no longer defined"),
            (
                &[("ProxyEvents", &["At: datetime", "Bytes: long"][..], Some("At"))],
                "its column Url is no longer defined",
            ),
            (
                &[("ProxyEvents", &["At: datetime", "Url: string", "Bytes: real"], Some("At"))],
                "its column Bytes is of type long there, not real",
            ),
            (
                &[("ProxyEvents", &["At: datetime", "Url: string", "Bytes: long"], None)],
                "they are sorted by the time in At, not by the time of ingestion",
            ),
        ] {
            define(&mut world.settings, tables);
            let refused = world.try_reopen().await.unwrap_err();
            assert!(
                matches!(&refused, LakeError::Redefined { table, reason } if table == "ProxyEvents" && reason == expected),
                "{refused:?}"
            );
        }
        define(&mut world.settings, &[PROXY]);
        world.reopen().await;
        assert_eq!(world.query(ALDER, ALL).await, "2026-02-03T07:00:00.0000000Z,,7\n");
    }
}

#[tokio::test]
async fn without_rows_a_definition_can_become_another_or_go() {
    let mut world = world(&[PROXY, ("Zones", &["Name: string"], None)]).await;
    world.event("a", "2026-02-03T07:00:00Z").await;
    define(&mut world.settings, &[("ProxyEvents", &["At: datetime", "Bytes: real"], None)]);
    world.reopen().await;
    request(&world, json!({"At": "2026-02-03T07:00:00Z", "Bytes": 0.5})).await;
    assert_eq!(world.query(ALDER, ALL).await, "2026-02-03T07:00:00.0000000Z,0.5\n");
    assert_eq!(world.devices().await, "a");
    let unknown = world.lake.ingest(ALDER, batch("Zones", [json!({})])).await.unwrap();
    assert_eq!(unknown.quarantined[0].code, QuarantineCode::UnknownTable);
    // Now these rows count.
    define(&mut world.settings, &[PROXY]);
    assert!(matches!(world.try_reopen().await, Err(LakeError::Redefined { .. })));
}

#[tokio::test]
async fn rows_are_kept_as_long_as_their_table_or_their_tenant_or_all_others_are() {
    let mut world = World::with(|settings| {
        define(settings, &[PROXY]);
        let mut tables = settings.tables.into_iter().cloned().map(|table| table.kept_for(Some(3)));
        settings.tables = DefinedTables::new(tables.by_ref().collect()).unwrap();
        settings.tenant_retention_days = [(BIRCH, 1)].into();
        settings.retention_grace = Duration::ZERO;
    })
    .await;
    let event = |column: &str| json!({column: "2026-02-02T12:00:00Z"});
    for tenant in [ALDER, BIRCH] {
        world.lake.ingest(tenant, batch("ProxyEvents", [event("At")])).await.unwrap();
        world.lake.ingest(tenant, batch("DeviceEvents", [event("Timestamp")])).await.unwrap();
        world.lake.flush(tenant).await.unwrap();
    }
    let count = "union (ProxyEvents | extend T = 'p'), (DeviceEvents | extend T = 'd') | summarize count() by T \
                 | sort by T asc";
    for (days, alder, birch) in
        [(1, "d,1\np,1\n", "d,1\np,1\n"), (1, "d,1\np,1\n", "p,1\n"), (3, "d,1\n", "")]
    {
        world.clock.advance(Duration::from_secs(86_400 * (days - 1)));
        for tenant in [ALDER, BIRCH] {
            world.lake.tidy(tenant).await.unwrap();
        }
        assert_eq!(
            [world.query(ALDER, count).await, world.query(BIRCH, count).await],
            [alder, birch],
            "{days}"
        );
        world.clock.advance(Duration::from_secs(86_400));
        world.reopen().await;
    }
}
