//! `fork` and `facet`: a case document shows the first result only.

use serde_json::{Value as Json, json};
use wardenry_kql_engine::render::{self, Renderer as _};
use wardenry_kql_engine::{Engine, MemoryTables, RunOptions};

use crate::support::NOW;

/// The names of the columns and the rows of each result.
async fn results(query: &str) -> Vec<(Vec<String>, Json)> {
    let tables = MemoryTables::new();
    let mut run = Engine::new().run(query, &tables, &RunOptions::at(NOW)).await.expect("the query runs");
    let mut results = Vec::new();
    for result in &mut run.results {
        let names = result.columns().iter().map(|column| column.name.to_string()).collect();
        let mut out = Vec::new();
        let mut json = render::Json::default();
        json.begin(result.columns(), &mut out);
        while let Some(batch) = result.next().await {
            json.rows(&batch.expect("rows"), &mut out);
        }
        json.end(&result.statistics(), &mut out);
        let document: Json = serde_json::from_slice(&out).expect("a result is JSON");
        results.push((names, document["rows"].clone()));
    }
    results
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// [D fork-operator.md]
#[tokio::test]
async fn fork_gives_a_result_for_each_branch() {
    let found = results(
        "range x from 1 to 5 step 1 | where x > 1 | fork Low = (where x < 3) (count | as N) (project y = x * 2 | top 1 by y); N",
    )
    .await;
    assert_eq!(
        found,
        [
            (names(&["x"]), json!([[2]])),
            (names(&["Count"]), json!([[4]])),
            (names(&["y"]), json!([[10]])),
            (names(&["Count"]), json!([[4]])),
        ]
    );
}

/// [D facet-operator.md]
#[tokio::test]
async fn facet_gives_a_result_for_each_column() {
    let mut found = results(
        "datatable(k:string, x:long)[\"a\", 1, \"a\", 2, \"b\", 1] | facet by k, x with (where x > 1 | project x)",
    )
    .await;
    for (_, rows) in &mut found {
        rows.as_array_mut().expect("rows").sort_by_key(ToString::to_string);
    }
    assert_eq!(
        found,
        [
            (names(&["x"]), json!([[2]])),
            (names(&["k", "count_k"]), json!([["a", 2], ["b", 1]])),
            (names(&["x", "count_x"]), json!([[1, 2], [2, 1]])),
        ]
    );
}

/// Each branch says for itself how it is to be drawn.
#[tokio::test]
async fn branches_are_drawn_by_themselves() {
    let query = "print x = 1 | fork (project y = x) (project z = x | render piechart)";
    let tables = MemoryTables::new();
    let run = Engine::new().run(query, &tables, &RunOptions::at(NOW)).await.expect("the query runs");
    let kinds: Vec<Option<&str>> =
        run.results.iter().map(|result| result.render().map(|render| &*render.kind)).collect();
    assert_eq!(kinds, [None, Some("piechart")]);
}
