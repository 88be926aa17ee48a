//! `round`: to a number of digits behind the point, or before it if negative; half away from zero. [D round-function.md]

use wardenry_kql_values::{Decimal, ScalarType};

use crate::conversions::converted;
use crate::rows::{Argument, Dec, Int, Long, Real, kernel, map1, map2};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let Some(&number_type) = call.argument_types.first() else {
        return Err(FunctionError::misplaced(function));
    };
    let precision_type = call.argument_types.get(1).copied();
    Ok(kernel(function, move |arguments, rows| {
        let (number, precision): (&Argument, Option<Argument>) = match (arguments, precision_type) {
            ([number], _) => (number, None),
            ([number, precision], Some(from)) => {
                (number, Some(converted(precision, from, ScalarType::Long, rows)?))
            }
            _ => return Err(FunctionError::misplaced(function)),
        };
        match (number_type, &precision) {
            (ScalarType::Real, None) => map1::<Real, Real>(number, rows, |number| Some(number.round())),
            (ScalarType::Real, Some(precision)) => {
                map2::<Real, Long, Real>(number, precision, rows, |number, digits| {
                    Some(round_real(number, digits))
                })
            }
            (ScalarType::Decimal, None) => map1::<Dec, Dec>(number, rows, |number| round_decimal(number, 0)),
            (ScalarType::Decimal, Some(precision)) => {
                map2::<Dec, Long, Dec>(number, precision, rows, round_decimal)
            }
            (_, None) => Ok(number.array().clone()),
            (ScalarType::Int, Some(precision)) => {
                map2::<Int, Long, Int>(number, precision, rows, |number, digits| {
                    i32::try_from(round_long(i64::from(number), digits)?).ok()
                })
            }
            (_, Some(precision)) => map2::<Long, Long, Long>(number, precision, rows, round_long),
        }
    }))
}

fn round_real(number: f64, digits: i64) -> f64 {
    // Beyond these, a power of ten is infinite or zero.
    let Ok(digits) = i32::try_from(digits.clamp(-400, 300)) else { return number };
    let scale = 10_f64.powi(digits.abs());
    if digits < 0 {
        return if scale.is_finite() { (number / scale).round() * scale } else { 0.0 };
    }
    let scaled = number * scale;
    if scaled.is_finite() { scaled.round() / scale } else { number }
}

fn round_decimal(number: Decimal, digits: i64) -> Option<Decimal> {
    if digits >= 34 {
        return Some(number);
    }
    let unit = Decimal::parse(&format!("1e{}", digits.checked_neg()?))?;
    let half = unit.checked_div(Decimal::from(2))?;
    let rounded = number.abs().checked_add(half)?.checked_bin(unit)?;
    Some(if number < Decimal::ZERO { rounded.negated() } else { rounded })
}

fn round_long(number: i64, digits: i64) -> Option<i64> {
    if digits >= 0 {
        return Some(number);
    }
    let Some(unit) = u32::try_from(digits.unsigned_abs()).ok().and_then(|digits| 10_i128.checked_pow(digits))
    else {
        return Some(0);
    };
    let number = i128::from(number);
    i64::try_from((number.abs() + unit / 2) / unit * unit * number.signum()).ok()
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn half_goes_away_from_zero() {
        // kql-semantics, numbers.
        check("round", "real -> real", "2.5 | 3\n-2.5 | -3\n0.5 | 1\nnull | null\nNaN | NaN\n2.15 | 2");
        // [D round-function.md]
        check(
            "round",
            "real, long -> real",
            "2.98765 | 3 | 2.988\n2.15 | 1 | 2.2\n-50.55 | -2 | -100\n21.5 | -1 | 20\n1.5 | 400 | 1.5\n1.5 | -400 | 0",
        );
        check(
            "round",
            "long, long -> long",
            "155 | -1 | 160\n-155 | -1 | -160\n5 | 1 | 5\n5 | -30 | 0\n5 | -90 | 0",
        );
        check(
            "round",
            "decimal, long -> decimal",
            "2.25 | 1 | 2.3\n-2.25 | 1 | -2.3\n155 | -1 | 160\n1.5 | 40 | 1.5",
        );
    }
}
