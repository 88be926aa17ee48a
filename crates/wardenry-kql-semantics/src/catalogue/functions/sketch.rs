use super::super::ResultName;
use super::super::entry::{Entry, function};

pub(in super::super) const SKETCH: &[Entry] = &[
    function("dcount_hll", "(hll: array) -> long", "The count of distinct values of a sketch")
        .named(ResultName::Prefix("dcount_hll"))
        .volatile(),
    function("hll_merge", "(hll+2-16: array) -> dynamic", "One sketch of distinct values of several")
        .named(ResultName::Fixed("hll_merged_result"))
        .volatile(),
    function(
        "hll_isvalid",
        "(hll: array, value: scalar) -> bool",
        "Whether a value is a sketch of distinct values",
    )
    .volatile()
    .unsupported(),
    function(
        "percentile_tdigest",
        "(tdigest: array, percentile1: real) -> dynamic; \
         (tdigest: array, percentile1: real, type: literal type) -> typeof",
        "The percentile of a sketch of a distribution",
    )
    .named(ResultName::Prefix("percentile_tdigest"))
    .volatile(),
    function(
        "percentiles_array_tdigest",
        "(tdigest: array, percentile+: real) -> dynamic; \
         (tdigest: array, percentiles: array) -> dynamic",
        "Several percentiles of a sketch of a distribution, as an array",
    )
    .named(ResultName::Prefix("percentile_tdigest"))
    .volatile(),
    function(
        "percentrank_tdigest",
        "(digest: array, value: scalar) -> real",
        "The rank in percent of a value in a sketch of a distribution",
    )
    .volatile(),
    function(
        "rank_tdigest",
        "(digest: array, value: scalar) -> real",
        "The rank of a value in a sketch of a distribution",
    )
    .volatile(),
    function("tdigest_merge", "(tdigest+2-16: array) -> dynamic", "One sketch of a distribution of several")
        .named(ResultName::Fixed("tdigests_merge_result"))
        .volatile()
        .also(&["merge_tdigest"]),
    function(
        "tdigest_isvalid",
        "(digest: array, value: scalar) -> bool",
        "Whether a value is a sketch of a distribution",
    )
    .volatile()
    .unsupported(),
];
