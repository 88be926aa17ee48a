//! Three small tables with much that is at an edge.

use std::sync::Arc;

use datafusion::datasource::MemTable;
use serde_json::Value as Json;
use wardenry_kql_engine::{Engine, MemoryTables, RunOptions};
use wardenry_kql_functions::layout;
use wardenry_kql_values::ScalarType;

use super::random::Random;
use crate::support::NOW;

/// A table of the generated queries. `id` has each value once, from 0.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, ScalarType)],
    rows: usize,
}

pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "A",
        columns: &[
            ("id", ScalarType::Long),
            ("b", ScalarType::Bool),
            ("i", ScalarType::Int),
            ("l", ScalarType::Long),
            ("r", ScalarType::Real),
            ("s", ScalarType::String),
            ("t", ScalarType::Datetime),
            ("p", ScalarType::Timespan),
            ("d", ScalarType::Dynamic),
        ],
        rows: 41,
    },
    Table {
        name: "B",
        columns: &[
            ("id", ScalarType::Long),
            ("l", ScalarType::Long),
            ("s", ScalarType::String),
            ("i", ScalarType::Int),
            ("r", ScalarType::Real),
            ("g", ScalarType::Guid),
            ("m", ScalarType::Decimal),
        ],
        rows: 23,
    },
    Table {
        name: "C",
        columns: &[
            ("id", ScalarType::Long),
            ("s", ScalarType::String),
            ("v", ScalarType::String),
            ("t", ScalarType::Datetime),
            ("a", ScalarType::Dynamic),
        ],
        rows: 17,
    },
];

/// Literals of a type, as queries write them. Reals add up exactly, in whatever order.
pub(crate) fn literals(of: ScalarType) -> &'static [&'static str] {
    match of {
        ScalarType::Bool => &["true", "false", "bool(null)"],
        ScalarType::Int => {
            &["int(0)", "int(1)", "int(-1)", "int(7)", "int(2147483647)", "int(-2147483648)", "int(null)"]
        }
        ScalarType::Long => &[
            "0",
            "1",
            "2",
            "3",
            "-1",
            "-7",
            "100",
            "9223372036854775807",
            "long(-9223372036854775808)",
            "long(null)",
        ],
        ScalarType::Real => &[
            "0.0",
            "-0.0",
            "0.5",
            "-2.25",
            "3.0",
            "1000.0",
            "real(nan)",
            "real(+inf)",
            "real(-inf)",
            "real(null)",
        ],
        ScalarType::Decimal => &[
            "decimal(0)",
            "decimal(1.50)",
            "decimal(1.5)",
            "decimal(-3.25)",
            "decimal(100)",
            "decimal(null)",
        ],
        ScalarType::String => &[
            "\"\"",
            "\"a\"",
            "\"A\"",
            "\"abc\"",
            "\"app_data\"",
            "\"one two\"",
            "\"cmd.exe /c DIR\"",
            "\"Two\"",
            "\"é😀\"",
            "\"straße\"",
            "\"STRASSE\"",
            "\"42\"",
            "\"-1.5\"",
            "\" \"",
            "\"10.0.0.1\"",
            "\"192.168.1.77\"",
            "\"2024-02-03\"",
            "\"{\\\"a\\\":1}\"",
            "\"k=v;n=5\"",
            "\"a,b,,c\"",
            "\"http://ex.org/p?q=1\"",
            "\"aGk=\"",
            "\"K\"",
            "\"a long text that is no view of twelve bytes\"",
        ],
        ScalarType::Datetime => &[
            "datetime(2024-01-01)",
            "datetime(2024-02-29 12:30:45.1234567)",
            "datetime(2024-01-01 00:00:00.0000001)",
            "datetime(2023-12-31 23:59:59.9999999)",
            "datetime(1970-01-01)",
            "datetime(0001-01-01)",
            "datetime(9999-12-31 23:59:59.9999999)",
            "datetime(null)",
        ],
        ScalarType::Timespan => &[
            "0s",
            "1d",
            "-1h",
            "1tick",
            "90m",
            "time(10675199.02:48:05.4775807)",
            "time(-10675199.02:48:05.4775808)",
            "timespan(null)",
        ],
        ScalarType::Guid => &[
            "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)",
            "guid(00000000-0000-0000-0000-000000000000)",
            "guid(null)",
        ],
        ScalarType::Dynamic => &[
            "dynamic({\"a\": 1, \"b\": [1, 2, null]})",
            "dynamic({\"a\": \"x\", \"c\": {\"a\": 2.5}})",
            "dynamic({})",
            "dynamic([])",
            "dynamic([1, 2, 3])",
            "dynamic([3, null, 1])",
            "dynamic([\"a\", \"b\", \"A\"])",
            "dynamic([\"one\", 2, true, null, [1], {\"a\": 1}])",
            "dynamic(\"text\")",
            "dynamic(\"\")",
            "dynamic(7)",
            "dynamic(2.5)",
            "dynamic(true)",
            "dynamic(null)",
        ],
    }
}

/// The tables, in so many partitions and batches of some rows, and their rows as JSON.
pub(crate) struct Data {
    pub(crate) tables: MemoryTables,
    pub(crate) rows: Vec<Vec<Vec<Json>>>,
}

pub(crate) async fn data(partitions: usize) -> Data {
    let mut tables = MemoryTables::new();
    let mut rows = Vec::new();
    for (number, table) in TABLES.iter().enumerate() {
        let mut random = Random::new(1000 + number as u64);
        let columns: Vec<_> = table.columns.iter().map(|(name, of)| format!("{name}:{of}")).collect();
        let mut values = Vec::new();
        for row in 0..table.rows {
            for (name, of) in table.columns {
                values.push(match *name {
                    "id" => row.to_string(),
                    _ => (*random.pick(literals(*of))).to_owned(),
                });
            }
        }
        let query = format!("datatable({})[{}]", columns.join(", "), values.join(", "));
        let (json, _) = crate::support::run_with(&query, &MemoryTables::new(), &RunOptions::at(NOW))
            .await
            .expect("the tables can be made");
        rows.push(serde_json::from_value(json["rows"].clone()).expect("rows are arrays"));
        let mut run = Engine::new()
            .run(&query, &MemoryTables::new(), &RunOptions::at(NOW))
            .await
            .expect("the tables can be made");
        let mut parts = vec![Vec::new(); partitions];
        let mut count = 0;
        while let Some(batch) = run.results[0].next().await {
            let batch = batch.expect("the tables can be made");
            let share = batch.num_rows().div_ceil(partitions);
            for start in (0..batch.num_rows()).step_by(5) {
                let length = 5.min(batch.num_rows() - start);
                parts[(start / share).min(partitions - 1)].push(batch.slice(start, length));
                count += length;
            }
        }
        assert_eq!(count, table.rows);
        let fields: Vec<_> = table
            .columns
            .iter()
            .map(|(name, of)| arrow::datatypes::Field::new(*name, layout::arrow_type(*of), true))
            .collect();
        let schema = Arc::new(arrow::datatypes::Schema::new(fields));
        let parts = parts
            .into_iter()
            .map(|batches: Vec<arrow::array::RecordBatch>| {
                batches
                    .into_iter()
                    .map(|batch| {
                        arrow::array::RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec())
                            .expect("the columns have the layout's types")
                    })
                    .collect()
            })
            .collect();
        let provider = MemTable::try_new(schema, parts).expect("the batches have the schema");
        tables.insert_provider(table.name, table.columns, Arc::new(provider));
    }
    Data { tables, rows }
}
