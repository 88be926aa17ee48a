//! `abs`. [D abs-function.md]

use wardenry_kql_values::{Decimal, ScalarType};

use crate::rows::{Dec, Int, Long, Real, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let (&[from], to) = (call.argument_types, call.result_type) else {
        return Err(FunctionError::misplaced(function));
    };
    Ok(kernel(function, move |arguments, rows| {
        let [number] = arguments else { return Err(FunctionError::misplaced(function)) };
        match (from, to) {
            (ScalarType::Int, ScalarType::Int) => {
                map1::<Int, Int>(number, rows, |number| Some(number.wrapping_abs()))
            }
            (ScalarType::Int, _) => map1::<Int, Long>(number, rows, |number| Some(i64::from(number).abs())),
            (ScalarType::Long | ScalarType::Timespan, _) => {
                map1::<Long, Long>(number, rows, |number| Some(number.wrapping_abs()))
            }
            (ScalarType::Real, _) => map1::<Real, Real>(number, rows, |number| Some(number.abs())),
            (ScalarType::Decimal, _) => map1::<Dec, Dec>(number, rows, |number: Decimal| Some(number.abs())),
            _ => Err(FunctionError::misplaced(function)),
        }
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn loses_the_sign() {
        // [D abs-function.md]
        check(
            "abs",
            "long -> long",
            "-5 | 5\n5 | 5\nnull | null\n-9223372036854775808 | -9223372036854775808",
        );
        check("abs", "int -> long", "-2147483648 | 2147483648");
        check("abs", "real -> real", "-1.5 | 1.5");
        check("abs", "timespan -> timespan", "-1d | 1d");
        check("abs", "decimal -> decimal", "-1.5 | 1.5");
    }
}
