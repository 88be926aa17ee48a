//! The queries, in a file of their own.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) about: String,
    /// The answer is an estimate, and differs from engine to engine.
    #[serde(default)]
    pub(crate) approximate: bool,
    pub(crate) kql: String,
    pub(crate) duckdb: String,
    pub(crate) clickhouse: String,
    pub(crate) polars: String,
}

#[derive(Deserialize, Serialize)]
struct File {
    #[serde(default)]
    query: Vec<Query>,
}

impl Query {
    /// The queries of a file, or those whose name contains a text.
    pub(crate) fn parse(text: &str, only: Option<&str>) -> Result<Vec<Self>> {
        let file: File = toml::from_str(text).context("the file of queries")?;
        let wanted = |query: &Query| only.is_none_or(|only| query.name.contains(only));
        Ok(file.query.into_iter().filter(wanted).collect())
    }

    /// A file with some queries.
    pub(crate) fn write(queries: &[Self]) -> Result<String> {
        Ok(toml::to_string(&File { query: queries.to_vec() })?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_24_queries_with_names_of_their_own() {
        let queries = Query::parse(super::super::QUERIES, None).expect("the file is sound");
        let names: BTreeSet<_> = queries.iter().map(|query| &query.name).collect();
        assert_eq!((queries.len(), names.len()), (24, 24));
        let one = Query::parse(super::super::QUERIES, Some("regex")).expect("the file is sound");
        assert_eq!(one.len(), 1);
        assert_eq!(Query::parse(&Query::write(&one).expect("it is written"), None).expect("it is read"), one);
    }
}
