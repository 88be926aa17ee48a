//! `+`, `-`, `*`, `/`, `%` and the minus sign.
//!
//! `long` wraps; whole numbers divide toward zero, and by zero to null; `%` is never negative. Times that leave their
//! range are null. Sources: `numerical-operators.md`, `datetime-timespan-arithmetic.md`.

mod numbers;
mod times;

use wardenry_kql_values::{Decimal, ScalarType};

use crate::conversions::{common_number, converted};
use crate::rows::{Dec, Long, Real, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// What a number becomes before it is calculated with.
fn promoted(scalar_type: ScalarType) -> ScalarType {
    if scalar_type == ScalarType::Int { ScalarType::Long } else { scalar_type }
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let operation = match function {
        "+" => Arithmetic::Add,
        "-" => Arithmetic::Subtract,
        "*" => Arithmetic::Multiply,
        "/" => Arithmetic::Divide,
        _ => Arithmetic::Modulo,
    };
    let &[left_type, right_type] = call.argument_types else {
        return Err(FunctionError::misplaced(function));
    };
    let both_numbers = left_type.is_number() && right_type.is_number();
    let (left_target, right_target) = if both_numbers {
        let common = common_number(left_type, right_type);
        (common, common)
    } else {
        // A decimal beside a time counts as a real.
        let target = |from| if from == ScalarType::Decimal { ScalarType::Real } else { promoted(from) };
        (target(left_type), target(right_type))
    };
    Ok(kernel(function, move |arguments, rows| {
        let [left, right] = arguments else { return Err(FunctionError::misplaced(function)) };
        let left = converted(left, left_type, left_target, rows)?;
        let right = converted(right, right_type, right_target, rows)?;
        if both_numbers {
            numbers::calculate(function, operation, left_target, &left, &right, rows)
        } else {
            times::calculate(function, operation, (left_target, &left), (right_target, &right), rows)
        }
    }))
}

pub(super) fn bind_negate(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[from] = call.argument_types else { return Err(FunctionError::misplaced(function)) };
    if from == ScalarType::Dynamic {
        return Ok(crate::dynamic::negate::bind(call));
    }
    let target = promoted(from);
    Ok(kernel(function, move |arguments, rows| {
        let [value] = arguments else { return Err(FunctionError::misplaced(function)) };
        let value = &converted(value, from, target, rows)?;
        match target {
            ScalarType::Long => map1::<Long, Long>(value, rows, |value| Some(value.wrapping_neg())),
            ScalarType::Timespan => map1::<Long, Long>(value, rows, i64::checked_neg),
            // No datetime but the first has an opposite.
            ScalarType::Datetime => map1::<Long, Long>(value, rows, |value| (value == 0).then_some(0)),
            ScalarType::Real => map1::<Real, Real>(value, rows, |value| Some(-value)),
            ScalarType::Decimal => map1::<Dec, Dec>(value, rows, |value: Decimal| Some(value.negated())),
            _ => Err(FunctionError::misplaced(function)),
        }
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn long_wraps_and_int_becomes_long() {
        // kql-semantics, numbers.
        check("+", "int, int -> long", "2147483647 | 2147483647 | 4294967294\n1 | null | null");
        check("+", "long, long -> long", "9223372036854775807 | 1 | -9223372036854775808\nnull | 1 | null");
        check("-", "long, long -> long", "-9223372036854775808 | 1 | 9223372036854775807");
        check("*", "int, long -> long", "3 | 4 | 12\n2 | 4611686018427387904 | -9223372036854775808");
        check("negate", "int -> long", "-2147483648 | 2147483648\nnull | null");
        check("negate", "timespan -> timespan", "1d | -1:00:00:00");
        check("negate", "real -> real", "1.5 | -1.5\nNaN | NaN");
    }

    #[test]
    fn whole_numbers_divide_toward_zero_and_remainders_are_not_negative() {
        // [D numerical-operators.md], kql-semantics, numbers.
        check(
            "/",
            "long, long -> long",
            "7 | 2 | 3
             -7 | 2 | -3
             7 | -2 | -3
             -7 | -2 | 3
             7 | 0 | null
             -9223372036854775808 | -1 | -9223372036854775808",
        );
        check(
            "%",
            "long, long -> long",
            "14 | 12 | 2
             -14 | 12 | 10
             14 | -12 | 2
             -14 | -12 | 10
             7 | 0 | null
             -9223372036854775808 | -1 | 0",
        );
    }

    #[test]
    fn reals_follow_ieee() {
        check(
            "/",
            "real, real -> real",
            "1 | 0 | Infinity\n-1 | 0 | -Infinity\n0 | 0 | NaN\n1 | 4 | 0.25\nnull | 1 | null",
        );
        check("%", "real, long -> real", "-7.5 | 2 | 0.5\n7.5 | 2 | 1.5\n1 | 0 | NaN");
        check("*", "long, real -> real", "3 | 0.5 | 1.5");
        check("+", "decimal, decimal -> decimal", "0.1 | 0.2 | 0.3\nnull | 1 | null");
        check("/", "decimal, long -> decimal", "1 | 8 | 0.125\n1 | 0 | null");
    }

    #[test]
    fn times_calculate_in_ticks() {
        // kql-semantics, datetime and timespan; [D datetime-timespan-arithmetic.md].
        check(
            "+",
            "datetime, timespan -> datetime",
            "2024-02-29 12:00 | 1d | 2024-03-01T12:00:00Z
             9999-12-31 | 1d | null
             0001-01-01 | -1tick | null
             null | 1d | null",
        );
        check("+", "timespan, datetime -> datetime", "1d | 2024-02-29 | 2024-03-01");
        check("-", "datetime, datetime -> timespan", "2024-02-29 12:00 | 2024-02-28 | 1.12:00:00");
        check(
            "-",
            "datetime, timespan -> datetime",
            "2024-03-01 | 1d | 2024-02-29\n0001-01-01 | 1tick | null",
        );
        check("/", "timespan, timespan -> real", "1d | 5h | 4.8\n36h | 1h | 36\n1h | 1s | 3600");
        check("%", "timespan, timespan -> timespan", "1d | 5h | 4h\n-1h | 5h | 4h\n1d | 0d | null");
        check("*", "timespan, long -> timespan", "90m | 2 | 3h\n10675199d | 2 | null");
        check("*", "real, timespan -> timespan", "1.5 | 1h | 90m\nNaN | 1h | null");
        check("/", "timespan, long -> timespan", "1h | 2 | 30m\n1h | 0 | null");
        check("/", "timespan, real -> timespan", "1h | 0.5 | 2h\n1h | 0 | null");
        check("*", "int, timespan -> timespan", "2 | 1h | 2h");
    }
}
