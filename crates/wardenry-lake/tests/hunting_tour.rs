//! `docs/hunting-tour.md` shows what its queries give: over the events of the stories, brought into a lake.
//!
//! What the page expects is derived from what is planted (`wardenry_stories`), by adding up offsets, not taken from results.

use std::path::Path;
use std::sync::Arc;

use wardenry_core::time::{Clock as _, ManualClock, Timestamp};
use wardenry_kql_cases::{Case, Outcome, Table};
use wardenry_kql_engine::{Engine, RunOptions};
use wardenry_kql_values::{ScalarType, UNIX_EPOCH};
use wardenry_lake::{Batch, Lake, LakeSettings, Record};
use wardenry_store::SqliteStore;
use wardenry_stories::{Customer, Settings};

/// When the page says that the server was started.
const NOW: &str = "2026-03-05T14:00:00Z";

/// What a client may send as a query, at most.
const QUERY_BYTES: usize = 10_000;

#[tokio::test]
async fn every_query_of_the_tour_gives_what_the_page_shows() {
    let clock = Arc::new(ManualClock::starting_at(Timestamp::parse(NOW).unwrap()));
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let settings = LakeSettings::at(folder.path().join("lake"));
    let lake = Lake::open(settings, Arc::new(store), Arc::clone(&clock) as _).await.unwrap();
    for customer in Customer::ALL {
        bring_in(&lake, customer, &clock).await;
    }

    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hunting-tour.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let cases = wardenry_kql_cases::parse(&text).unwrap();
    assert!(cases.len() >= 20, "{} queries", cases.len());
    let mut faults = Vec::new();
    for case in &cases {
        assert!(case.query.len() <= QUERY_BYTES, "{}", case.title);
        let found = match asked_of(&text, case) {
            "all" => over_all(&lake, &clock, case).await,
            name => over_one(&lake, &clock, case, Customer::named(name).expect(name)).await,
        };
        if let Err(mismatch) = case.compare(found) {
            faults.push(format!("docs/hunting-tour.md:{}: {}\n{mismatch}", case.line, case.title));
        }
    }
    lake.close().await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The line `Customer: …` below the heading.
fn asked_of<'a>(text: &'a str, case: &Case) -> &'a str {
    let below = text.lines().skip(case.line);
    below
        .take_while(|line| !line.starts_with('#'))
        .find_map(|line| line.strip_prefix("Customer: "))
        .unwrap_or("")
}

async fn bring_in(lake: &Lake, customer: &'static Customer, clock: &ManualClock) {
    let settings = Settings::ending_at(clock.now().unix_secs() * 1000);
    let mut events = customer.events(&settings).peekable();
    while events.peek().is_some() {
        let records = events.by_ref().take(5000).map(|event| Record {
            table: event.table.into(),
            received: None,
            properties: event.into_properties(),
            refused: None,
        });
        let batch = Batch { id: None, records: records.collect() };
        let outcome = lake.ingest(customer.tenant.parse().unwrap(), batch).await.unwrap();
        assert_eq!(outcome.quarantined, []);
    }
}

async fn over_one(lake: &Lake, clock: &ManualClock, case: &Case, customer: &Customer) -> Outcome {
    let tables = lake.tables(customer.tenant.parse().unwrap()).await.unwrap();
    let options = RunOptions::at(clock.now().unix_ticks() + UNIX_EPOCH);
    case.outcome_over(&tables, &Engine::new(), &options).await
}

/// The results of all customers, the customer's name first, as `wardenry hunt --all-tenants` puts them together.
async fn over_all(lake: &Lake, clock: &ManualClock, case: &Case) -> Outcome {
    let mut merged: Option<Table> = None;
    for customer in Customer::ALL {
        let found = over_one(lake, clock, case, customer).await;
        let Outcome::Table(mut table) = found else { return found };
        table.columns.insert(0, ("Tenant".to_owned(), ScalarType::String));
        table.rows.iter_mut().for_each(|row| row.insert(0, customer.name.into()));
        match &mut merged {
            Some(merged) => merged.rows.extend(table.rows),
            None => merged = Some(table),
        }
    }
    Outcome::Table(merged.expect("there are customers"))
}
