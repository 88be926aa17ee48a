use super::super::ResultName;
use super::super::entry::{Entry, function};

pub(in super::super) const ENVIRONMENT: &[Entry] = &[
    function("ingestion_time", "() -> datetime", "When the row was stored")
        .named(ResultName::Fixed("$IngestionTime"))
        .volatile(),
    function("new_guid", "() -> guid", "A new random guid").volatile(),
    function(
        "estimate_data_size",
        "(column+: column scalar) -> long; (column: star scalar) -> long",
        "The estimated bytes of the given columns of a row",
    )
    .volatile(),
    function("column_names_of", "(table: tabular) -> dynamic", "The names of a table's columns as an array")
        .unsupported(),
    function("current_cluster_endpoint", "() -> string", "The address of the cluster")
        .volatile()
        .unsupported(),
    function("current_database", "() -> string", "The name of the database").volatile().unsupported(),
    function("current_principal", "() -> string", "Who runs the query").volatile().unsupported(),
    function("current_principal_details", "() -> dynamic", "Details of who runs the query")
        .volatile()
        .unsupported(),
    function(
        "current_principal_is_member_of",
        "(group+1-64: string-or-array) -> bool",
        "Whether who runs the query belongs to a group",
    )
    .volatile()
    .unsupported(),
    function("cursor_after", "(cursor: string) -> bool", "Whether a row was stored after a cursor")
        .volatile()
        .unsupported(),
    function("cursor_before_or_at", "(cursor: string) -> bool", "Whether a row was stored before a cursor")
        .volatile()
        .unsupported(),
    function("cursor_current", "() -> string", "The cursor of the database")
        .volatile()
        .formerly(&["current_cursor"])
        .unsupported(),
    function("extent_id", "() -> guid", "The identifier of the extent that holds the row")
        .volatile()
        .formerly(&["extentid"])
        .unsupported(),
    function("extent_tags", "() -> dynamic", "The tags of the extent that holds the row")
        .volatile()
        .unsupported(),
    function("row_id", "() -> string", "The identifier of the row").volatile().unsupported(),
];
