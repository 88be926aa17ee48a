//! `ceiling`: the least whole number that is not below. [D ceiling-function.md]

use arrow::array::ArrayRef;
use wardenry_kql_values::{Decimal, ScalarType};

use crate::conversions::convert;
use crate::rows::{Argument, Dec, Real, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let (&[from], to) = (call.argument_types, call.result_type) else {
        return Err(FunctionError::misplaced(function));
    };
    Ok(kernel(function, move |arguments, rows| {
        let [number] = arguments else { return Err(FunctionError::misplaced(function)) };
        let array = ceiling(number, from, rows)?;
        convert(&number.with_array(array), from, to, rows)
    }))
}

fn ceiling(number: &Argument, scalar_type: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match scalar_type {
        ScalarType::Real => map1::<Real, Real>(number, rows, |number| Some(number.ceil())),
        ScalarType::Decimal => map1::<Dec, Dec>(number, rows, |number: Decimal| {
            Some(number.negated().checked_bin(Decimal::from(1))?.negated())
        }),
        _ => Ok(number.array().clone()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn rounds_up() {
        // [D ceiling-function.md]
        check("ceiling", "real -> real", "-1.1 | -1\n0 | 0\n0.9 | 1\nnull | null");
        check("ceiling", "decimal -> decimal", "-1.1 | -1\n0.9 | 1\n2 | 2");
        check("ceiling", "long -> long", "5 | 5");
        check("ceiling", "long -> real", "5 | 5");
    }
}
