use super::super::ResultName;
use super::super::entry::{Entry, aggregate};

pub(in super::super) const AGGREGATES: &[Entry] = &[
    aggregate("count", "() -> long; (predicate: bool) -> long", "How many rows there are"),
    aggregate("make_set", "(value: scalar, limit?: integer) -> dynamic", "The distinct values as an array")
        .named(ResultName::Prefix("set")),
    aggregate(
        "makeset",
        "(value: scalar, limit?: integer) -> dynamic",
        "As make_set, with a limit of 128 values",
    )
    .named(ResultName::Prefix("set"))
    .now("make_set")
    .implying(1, 128),
];
