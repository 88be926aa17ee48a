//! Rows stay in order until something makes them lose it.

use serde_json::json;
use wardenry_kql_engine::MemoryTables;

use crate::support::rows;

#[tokio::test]
async fn through_operators_that_take_one_row_at_a_time() {
    let query = "range x from 1 to 5 step 1 | sort by x desc | extend y = x * 2 | where x != 3 | project y";
    assert_eq!(rows(query, &MemoryTables::new()).await, json!([[10], [8], [4], [2]]));
}

/// The key is not among the columns of the result.
#[tokio::test]
async fn by_a_column_that_is_gone() {
    let query = "datatable(a:long, b:string)[1, \"x\", 3, \"z\", 2, \"y\"] | sort by a asc | project b";
    assert_eq!(rows(query, &MemoryTables::new()).await, json!([["x"], ["y"], ["z"]]));
}

#[tokio::test]
async fn take_gives_the_first() {
    let query = "range x from 1 to 100000 step 1 | sort by x desc | take 2 | extend y = x + 1";
    assert_eq!(rows(query, &MemoryTables::new()).await, json!([[100_000, 100_001], [99_999, 100_000]]));
}

#[tokio::test]
async fn windows_over_many_batches() {
    let query = "range x from 1 to 30000 step 1 | extend p = prev(x, 2), n = next(x, 3, -1) \
                 | where x in (1, 2, 3, 8192, 8193, 29997, 29998)";
    let expected = json!([
        [1, null, 4],
        [2, null, 5],
        [3, 1, 6],
        [8192, 8190, 8195],
        [8193, 8191, 8196],
        [29997, 29995, 30000],
        [29998, 29996, -1]
    ]);
    assert_eq!(rows(query, &MemoryTables::new()).await, expected);
}

/// [D row-window-session-function.md], the page's example.
#[tokio::test]
async fn sessions() {
    let query = r#"datatable (ID:string, Timestamp:datetime) [
        "1", datetime(2024-04-11 10:00:00),
        "2", datetime(2024-04-11 10:18:00),
        "1", datetime(2024-04-11 11:00:00),
        "3", datetime(2024-04-11 11:30:00),
        "2", datetime(2024-04-11 13:30:00),
        "2", datetime(2024-04-11 10:16:00)]
        | sort by ID asc, Timestamp asc
        | extend S = row_window_session(Timestamp, 1h, 5m, ID != prev(ID)) | project ID, S"#;
    let expected = json!([
        ["1", "2024-04-11T10:00:00.0000000Z"],
        ["1", "2024-04-11T11:00:00.0000000Z"],
        ["2", "2024-04-11T10:16:00.0000000Z"],
        ["2", "2024-04-11T10:16:00.0000000Z"],
        ["2", "2024-04-11T13:30:00.0000000Z"],
        ["3", "2024-04-11T11:30:00.0000000Z"]
    ]);
    assert_eq!(rows(query, &MemoryTables::new()).await, expected);
}

/// [D row-rank-min-function.md], the page's example.
#[tokio::test]
async fn ranks() {
    let query = r#"datatable (Airline:string, Departures:long)
        ["LH", 3, "LY", 100, "UA", 3, "BA", 2, "EL", 3]
        | sort by Departures asc
        | extend Rank = row_rank_min(Departures), Dense = row_rank_dense(Departures)
        | project Departures, Rank, Dense"#;
    assert_eq!(
        rows(query, &MemoryTables::new()).await,
        json!([[2, 1, 1], [3, 2, 2], [3, 2, 2], [3, 2, 2], [100, 5, 3]])
    );
}

/// [D row-cumsum-function.md], the page's example.
#[tokio::test]
async fn sums_that_restart() {
    let query = r#"datatable (name:string, month:int, salary:long)
        ["Alice", 1, 1000, "Bob", 1, 1000, "Alice", 2, 2000, "Bob", 2, 1950, "Alice", 3, 1400, "Bob", 3, 1450]
        | order by name asc, month asc
        | extend total = row_cumsum(salary, name != prev(name)) | project name, total"#;
    assert_eq!(
        rows(query, &MemoryTables::new()).await,
        json!([
            ["Alice", 1000],
            ["Alice", 3000],
            ["Alice", 4400],
            ["Bob", 1000],
            ["Bob", 2950],
            ["Bob", 4400]
        ])
    );
}
