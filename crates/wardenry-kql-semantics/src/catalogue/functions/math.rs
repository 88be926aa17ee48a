use super::super::entry::{Entry, function};

pub(in super::super) const MATH: &[Entry] = &[
    function(
        "abs",
        "(number: integer) -> long; (number: number) -> argument 0; (number: timespan) -> timespan",
        "The absolute value",
    )
    .transparent(),
    function("ceiling", "(number: number) -> argument 0", "The least whole number that is not below")
        .transparent(),
    function(
        "round",
        "(number: number, precision?: constant long) -> argument 0",
        "Rounds to a number of digits, half away from zero",
    )
    .transparent(),
    function(
        "bin",
        "(value: number, round_to: number) -> widest; \
         (value: timespan, round_to: timespan) -> timespan; \
         (value: datetime, round_to: datetime) -> datetime; \
         (value: datetime, round_to: timespan) -> datetime",
        "Rounds down to a multiple of a size",
    )
    .transparent()
    .also(&["floor"]),
    function(
        "bin_at",
        "(value: number, bin_size: number, fixed_point: number) -> widest; \
         (value: timespan, bin_size: number, fixed_point: timespan) -> timespan; \
         (value: timespan, bin_size: timespan, fixed_point: timespan) -> timespan; \
         (value: datetime, bin_size: summable, fixed_point: datetime) -> datetime",
        "Rounds down to a multiple of a size, counted from a fixed point",
    )
    .transparent(),
    function(
        "bin_auto",
        "(value: summable) -> argument 0",
        "Rounds down to the size that a request property gives",
    )
    .transparent()
    .unsupported(),
    function("sign", "(number: number) -> real", "-1, 0 or 1 by the sign of a number"),
    function("pow", "(base: number, exponent: number) -> real", "A number raised to a power").transparent(),
    function("sqrt", "(number: number) -> real", "The square root").transparent(),
    function("exp", "(number: number) -> real", "e to the power of a number").transparent(),
    function("exp2", "(number: number) -> real", "2 to the power of a number").transparent(),
    function("exp10", "(number: number) -> real", "10 to the power of a number").transparent(),
    function("log", "(number: number) -> real", "The natural logarithm").transparent(),
    function("log2", "(number: number) -> real", "The logarithm to base 2").transparent(),
    function("log10", "(number: number) -> real", "The logarithm to base 10").transparent(),
    function("pi", "() -> real", "The number pi"),
    function("sin", "(number: number) -> real", "The sine of an angle in radians").transparent(),
    function("cos", "(number: number) -> real", "The cosine of an angle in radians").transparent(),
    function("tan", "(number: number) -> real", "The tangent of an angle in radians").transparent(),
    function("cot", "(number: number) -> real", "The cotangent of an angle in radians"),
    function("asin", "(number: number) -> real", "The angle in radians of a sine").transparent(),
    function("acos", "(number: number) -> real", "The angle in radians of a cosine").transparent(),
    function("atan", "(number: number) -> real", "The angle in radians of a tangent").transparent(),
    function(
        "atan2",
        "(y: number, x: number) -> real",
        "The angle in radians of a point, from the positive x axis",
    )
    .transparent(),
    function("degrees", "(radians: number) -> real", "Radians in degrees"),
    function("radians", "(degrees: number) -> real", "Degrees in radians"),
    function("gamma", "(number: number) -> real", "The gamma function").transparent(),
    function("loggamma", "(number: number) -> real", "The logarithm of the gamma function").transparent(),
    function("erf", "(number: number) -> real", "The error function").transparent(),
    function("erfc", "(number: number) -> real", "The complement of the error function").transparent(),
    function(
        "beta_cdf",
        "(x: number, alpha: number, beta: number) -> real",
        "The cumulative beta distribution",
    )
    .unsupported(),
    function(
        "beta_inv",
        "(probability: number, alpha: number, beta: number) -> real",
        "The inverse of the cumulative beta distribution",
    )
    .unsupported(),
    function(
        "beta_pdf",
        "(x: number, alpha: number, beta: number) -> real",
        "The density of the beta distribution",
    )
    .unsupported(),
    function(
        "rand",
        "(number?: integer) -> real",
        "A random number from 0 to below 1, or a random whole number below the argument",
    )
    .transparent(),
    function("isnan", "(number: real) -> bool", "Whether a real is not a number"),
    function("isinf", "(number: real) -> bool", "Whether a real is infinite"),
    function("isfinite", "(number: real) -> bool", "Whether a real is neither infinite nor NaN"),
    function("binary_and", "(value1: integer, value2: integer) -> long", "The bits that both numbers have")
        .transparent(),
    function(
        "binary_or",
        "(value1: integer, value2: integer) -> long",
        "The bits that one of two numbers has",
    )
    .transparent(),
    function(
        "binary_xor",
        "(value1: integer, value2: integer) -> long",
        "The bits that just one of two numbers has",
    )
    .transparent(),
    function("binary_not", "(value: integer) -> long", "The bits of a number reversed").transparent(),
    function(
        "binary_shift_left",
        "(value: integer, shift: integer) -> long",
        "The bits of a number moved to the left",
    )
    .transparent(),
    function(
        "binary_shift_right",
        "(value: integer, shift: integer) -> long",
        "The bits of a number moved to the right",
    )
    .transparent(),
    function("bitset_count_ones", "(value: integer) -> long", "How many bits of a number are set")
        .transparent(),
    function(
        "welch_test",
        "(mean1: number, variance1: number, count1: number, mean2: number, variance2: number, \
         count2: number) -> real",
        "The probability that two samples of different variance have the same mean",
    )
    .volatile()
    .unsupported(),
];
