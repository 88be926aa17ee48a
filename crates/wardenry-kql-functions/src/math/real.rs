//! Functions of reals. Other numbers are converted first. Logarithms of negative numbers are null, other results that no
//! real number is are NaN. [D log-function.md and its neighbours]

use std::f64::consts::PI;

use wardenry_kql_values::ScalarType;

use crate::conversions::converted;
use crate::rows::{Real, Sink as _, kernel, map1, map2};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind_unary(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[from] = call.argument_types else { return Err(FunctionError::misplaced(function)) };
    let f: fn(f64) -> f64 = match function {
        "sign" => sign,
        "sqrt" => f64::sqrt,
        "exp" => f64::exp,
        "exp2" => f64::exp2,
        "exp10" => |x| 10_f64.powf(x),
        "log" => f64::ln,
        "log2" => f64::log2,
        "log10" => f64::log10,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "cot" => |x| 1.0 / x.tan(),
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "degrees" => f64::to_degrees,
        "radians" => f64::to_radians,
        "gamma" => libm::tgamma,
        "loggamma" => libm::lgamma,
        "erf" => libm::erf,
        "erfc" => libm::erfc,
        _ => return Err(FunctionError::misplaced(function)),
    };
    let is_logarithm = matches!(function, "log" | "log2" | "log10");
    Ok(kernel(function, move |arguments, rows| {
        let [number] = arguments else { return Err(FunctionError::misplaced(function)) };
        let number = &converted(number, from, ScalarType::Real, rows)?;
        map1::<Real, Real>(
            number,
            rows,
            |number| if is_logarithm && number < 0.0 { None } else { Some(f(number)) },
        )
    }))
}

pub(super) fn bind_binary(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[left_type, right_type] = call.argument_types else {
        return Err(FunctionError::misplaced(function));
    };
    let f: fn(f64, f64) -> f64 = if function == "pow" { f64::powf } else { f64::atan2 };
    Ok(kernel(function, move |arguments, rows| {
        let [left, right] = arguments else { return Err(FunctionError::misplaced(function)) };
        let left = &converted(left, left_type, ScalarType::Real, rows)?;
        let right = &converted(right, right_type, ScalarType::Real, rows)?;
        map2::<Real, Real, Real>(left, right, rows, |left, right| Some(f(left, right)))
    }))
}

pub(super) fn bind_pi(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    Ok(kernel(call.name, |_, rows| Ok(Real::collect(rows, None, |_| Some(PI)))))
}

fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x } else { x.signum() }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn documented_values() {
        // [D log-function.md], kql-semantics, numbers.
        check("log", "long -> real", "5 | 1.6094379124341003\n-1 | null\n0 | -Infinity\nnull | null");
        check("sqrt", "real -> real", "-1 | NaN\n16 | 4");
        // [D sign-function.md]
        check("sign", "real -> real", "-42 | -1\n0 | 0\n11.2 | 1\nNaN | NaN");
        // [D exp10-function.md], [D pow-function.md], [D gamma-function.md]
        check("exp10", "long -> real", "2 | 100");
        check("pow", "long, long -> real", "2 | 3 | 8\nnull | 1 | null");
        check("gamma", "real -> real", "5 | 24");
        check("degrees", "real -> real", "0 | 0");
        check("radians", "real -> real", "180 | 3.141592653589793");
        check("log2", "real -> real", "8 | 3\n-8 | null");
        check("log10", "real -> real", "1000 | 3");
        check("exp2", "real -> real", "3 | 8");
        check("atan2", "real, real -> real", "0 | 1 | 0");
        check("pi", "-> real", "3.141592653589793");
    }

    #[test]
    fn the_error_function() {
        // [D erf-function.md], [D erfc-function.md] show 15 digits.
        check("round", "real, long -> real", "-0.9999779095030014 | 15 | -0.999977909503001");
        assert!((libm::erf(-3.0) + 0.999_977_909_503_001).abs() < 1e-15);
        assert!((libm::erf(1.0) - 0.842_700_792_949_715).abs() < 1e-15);
        assert!((libm::erfc(3.0) - 2.209_049_699_858_54e-5).abs() < 1e-18);
    }
}
