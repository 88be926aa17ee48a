use super::super::entry::{Entry, plugin};

pub(in super::super) const PLUGINS: &[Entry] = &[
    plugin(
        "bag_unpack",
        "(column: column scalar, column_prefix?: literal string) -> tabular",
        "Turns the keys of a bag into columns",
    ),
    plugin(
        "pivot",
        "(pivot_column: column not-dynamic, aggregate_function?: aggregate scalar, \
         column_name*: column scalar) -> tabular",
        "Turns the values of a column into columns",
    ),
    plugin(
        "ipv4_lookup",
        "(lookup_table: tabular, source_ipv4_key: column scalar, \
         ipv4_lookup_key: table-column scalar, extra_key*: table-column scalar, \
         return_unmatched?: literal bool) -> tabular",
        "Joins a table whose keys are ranges of IPv4 addresses",
    ),
    plugin(
        "ipv6_lookup",
        "(lookup_table: tabular, source_ipv6_key: column scalar, \
         ipv6_lookup_key: table-column scalar, return_unmatched?: literal bool) -> tabular",
        "Joins a table whose keys are ranges of IPv6 addresses",
    ),
    plugin("narrow", "() -> tabular", "One row for each cell: row, column and value"),
    plugin(
        "autocluster",
        "(size_weight?: real, weight_column?: column scalar, num_seeds?: integer, \
         custom_wildcard*: scalar) -> tabular",
        "Finds patterns that cover many rows",
    )
    .unsupported(),
    plugin(
        "basket",
        "(threshold?: real, weight_column?: column scalar, max_dimensions?: integer, \
         custom_wildcard*: scalar) -> tabular",
        "Finds patterns that are frequent enough",
    )
    .unsupported(),
    plugin(
        "diffpatterns",
        "(split_column: column scalar, split_value_a: string, split_value_b: string, \
         weight_column?: column scalar, threshold?: real, max_dimensions?: integer, \
         custom_wildcard*: scalar) -> tabular",
        "Finds patterns that tell two sets of rows apart",
    )
    .unsupported(),
    plugin(
        "activity_counts_metrics",
        "(id_column: column not-dynamic, timeline_column: column summable, start: constant summable, \
         end: constant summable, step: constant summable, dimension*: column not-dynamic) -> tabular",
        "Counts of events and distinct values by window of time",
    ),
    plugin(
        "activity_engagement",
        "(id_column: column not-dynamic, timeline_column: column summable, \
         inner_activity_window: constant summable, \
         outer_activity_window: constant summable) -> tabular; \
         (id_column: column not-dynamic, timeline_column: column summable, start: constant summable, \
         end: constant summable, inner_activity_window: constant summable, \
         outer_activity_window: constant summable, dimension*: column not-dynamic) -> tabular",
        "The ratio of distinct values in an inner and an outer window",
    )
    .unsupported(),
    plugin(
        "activity_metrics",
        "(id_column: column scalar, timeline_column: column summable, start: constant summable, \
         end: constant summable, step: constant summable, \
         dimension*: column not-dynamic) -> tabular; \
         (id_column: column scalar, timeline_column: column summable, start?: constant summable, \
         end?: constant summable) -> tabular",
        "Distinct, new, kept and lost values by window of time",
    )
    .unsupported(),
    plugin(
        "active_users_count",
        "(id_column: column not-dynamic, timeline_column: column summable, start: constant summable, \
         end: constant summable, lookback_window: constant summable, period: constant summable, \
         active_periods: constant summable, step: constant summable, \
         dimension*: column not-dynamic) -> tabular",
        "Distinct values that were active in enough periods",
    )
    .unsupported(),
    plugin(
        "new_activity_metrics",
        "(id_column: column not-dynamic, timeline_column: column summable, start: constant summable, \
         end: constant summable, window: scalar, cohort?: constant scalar, \
         dimension*: column not-dynamic, lookback?: tabular) -> tabular",
        "Kept and lost values by cohort",
    )
    .unsupported(),
    plugin(
        "session_count",
        "(id_column: column not-dynamic, timeline_column: column summable, start: constant summable, \
         end: constant summable, bin: constant summable, look_back_window: constant summable, \
         dimension*: column not-dynamic) -> tabular",
        "Sessions by window of time",
    )
    .unsupported(),
    plugin(
        "sliding_window_counts",
        "(id_column: column not-dynamic, timeline_column: column summable, start: constant summable, \
         end: constant summable, look_back_window: constant summable, step: constant summable, \
         dimension*: column not-dynamic) -> tabular",
        "Counts and distinct counts over a sliding window",
    ),
    plugin(
        "rolling_percentile",
        "(value_column: column summable, percentile: constant number, index_column: column summable, \
         bin_size: summable, bins_per_window: constant integer, \
         dimension*: column not-dynamic) -> tabular",
        "A percentile over a rolling window",
    ),
    plugin(
        "rows_near",
        "(condition: bool, num_rows: constant integer, num_rows_after?: constant integer) -> tabular",
        "Rows near those that fulfil a condition",
    )
    .unsupported(),
    plugin(
        "sequence_detect",
        "(timeline_column: column summable, max_sequence_step_window: constant summable, \
         max_sequence_span: constant summable, expr+: bool, \
         dimension*: column not-dynamic) -> tabular",
        "Finds sequences of events",
    )
    .unsupported(),
    plugin(
        "funnel_sequence",
        "(id_column: column not-dynamic, timeline_column: column summable, start: constant summable, \
         end: constant summable, max_window_size_between_steps: constant summable, \
         step: constant summable, state_column: column not-dynamic, \
         sequence: constant array) -> tabular",
        "Counts what comes before and after a sequence of states",
    )
    .unsupported(),
    plugin(
        "funnel_sequence_completion",
        "(id_column: column not-dynamic, timeline_column: column summable, start: constant summable, \
         end: constant summable, bin_size: constant summable, state_column: column not-dynamic, \
         sequence: constant array, max_sequence_periods: constant array) -> tabular",
        "Counts how many complete a sequence of states",
    )
    .unsupported(),
    plugin("dcount_intersect", "(hll+2: array) -> tabular", "The size of the intersections of sketches")
        .unsupported(),
    plugin("preview", "(number_of_rows: integer) -> tabular", "The first rows beside the result")
        .unsupported(),
    plugin("identity", "() -> tabular", "The input unchanged"),
    plugin("estimate_rows_count", "() -> tabular", "The estimated number of rows").unsupported(),
    plugin(
        "geo_polygon_lookup",
        "(lookup_table: tabular, lookup_polygon_key: table-column bag, \
         source_longitude: column scalar, source_latitude: column scalar, radius?: literal real, \
         return_unmatched?: literal bool, lookup_area_radius?: literal real, \
         return_lookup_key?: literal bool) -> tabular",
        "Joins a table of polygons by position",
    )
    .unsupported(),
    plugin(
        "geo_line_lookup",
        "(lookup_table: tabular, lookup_line_key: table-column bag, source_longitude: column scalar, \
         source_latitude: column scalar, radius: literal real, return_unmatched?: literal bool, \
         lookup_area_radius?: literal real, return_lookup_key?: literal bool) -> tabular",
        "Joins a table of lines by position",
    )
    .unsupported(),
    plugin("infer_storage_schema", "(options: bag) -> tabular", "The schema of files in a store")
        .unsupported(),
    plugin(
        "infer_storage_schema_with_suggestions",
        "(options: bag) -> tabular",
        "The schema of files in a store, with suggestions",
    )
    .unsupported(),
    plugin(
        "http_request",
        "(uri: constant string, request_headers?: bag, options?: bag) -> tabular",
        "Asks a web server",
    )
    .unsupported(),
    plugin(
        "http_request_post",
        "(uri: constant string, request_headers?: bag, options?: bag, \
         content?: constant string) -> tabular",
        "Posts to a web server",
    )
    .unsupported(),
    plugin(
        "sql_request",
        "(connection_string: string, sql_query: string, sql_parameters?: bag, \
         options?: bag) -> tabular",
        "Asks an SQL server",
    )
    .unsupported(),
    plugin(
        "mysql_request",
        "(connection_string: string, sql_query: string, sql_parameters?: bag, \
         options?: bag) -> tabular",
        "Asks a MySQL server",
    )
    .unsupported(),
    plugin(
        "postgresql_request",
        "(connection_string: string, sql_query: string, sql_parameters?: bag, \
         options?: bag) -> tabular",
        "Asks a PostgreSQL server",
    )
    .unsupported(),
    plugin(
        "cosmosdb_sql_request",
        "(connection_string: string, sql_query: string, sql_parameters?: bag, \
         options?: bag) -> tabular",
        "Asks a Cosmos DB account",
    )
    .unsupported(),
    plugin(
        "azure_digital_twins_query_request",
        "(endpoint: string, sql_query: string) -> tabular",
        "Asks a digital twins instance",
    )
    .unsupported(),
    plugin(
        "dax_request",
        "(connection_string: string, dax_query: string, dax_parameters?: bag, \
         options?: bag) -> tabular",
        "Asks a semantic model",
    )
    .unsupported(),
    plugin(
        "execute_query",
        "(connection_string: string, query: string) -> tabular",
        "Runs a query on another cluster",
    )
    .unsupported(),
    plugin(
        "execute_show_command",
        "(connection_string: string, command: string) -> tabular",
        "Runs a management command on another cluster",
    )
    .unsupported(),
    plugin(
        "python",
        "(output_schema: type, script: string, arguments?: bag, artifacts?: bag) -> tabular",
        "Runs a Python script",
    )
    .unsupported(),
    plugin("r", "(output_schema: type, script: string, arguments?: bag) -> tabular", "Runs an R script")
        .unsupported(),
    plugin("csharp", "(output_schema: type, script: string, arguments?: bag) -> tabular", "Runs a C# script")
        .unsupported(),
    plugin(
        "ai_embeddings",
        "(text: scalar, connection_string: string, options?: bag, \
         include_error_messages?: bool) -> tabular",
        "Vectors of texts, from a language model",
    )
    .formerly(&["ai_embed_text"])
    .unsupported(),
    plugin(
        "ai_chat_completion",
        "(prompt: array, connection_string: string, options?: bag, \
         include_error_messages?: bool) -> tabular",
        "An answer of a language model to a conversation",
    )
    .unsupported(),
    plugin(
        "ai_chat_completion_prompt",
        "(prompt: string, connection_string: string, options?: bag, \
         include_error_messages?: bool) -> tabular",
        "An answer of a language model to a prompt",
    )
    .unsupported(),
];
