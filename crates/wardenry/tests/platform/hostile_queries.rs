//! Queries that want too much: over HTTPS, as their senders and the others see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::hunting::{DEFENDER, GRAPH, GRAPH_HUNT, HUNT, World, message};
use crate::process::Server;

fn world(configuration: &str) -> World {
    World::over(Server::start_with(TempDir::new().unwrap(), configuration))
}

/// Longer than any limit of time.
const ENDLESS: &str = "range t from datetime(1000-01-01) to datetime(2900-01-01) step 1tick | count";

#[tokio::test]
async fn a_query_that_wants_too_much_is_ended_and_nothing_else_is() {
    let world = world(
        "[hunting]\nrun_seconds = 2\nmemory_bytes = 67_108_864\nspill_bytes = 16_777_216\ncalls_per_minute = 1000",
    );
    let hunter = world.token(world.customer(0), DEFENDER).await;
    let other = world.token(world.customer(1), DEFENDER).await;
    let numbers = "range n from 1 to 5000000 step 1 | extend k = 1";
    let deep = |open: &str, close: &str| format!("print x = {}1{}", open.repeat(5000), close.repeat(5000));
    for (query, expected) in [
        ("range x from 1 to 1000000000 step 1".to_owned(), "more than 100000 rows (KQL0901)"),
        (ENDLESS.to_owned(), "(KQL0903)"),
        (format!("let a = {numbers}; a | join kind=inner (a) on k | count"), "(KQL09"),
        (format!("{numbers} | summarize make_list(strcat(n, strrep('x', 200)))"), "(KQL0904)"),
        (
            format!(
                "{numbers} | extend s = strcat('padding ', n, ' padding') | sort by s | summarize make_list(s)"
            ),
            "(KQL0904)",
        ),
        (deep("(", ")"), "nested more than 256 levels deep"),
        (deep("dynamic([", "])"), "nested more than 256 levels deep"),
        (deep("1-", ""), "nested more than 256 levels deep"),
        ("print strrep(strrep(strrep('a', 1000), 1000), 1000)".to_owned(), "(KQL0909)"),
        ("print x = range(1, 100000000) | mv-expand x | count".to_owned(), "(KQL0904)"),
    ] {
        let shown: String = query.chars().take(80).collect();
        let answer = world.hunt(HUNT, &hunter, &query).await;
        // What an answer has of rows would be long.
        let refusal = (answer.0, &answer.2["error"]);
        assert_eq!((refusal.0, &refusal.1["code"]), (400, &json!("BadRequest")), "{shown}: {refusal:?}");
        assert!(message(&answer).contains(expected), "{shown}: {refusal:?}");
        assert_eq!(world.hunt(HUNT, &other, "print 1").await.0, 200, "{shown}");
    }
}

#[tokio::test]
async fn quotas_count_for_both_shapes_and_say_when_to_come_back() {
    let world = world("[hunting]\ncalls_per_hour = 3");
    let (hunter, graph) =
        (world.token(world.customer(0), DEFENDER).await, world.token(world.customer(0), GRAPH).await);
    assert_eq!(world.hunt(HUNT, &hunter, "print 1").await.0, 200);
    assert_eq!(world.hunt(GRAPH_HUNT, &graph, "print 1").await.0, 200);
    assert_eq!(world.hunt(HUNT, &hunter, "wrong").await.0, 400, "it counts, too");
    for (path, token, code) in [(HUNT, &hunter, "429"), (GRAPH_HUNT, &graph, "TooManyRequests")] {
        let refused = world.hunt(path, token, "print 1").await;
        assert_eq!((refused.0, &refused.2["error"]["code"]), (429, &json!(code)), "{refused:?}");
        assert!(
            message(&refused).starts_with("API calls quota exceeded! maximum allowed 3 per 01:00:00"),
            "{refused:?}"
        );
        let wait: u64 = refused.1.as_ref().unwrap().parse().unwrap();
        assert!((1..=3600).contains(&wait), "{wait}");
    }
    let theirs = world.token(world.customer(1), DEFENDER).await;
    assert_eq!(world.hunt(HUNT, &theirs, "print 1").await.0, 200, "another tenant has its own");
}

