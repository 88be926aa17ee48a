//! `bin_at`: rounds down to a multiple of a size, counted from a fixed point. [D bin-at-function.md]

use wardenry_kql_values::{Decimal, ScalarType};

use super::bin::{bin_real, narrowed};
use super::multiples::Multiples;
use crate::conversions::{common_number, converted, whole};
use crate::rows::{Dec, Long, Real, kernel, map3};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[value_type, size_type, point_type] = call.argument_types else {
        return Err(FunctionError::misplaced(function));
    };
    let result_type = call.result_type;
    let is_time = matches!(value_type, ScalarType::Datetime | ScalarType::Timespan);
    let common = if is_time {
        ScalarType::Long
    } else {
        common_number(common_number(value_type, size_type), point_type)
    };
    // A number beside times is one of ticks, and may be a real.
    let size_target =
        if is_time && !size_type.is_integer() && size_type.is_number() { ScalarType::Real } else { common };
    let is_datetime = result_type == ScalarType::Datetime;
    Ok(kernel(function, move |arguments, rows| {
        let [value, size, point] = arguments else { return Err(FunctionError::misplaced(function)) };
        let value = &converted(value, value_type, common, rows)?;
        let size = &converted(size, size_type, size_target, rows)?;
        let point = &converted(point, point_type, common, rows)?;
        let in_range = |ticks: &i64| !is_datetime || wardenry_kql_values::datetime::in_range(*ticks);
        let array = match (common, size_target) {
            (ScalarType::Long, ScalarType::Real) => {
                map3::<Long, Real, Long, Long>([value, size, point], rows, |value, size, point| {
                    bin_at(value, whole(size)?, point).filter(in_range)
                })?
            }
            (ScalarType::Long, _) => {
                map3::<Long, Long, Long, Long>([value, size, point], rows, |value, size, point| {
                    bin_at(value, size, point).filter(in_range)
                })?
            }
            (ScalarType::Real, _) => {
                map3::<Real, Real, Real, Real>([value, size, point], rows, |value, size, point| {
                    Some(point + bin_real(value - point, size)?)
                })?
            }
            _ => map3::<Dec, Dec, Dec, Dec>(
                [value, size, point],
                rows,
                |value: Decimal, size: Decimal, point: Decimal| {
                    point.checked_add(value.checked_sub(point)?.checked_bin(size)?)
                },
            )?,
        };
        narrowed(array, value, common, result_type, rows)
    }))
}

fn bin_at(value: i64, size: i64, point: i64) -> Option<i64> {
    point.checked_add(Multiples::of(size)?.below(value.checked_sub(point)?)?)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn counts_from_the_fixed_point() {
        // [D bin-at-function.md]
        check("bin_at", "real, real, long -> real", "6.5 | 2.5 | 7 | 4.5\n6.5 | 0 | 7 | null");
        check("bin_at", "timespan, timespan, timespan -> timespan", "1h | 1d | 12h | -12h");
        check(
            "bin_at",
            "datetime, timespan, datetime -> datetime",
            "2017-05-15 10:20 | 1d | 1970-01-01 12:00 | 2017-05-14 12:00
             2017-05-17 10:20 | 7d | 2017-06-04 | 2017-05-14
             2018-02-23 16:14 | 1d | 2018-02-24 15:14 | 2018-02-23 15:14
             0001-01-01 | 1d | 2018-02-24 15:14 | null
             null | 1d | 2018-02-24 15:14 | null",
        );
        check("bin_at", "int, int, int -> int", "6 | 5 | 2 | 2");
    }
}
