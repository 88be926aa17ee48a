//! What a query gave, and whether two gave the same.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value as Json;
use wardenry_kql_engine::{Limits, QueryError, RunError, RunOptions, Tables};

use crate::support::{NOW, run_with};

pub(crate) enum Outcome {
    Rows {
        columns: Json,
        rows: Vec<Json>,
    },
    /// Refused, or ended by a limit: with the code.
    Failed {
        code: String,
        text: String,
    },
}

/// Ways to run a query.
pub(crate) fn ways() -> Vec<(&'static str, RunOptions)> {
    let options = || RunOptions {
        limits: Limits {
            run_time: Duration::from_secs(20),
            memory_bytes: 256 << 20,
            spill_bytes: 0,
            ..Limits::default()
        },
        partitions: Some(1),
        ..RunOptions::at(NOW)
    };
    vec![
        ("as usual", RunOptions { partitions: Some(4), ..options() }),
        ("not optimised, in one partition", RunOptions { optimise: false, ..options() }),
        ("in batches of 3", RunOptions { batch_rows: 3, partitions: Some(2), ..options() }),
    ]
}

/// `Err` if the engine is at fault whatever the query.
pub(crate) async fn outcome(
    query: &str,
    tables: &dyn Tables,
    options: &RunOptions,
) -> Result<Outcome, String> {
    let run = AssertUnwindSafe(run_with(query, tables, options)).catch_unwind();
    let Ok(result) = run.await else { return Err("panicked".to_owned()) };
    match result {
        Ok((mut result, _)) => {
            let rows = match result["rows"].take() {
                Json::Array(rows) => rows,
                other => return Err(format!("rows are {other}")),
            };
            Ok(Outcome::Rows { columns: result["columns"].take(), rows })
        }
        Err(QueryError::Run(error @ RunError::Internal { .. })) => Err(format!("{error:?}")),
        Err(QueryError::Run(error)) if error.code() == "KQL0910" => Err(format!("{error:?}")),
        Err(QueryError::Run(error)) => {
            Ok(Outcome::Failed { code: error.code().to_owned(), text: error.to_string() })
        }
        Err(QueryError::Diagnostics(diagnostics)) => {
            let error = diagnostics.iter().find(|diagnostic| diagnostic.is_error());
            let error = error.ok_or("refused without an error")?;
            Ok(Outcome::Failed { code: error.code.to_owned(), text: error.message.to_string() })
        }
    }
}

/// `Err` says where they differ.
pub(crate) fn same(left: &Outcome, right: &Outcome, ordered: bool) -> Result<(), String> {
    let alike = match (left, right) {
        (Outcome::Failed { code: left, .. }, Outcome::Failed { code: right, .. }) => left == right,
        (
            Outcome::Rows { columns: left_columns, rows: left },
            Outcome::Rows { columns: right_columns, rows: right },
        ) => {
            left_columns == right_columns
                && if ordered { all_agree(left, right) } else { as_sets(left, right) }
        }
        _ => false,
    };
    if alike { Ok(()) } else { Err(format!("  {left}\n  {right}")) }
}

fn all_agree(left: &[Json], right: &[Json]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| agree(left, right))
}

/// As multisets.
fn as_sets(left: &[Json], right: &[Json]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let sorted = |rows: &[Json]| {
        let mut rows: Vec<_> = rows.iter().map(|row| (row.to_string(), row.clone())).collect();
        rows.sort_by(|left, right| left.0.cmp(&right.0));
        rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>()
    };
    let (left, mut right) = (sorted(left), sorted(right));
    // Rounding may have put rows in another order.
    all_agree(&left, &right)
        || left.iter().all(|row| {
            let found = right.iter().position(|other| agree(row, other));
            found.map(|found| right.swap_remove(found)).is_some()
        })
}

/// Equal, reals within rounding.
pub(crate) fn agree(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            if left == right {
                return true;
            }
            if !left.is_f64() && !right.is_f64() {
                return false;
            }
            let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) else { return false };
            (left - right).abs() <= 1e-9 * left.abs().max(right.abs()).max(1e-3)
        }
        (Json::Array(left), Json::Array(right)) => all_agree(left, right),
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| agree(left, right)))
        }
        _ => left == right,
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { code, text } => write!(f, "{code}: {text}"),
            Self::Rows { columns, rows } => {
                let names: Vec<_> = columns
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|c| format!("{}:{}", c["name"], c["type"]))
                    .collect();
                let mut rows: Vec<_> = rows.iter().map(ToString::to_string).collect();
                rows.sort();
                write!(f, "{} rows of ({}):", rows.len(), names.join(", "))?;
                for row in rows.iter().take(45) {
                    write!(f, " {row}")?;
                }
                Ok(())
            }
        }
    }
}
