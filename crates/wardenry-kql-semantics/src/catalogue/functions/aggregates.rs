use super::super::ResultName;
use super::super::entry::{Entry, aggregate};

pub(in super::super) const AGGREGATES: &[Entry] = &[
    aggregate("count", "() -> long; (predicate: bool) -> long", "How many rows there are"),
    aggregate("cnt", "() -> long", "As count; the column is named after it").now("count"),
    aggregate("countif", "(predicate: bool) -> long", "For how many rows a condition holds"),
    aggregate(
        "dcount",
        "(expr: scalar, accuracy?: not-dynamic) -> long",
        "How many distinct values there are, estimated",
    ),
    aggregate(
        "dcountif",
        "(expr: scalar, predicate: bool, accuracy?: not-dynamic) -> long",
        "How many distinct values there are where a condition holds, estimated",
    ),
    aggregate("count_distinct", "(expr: not-dynamic) -> long", "How many distinct values there are, exactly"),
    aggregate(
        "count_distinctif",
        "(expr: not-dynamic, predicate: bool) -> long",
        "How many distinct values there are where a condition holds, exactly",
    ),
    aggregate("sum", "(expr: summable) -> promoted 0", "The sum"),
    aggregate("sumif", "(expr: summable, predicate: bool) -> promoted 0", "The sum where a condition holds"),
    aggregate(
        "avg",
        "(expr: integer) -> real; (expr: real) -> real; (expr: decimal) -> decimal; \
         (expr: timespan) -> timespan; (expr: datetime) -> datetime",
        "The average",
    ),
    aggregate(
        "avgif",
        "(expr: integer, predicate: bool) -> real; (expr: real, predicate: bool) -> real; \
         (expr: decimal, predicate: bool) -> decimal; (expr: timespan, predicate: bool) -> timespan; \
         (expr: datetime, predicate: bool) -> datetime",
        "The average where a condition holds",
    ),
    aggregate("min", "(expr: orderable) -> argument 0", "The least value"),
    aggregate(
        "minif",
        "(expr: orderable, predicate: bool) -> argument 0",
        "The least value where a condition holds",
    ),
    aggregate("max", "(expr: orderable) -> argument 0", "The greatest value"),
    aggregate(
        "maxif",
        "(expr: orderable, predicate: bool) -> argument 0",
        "The greatest value where a condition holds",
    ),
    aggregate(
        "arg_max",
        "(maximized: orderable) -> argument 0; \
         (maximized: orderable, returned+: or-star scalar) -> columns",
        "The row with the greatest value: that value and the given columns",
    )
    .named(ResultName::Special),
    aggregate(
        "argmax",
        "(maximized: orderable) -> argument 0; \
         (maximized: orderable, returned+: or-star scalar) -> columns",
        "As arg_max; the columns are named after it",
    )
    .named(ResultName::Special)
    .now("arg_max"),
    aggregate(
        "arg_min",
        "(minimized: orderable) -> argument 0; \
         (minimized: orderable, returned+: or-star scalar) -> columns",
        "The row with the least value: that value and the given columns",
    )
    .named(ResultName::Special),
    aggregate(
        "argmin",
        "(minimized: orderable) -> argument 0; \
         (minimized: orderable, returned+: or-star scalar) -> columns",
        "As arg_min; the columns are named after it",
    )
    .named(ResultName::Special)
    .now("arg_min"),
    aggregate(
        "take_any",
        "(value: scalar) -> argument 0; (value+: or-star scalar) -> columns",
        "A value of any row, preferably one that is not empty",
    )
    .named(ResultName::Special),
    aggregate(
        "any",
        "(value: scalar) -> argument 0; (value+: or-star scalar) -> columns",
        "As take_any; the column is named after it",
    )
    .named(ResultName::Special)
    .now("take_any"),
    aggregate(
        "take_anyif",
        "(expr: scalar, predicate: bool) -> argument 0",
        "A value of any row where a condition holds",
    )
    .transparent(),
    aggregate(
        "anyif",
        "(expr: scalar, predicate: bool) -> argument 0",
        "As take_anyif; the column is named after it",
    )
    .now("take_anyif"),
    aggregate(
        "make_list",
        "(expr: scalar, max_size?: integer) -> dynamic",
        "The values as an array; nulls are left out, arrays flattened",
    )
    .named(ResultName::Prefix("list")),
    aggregate(
        "makelist",
        "(expr: scalar, max_size?: integer) -> dynamic",
        "As make_list, with a limit of 128 values",
    )
    .named(ResultName::Prefix("list"))
    .now("make_list")
    .implying(1, 128),
    aggregate(
        "make_list_if",
        "(expr: scalar, predicate: bool, max_size?: integer) -> dynamic",
        "The values where a condition holds as an array",
    )
    .named(ResultName::Prefix("list")),
    aggregate("make_list_with_nulls", "(expr: scalar) -> dynamic", "The values as an array, nulls included")
        .named(ResultName::Prefix("list")),
    aggregate(
        "make_set",
        "(expr: scalar, max_size?: integer) -> dynamic",
        "The distinct values as an array; nulls are left out, arrays flattened",
    )
    .named(ResultName::Prefix("set")),
    aggregate(
        "makeset",
        "(expr: scalar, max_size?: integer) -> dynamic",
        "As make_set, with a limit of 128 values",
    )
    .named(ResultName::Prefix("set"))
    .now("make_set")
    .implying(1, 128),
    aggregate(
        "make_set_if",
        "(expr: scalar, predicate: bool, max_size?: integer) -> dynamic",
        "The distinct values where a condition holds as an array",
    )
    .named(ResultName::Prefix("set")),
    aggregate(
        "make_bag",
        "(expr: bag, max_size?: integer) -> dynamic",
        "One bag of many; the first bag that has a key gives its value",
    )
    .named(ResultName::Prefix("bag")),
    aggregate(
        "make_dictionary",
        "(expr: bag, max_size?: integer) -> dynamic",
        "As make_bag; the column is named after it",
    )
    .named(ResultName::Prefix("dictionary"))
    .now("make_bag"),
    aggregate(
        "make_bag_if",
        "(expr: bag, predicate: bool, max_size?: integer) -> dynamic",
        "One bag of many, where a condition holds",
    )
    .named(ResultName::Prefix("bag")),
    aggregate(
        "percentile",
        "(value: scalar, percentile: constant number) -> promoted 0",
        "The value at a percentile, by nearest rank",
    )
    .named(ResultName::Special),
    aggregate(
        "percentiles",
        "(value: scalar, percentile+: constant number) -> columns",
        "The values at several percentiles, in columns",
    )
    .named(ResultName::Special),
    aggregate(
        "percentiles_array",
        "(value: scalar, percentile+: constant number) -> dynamic; \
         (value: scalar, percentiles: constant array) -> dynamic",
        "The values at several percentiles, as an array",
    )
    .named(ResultName::Special),
    aggregate(
        "percentilew",
        "(value: scalar, weight: integer, percentile: constant number) -> promoted 0",
        "The value at a percentile, weighted",
    )
    .named(ResultName::Special),
    aggregate(
        "percentilesw",
        "(value: scalar, weight: integer, percentile+: constant number) -> columns",
        "The values at several percentiles, weighted, in columns",
    )
    .named(ResultName::Special),
    aggregate(
        "percentilesw_array",
        "(value: scalar, weight: integer, percentile+: constant number) -> dynamic; \
         (value: scalar, weight: integer, percentiles: constant array) -> dynamic",
        "The values at several percentiles, weighted, as an array",
    )
    .named(ResultName::Special),
    aggregate("stdev", "(expr: summable) -> real", "The standard deviation of a sample"),
    aggregate(
        "stdevif",
        "(expr: summable, predicate: bool) -> real",
        "The standard deviation of a sample where a condition holds",
    ),
    aggregate("stdevp", "(expr: summable) -> real", "The standard deviation of a population"),
    aggregate("variance", "(expr: summable) -> real", "The variance of a sample"),
    aggregate(
        "varianceif",
        "(expr: summable, predicate: bool) -> real",
        "The variance of a sample where a condition holds",
    ),
    aggregate("variancep", "(expr: summable) -> real", "The variance of a population"),
    aggregate(
        "variancepif",
        "(expr: summable, predicate: bool) -> real",
        "The variance of a population where a condition holds",
    ),
    aggregate("covariance", "(expr: summable, expr: summable) -> real", "The covariance of two samples"),
    aggregate(
        "covarianceif",
        "(expr: summable, expr: summable, predicate: bool) -> real",
        "The covariance of two samples where a condition holds",
    ),
    aggregate("covariancep", "(expr: summable, expr: summable) -> real", "The covariance of two populations"),
    aggregate(
        "covariancepif",
        "(expr: summable, expr: summable, predicate: bool) -> real",
        "The covariance of two populations where a condition holds",
    ),
    aggregate("binary_all_and", "(expr: summable) -> argument 0", "The bits that all values have")
        .transparent(),
    aggregate("binary_all_or", "(expr: summable) -> argument 0", "The bits that some value has")
        .transparent(),
    aggregate("binary_all_xor", "(expr: summable) -> argument 0", "The exclusive or of all values")
        .transparent(),
    aggregate("buildschema", "(expr: bag) -> dynamic", "The shape that dynamic values have in common")
        .named(ResultName::Prefix("schema"))
        .unsupported(),
    aggregate(
        "hll",
        "(expr: not-real-or-bool, accuracy?: integer) -> dynamic",
        "A sketch of the distinct values",
    ),
    aggregate(
        "hll_if",
        "(expr: not-real-or-bool, predicate: bool, accuracy?: integer) -> dynamic",
        "A sketch of the distinct values where a condition holds",
    ),
    aggregate("hll_merge", "(hll: array) -> dynamic", "One sketch of distinct values of many"),
    aggregate(
        "tdigest",
        "(expr: summable, weight?: integer) -> dynamic",
        "A sketch of the distribution of values",
    ),
    aggregate("tdigest_merge", "(tdigest: array) -> dynamic", "One sketch of a distribution of many")
        .named(ResultName::Prefix("merge_tdigests"))
        .also(&["merge_tdigest"]),
];
