//! `isnan`, `isinf`, `isfinite`. [D isnan-function.md and its neighbours]

use wardenry_kql_values::ScalarType;

use crate::conversions::converted;
use crate::rows::{Bool, Real, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[from] = call.argument_types else { return Err(FunctionError::misplaced(function)) };
    let test: fn(f64) -> bool = match function {
        "isnan" => f64::is_nan,
        "isinf" => f64::is_infinite,
        _ => f64::is_finite,
    };
    Ok(kernel(function, move |arguments, rows| {
        let [number] = arguments else { return Err(FunctionError::misplaced(function)) };
        let number = &converted(number, from, ScalarType::Real, rows)?;
        map1::<Real, Bool>(number, rows, |number| Some(test(number)))
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn tell_special_numbers_apart() {
        // [D isnan-function.md], [D isinf-function.md], [D isfinite-function.md]
        check("isnan", "real -> bool", "NaN | true\ninf | false\n0 | false");
        check("isinf", "real -> bool", "-inf | true\nNaN | false\ninf | true");
        check("isfinite", "real -> bool", "inf | false\nNaN | false\n1 | true");
    }
}
