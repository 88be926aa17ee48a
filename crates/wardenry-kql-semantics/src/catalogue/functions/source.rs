use super::super::entry::{Entry, source};

pub(in super::super) const SOURCE: &[Entry] = &[
    source("table", "(name: string, query_data_scope?: string) -> tabular", "The table of a name"),
    source(
        "materialize",
        "(table: tabular) -> tabular",
        "The rows of a table, computed once however often they are read",
    ),
    source(
        "toscalar",
        "(table: tabular) -> common",
        "The first value of a table, computed once before the query",
    ),
    source("database", "(name?: string) -> tabular", "The database of a name").unsupported(),
    source("cluster", "(name: string) -> tabular", "The cluster of a name").unsupported(),
    source(
        "external_table",
        "(name: string, mapping?: string) -> tabular; (name: string, max_age: timespan) -> tabular",
        "The external table of a name",
    )
    .unsupported(),
    source(
        "materialized_view",
        "(name: string, max_age?: timespan) -> tabular",
        "The materialized view of a name",
    )
    .unsupported(),
    source(
        "stored_query_result",
        "(name: string) -> tabular; (name: string, index: long) -> tabular; \
         (name: string, table_name: string) -> tabular",
        "The stored result of a query",
    )
    .unsupported(),
    source("entity_group", "(name: string) -> tabular", "The group of entities of a name").unsupported(),
    source(
        "graph",
        "(name: string, snapshot?: string) -> tabular; (name: string, volatile: bool) -> tabular",
        "The graph of a name",
    )
    .unsupported(),
];
