//! Another tool reads the files without us.
//!
//! `WARDENRY_DUCKDB_PYTHON` names a Python with DuckDB; `tests/lake/run` installs one and sets it. Without it there is nobody to ask.

use std::process::Command;

use serde_json::json;

use crate::support::{ALDER, World, batch};

const PYTHON: &str = "WARDENRY_DUCKDB_PYTHON";

/// Prints the rows of a query over the files of a pattern, and the types of its columns.
const SCRIPT: &str = r#"
import sys, duckdb
pattern, query = sys.argv[1:]
duckdb.sql("set timezone = 'UTC'")
duckdb.sql(f"create view lake as select * from read_parquet('{pattern}', union_by_name = true)")
found = duckdb.sql(query)
print(*found.types, sep="|")
for row in found.fetchall():
    print(*row, sep="|")
"#;

#[tokio::test]
async fn duckdb_reads_the_files() {
    let Some(python) = std::env::var_os(PYTHON) else { return };
    let world = World::with(|settings| settings.compacted_files = 2).await;
    for n in 0..4 {
        let event = json!({
            "Timestamp": format!("2026-02-0{}T07:00:00.1234567Z", 1 + n / 2), "AIAgentName": format!("agent {n}"),
            "AIAgentId": format!("1111111{n}-1111-4111-8111-111111111111"), "AgentToolsDetails": [{"n": n}],
            "IsBlocked": n == 1, "Colour": "red",
        });
        world.lake.ingest(ALDER, batch("AIAgentsInfo", [event])).await.unwrap();
        world.lake.flush(ALDER).await.unwrap();
    }
    world.lake.tidy(ALDER).await.unwrap();
    let pattern = world.tenant_folder().join("AIAgentsInfo/*/*.parquet");
    let query = r#"
        select AIAgentName, AIAgentId, epoch_ns(Timestamp) % 1000000000 as ns, Timestamp, AgentToolsDetails->'$[0].n' as n,
            Unmapped->>'$.Colour' as colour, "$IngestionTime"
        from lake where Timestamp < '2026-02-02' or AIAgentName = 'agent 3' order by AIAgentName
    "#;
    let output = Command::new(python).args(["-c", SCRIPT]).arg(pattern).arg(query).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    // Python's own times end at microseconds.
    let expected = "\
VARCHAR|UUID|BIGINT|TIMESTAMPTZ_NS|JSON|VARCHAR|TIMESTAMPTZ_NS
agent 0|11111110-1111-4111-8111-111111111111|123456700|2026-02-01 07:00:00.123456+00:00|0|red|2026-02-03 08:00:00+00:00
agent 1|11111111-1111-4111-8111-111111111111|123456700|2026-02-01 07:00:00.123456+00:00|1|red|2026-02-03 08:00:00+00:00
agent 3|11111113-1111-4111-8111-111111111111|123456700|2026-02-02 07:00:00.123456+00:00|3|red|2026-02-03 08:00:00+00:00
";
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}