/// The tenant has one place. It is given back when all threads of its query have ended, and their processor time is charged then.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_query_ends_when_its_sender_leaves_and_is_charged() {
    let world = Arc::new(world(
        "[hunting]\nconcurrent_queries = 2\nconcurrent_queries_per_tenant = 1\ncalls_per_minute = 1000000\n\
         calls_per_hour = 1000000\ncpu_seconds_per_quarter_hour = 1",
    ));
    let hunter = world.token(world.customer(0), DEFENDER).await;
    let before = world.server.processor_ticks();
    let endless = {
        let (world, hunter) = (Arc::clone(&world), hunter.clone());
        tokio::spawn(async move { world.hunt(HUNT, &hunter, ENDLESS).await })
    };
    // Much more than the quota, so that it is the query that used it and not what is asked meanwhile.
    while world.server.processor_ticks() < before + 400 {
        assert!(!endless.is_finished());
        tokio::task::yield_now().await;
    }
    endless.abort();
    assert!(endless.await.unwrap_err().is_cancelled());
    let mut refused = world.hunt(HUNT, &hunter, "print 1").await;
    if refused.0 == 200 {
        // It was admitted before the other was charged, and has waited for its place.
        refused = world.hunt(HUNT, &hunter, "print 1").await;
    }
    assert_eq!(refused.0, 429, "{refused:?}");
    assert!(
        message(&refused).starts_with(
            "This query was not run because the tenant has used up the CPU resources allocated to it, 00:00:01 of processor \
             time in 15 minutes. Queries run again in 00:"
        ),
        "{refused:?}"
    );
    let wait: u64 = refused.1.as_ref().unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    let theirs = world.token(world.customer(1), DEFENDER).await;
    assert_eq!(world.hunt(HUNT, &theirs, "print 1").await.0, 200, "another tenant has its own");
}

/// There is one place in all. One tenant's queue is as long as it may be; another's query is the next but one.
#[tokio::test]
async fn a_flood_of_one_tenant_costs_another_one_turn() {
    const SENT: usize = 40;
    const WAITING: usize = 32;
    let world = Arc::new(world(
        "[hunting]\nconcurrent_queries = 1\nconcurrent_queries_per_tenant = 1\nrun_seconds = 1\ncalls_per_minute = 1000",
    ));
    let hunter = world.token(world.customer(0), DEFENDER).await;
    let theirs = world.token(world.customer(1), DEFENDER).await;
    let ended = Arc::new(AtomicUsize::new(0));
    let (refuse, mut refusals) = mpsc::unbounded_channel();
    let mut flood = Vec::new();
    for _ in 0..SENT {
        let (world, hunter, refuse, ended) =
            (Arc::clone(&world), hunter.clone(), refuse.clone(), Arc::clone(&ended));
        flood.push(tokio::spawn(async move {
            let answer = world.hunt(HUNT, &hunter, ENDLESS).await;
            if answer.0 == 429 {
                drop(refuse.send(answer));
            } else {
                ended.fetch_add(1, Ordering::SeqCst);
            }
        }));
    }
    // That any are refused tells that the queue is full.
    let refused = refusals.recv().await.unwrap();
    assert_eq!(message(&refused), "Too many queries are waiting for their turn. Try again in 10 seconds.");
    assert_eq!(refused.1.as_deref(), Some("10"));
    let before = ended.load(Ordering::SeqCst);
    let light = world.hunt(HUNT, &theirs, "print 1").await;
    let between = ended.load(Ordering::SeqCst) - before;
    assert_eq!(light.0, 200, "{light:?}");
    assert!(between <= 3, "{between} of {WAITING} waiting queries were ahead of it");
    flood.iter().for_each(tokio::task::JoinHandle::abort);
}
