//! `bin`, also named `floor`: rounds down to a multiple of a size. A size that is not positive gives null.
//!
//! Datetimes count from 0001-01-01, a Monday. [D bin-function.md]

use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType};

use super::multiples::Multiples;
use crate::conversions::{common_number, convert, converted};
use crate::rows::{Argument, Dec, Long, Real, Source as _, kernel, map1, map2};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[value_type, size_type] = call.argument_types else {
        return Err(FunctionError::misplaced(function));
    };
    let result_type = call.result_type;
    let common = common_number(value_type, size_type);
    Ok(kernel(function, move |arguments, rows| {
        let [value, size] = arguments else { return Err(FunctionError::misplaced(function)) };
        let value = &converted(value, value_type, common, rows)?;
        let size = &converted(size, size_type, common, rows)?;
        let array = match common {
            ScalarType::Real => map2::<Real, Real, Real>(value, size, rows, bin_real)?,
            ScalarType::Decimal => map2::<Dec, Dec, Dec>(value, size, rows, Decimal::checked_bin)?,
            _ => whole_numbers(value, size, rows)?,
        };
        narrowed(array, value, common, result_type, rows)
    }))
}

/// The results in the type of the call: two `int` are binned as `long`.
pub(super) fn narrowed(
    array: ArrayRef,
    like: &Argument,
    from: ScalarType,
    to: ScalarType,
    rows: usize,
) -> Result<ArrayRef, FunctionError> {
    match to {
        ScalarType::Datetime | ScalarType::Timespan => Ok(array),
        _ => convert(&like.with_array(array).constant_if(rows == 1), from, to, rows),
    }
}

fn whole_numbers(value: &Argument, size: &Argument, rows: usize) -> Result<ArrayRef, FunctionError> {
    if !size.is_constant() || size.nulls(1).is_some() {
        return map2::<Long, Long, Long>(value, size, rows, |value, size| {
            if size > 0 { value.checked_sub(value.rem_euclid(size)) } else { None }
        });
    }
    match Multiples::of(Long::get(&Long::column(size)?, 0)) {
        Some(multiples) => map1::<Long, Long>(value, rows, |value| multiples.below(value)),
        None => map1::<Long, Long>(value, rows, |_| None),
    }
}

pub(super) fn bin_real(value: f64, size: f64) -> Option<f64> {
    (size > 0.0).then(|| (value / size).floor() * size)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn rounds_toward_negative_infinity() {
        // kql-semantics, numbers; [D bin-function.md].
        check(
            "bin",
            "long, long -> long",
            "-5 | 2 | -6\n5 | 2 | 4\n5 | 0 | null\n5 | -2 | null\nnull | 2 | null\n5 | null | null",
        );
        check("bin", "real, long -> real", "2.5 | 1 | 2\n-2.5 | 1 | -3\n0.5 | 1 | 0\n4.5 | 0 | null");
        check("floor", "real, real -> real", "4.5 | 1 | 4\nNaN | 1 | NaN");
        check("bin", "int, int -> int", "7 | 5 | 5\n-7 | 5 | -10");
        check("bin", "int, long -> long", "7 | 5 | 5");
        check("bin", "decimal, decimal -> decimal", "2.55 | 0.1 | 2.5\n2 | 0 | null");
        check(
            "bin",
            "long, long -> long",
            "-9223372036854775808 | 3 | null\n9223372036854775807 | 1 | 9223372036854775807",
        );
    }

    #[test]
    fn times_count_from_the_first_monday() {
        // kql-semantics, datetime and timespan; [D bin-function.md].
        check(
            "bin",
            "datetime, timespan -> datetime",
            "2024-05-08 13:45:10 | 1h | 2024-05-08 13:00
             2024-05-08 13:45:10 | 7d | 2024-05-06
             1970-05-11 13:45:07 | 1d | 1970-05-11
             2024-05-08 13:45:10 | 0d | null
             2024-05-08 13:45:10 | -1h | null",
        );
        check("bin", "timespan, timespan -> timespan", "-90m | 1h | -2h\n16d | 7d | 14d");
    }
}
