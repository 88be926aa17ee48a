use super::super::entry::{Entry, window};

pub(in super::super) const WINDOW: &[Entry] = &[
    window(
        "prev",
        "(column: column scalar, offset?: long, default_value?: constant scalar) -> argument 0",
        "The value of a column some rows before",
    ),
    window(
        "next",
        "(column: column scalar, offset?: long, default_value?: constant scalar) -> argument 0",
        "The value of a column some rows after",
    ),
    window(
        "row_number",
        "(starting_index?: long, restart?: bool) -> long",
        "The number of the row, from 1 or another start; begins again where `restart` holds",
    ),
    window(
        "row_cumsum",
        "(term: number, restart?: bool) -> argument 0",
        "The sum of a column up to the row; begins again where `restart` holds",
    ),
    window(
        "row_rank_dense",
        "(term: not-dynamic, restart?: bool) -> long",
        "The rank of the row without gaps; begins again where `restart` holds",
    ),
    window(
        "row_rank",
        "(column: not-dynamic, dense?: constant bool) -> long",
        "The rank of the row; begins anew nowhere",
    )
    .unsupported(),
    window(
        "row_rank_min",
        "(term: not-dynamic, restart?: bool) -> long",
        "The rank of the row, where equals share the least; begins again where `restart` holds",
    ),
    window(
        "row_window_session",
        "(expr: datetime, max_distance_from_first: timespan, \
         max_distance_between_neighbors: timespan, restart?: bool) -> argument 0",
        "The start of the session that the row belongs to",
    ),
];
