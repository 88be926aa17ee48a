//! Numbers.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod absolute;
mod bin;
mod bin_at;
mod ceiling;
mod multiples;
mod random;
mod real;
mod round;
mod tests_of_reals;

use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction { names: &["bin", "floor"], bind: bin::bind },
    ScalarFunction { names: &["bin_at"], bind: bin_at::bind },
    ScalarFunction { names: &["round"], bind: round::bind },
    ScalarFunction { names: &["ceiling"], bind: ceiling::bind },
    ScalarFunction { names: &["abs"], bind: absolute::bind },
    ScalarFunction { names: &["rand"], bind: random::bind },
    ScalarFunction { names: &["isnan", "isinf", "isfinite"], bind: tests_of_reals::bind },
    ScalarFunction {
        names: &[
            "sign", "sqrt", "exp", "exp2", "exp10", "log", "log2", "log10", "sin", "cos", "tan", "cot",
            "asin", "acos", "atan", "degrees", "radians", "gamma", "loggamma", "erf", "erfc",
        ],
        bind: real::bind_unary,
    },
    ScalarFunction { names: &["pow", "atan2"], bind: real::bind_binary },
    ScalarFunction { names: &["pi"], bind: real::bind_pi },
];
