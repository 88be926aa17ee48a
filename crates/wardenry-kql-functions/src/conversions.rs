//! Conversions between types.
//!
//! A conversion that does not succeed gives null; for `tostring` the empty text. [D toint-function.md and its neighbours]

mod from_dynamic;
mod to_bool;
mod to_datetime;
mod to_decimal;
mod to_guid;
mod to_hex;
mod to_integer;
mod to_real;
mod to_string;
mod to_timespan;

pub(crate) use to_integer::whole;

use arrow::array::{ArrayRef, new_null_array};
use wardenry_kql_values::ScalarType;

use crate::layout::arrow_type;
use crate::rows::{Argument, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction { names: &["tohex"], bind: to_hex::bind },
    ScalarFunction {
        names: &[
            "tostring",
            "toint",
            "tolong",
            "toreal",
            "todouble",
            "todecimal",
            "tobool",
            "toboolean",
            "todatetime",
            "totimespan",
            "totime",
            "toguid",
        ],
        bind,
    },
];

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let (&[from], to) = (call.argument_types, call.result_type) else {
        return Err(FunctionError::misplaced(function));
    };
    Ok(kernel(function, move |arguments, rows| match arguments {
        [argument] => convert(argument, from, to, rows),
        _ => Err(FunctionError::misplaced(function)),
    }))
}

/// Converts a column.
pub(crate) fn convert(
    argument: &Argument,
    from: ScalarType,
    to: ScalarType,
    rows: usize,
) -> Result<ArrayRef, FunctionError> {
    if from == to {
        return Ok(argument.array().clone());
    }
    let rows = if argument.is_constant() { 1 } else { rows };
    match to {
        ScalarType::String => to_string::convert(argument, from, rows),
        ScalarType::Int => to_integer::to_int(argument, from, rows),
        ScalarType::Long => to_integer::to_long(argument, from, rows),
        ScalarType::Real => to_real::convert(argument, from, rows),
        ScalarType::Decimal => to_decimal::convert(argument, from, rows),
        ScalarType::Bool => to_bool::convert(argument, from, rows),
        ScalarType::Datetime => to_datetime::convert(argument, from, rows),
        ScalarType::Timespan => to_timespan::convert(argument, from, rows),
        ScalarType::Guid => to_guid::convert(argument, from, rows),
        ScalarType::Dynamic => Err(FunctionError::Argument {
            function: "todynamic",
            message: "is not a conversion of scalars".to_owned(),
        }),
    }
}

/// Converts an argument; a constant stays one.
pub(crate) fn converted(
    argument: &Argument,
    from: ScalarType,
    to: ScalarType,
    rows: usize,
) -> Result<Argument, FunctionError> {
    Ok(argument.with_array(convert(argument, from, to, rows)?))
}

/// The type in which numbers (and bools) of two types are brought together; an `int` becomes a `long`.
pub(crate) fn common_number(left: ScalarType, right: ScalarType) -> ScalarType {
    if left == ScalarType::Decimal || right == ScalarType::Decimal {
        ScalarType::Decimal
    } else if left == ScalarType::Real || right == ScalarType::Real {
        ScalarType::Real
    } else {
        ScalarType::Long
    }
}

/// What a type that cannot be converted gives.
#[expect(clippy::unnecessary_wraps, reason = "stands beside conversions that can fail")]
fn impossible(to: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    Ok(new_null_array(&arrow_type(to), rows))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn text_forms() {
        // kql-semantics, casts and text forms.
        check("tostring", "bool -> string", "true | True\nfalse | False\nnull | \"\"");
        check("tostring", "real -> string", "1500 | 1500.0\nNaN | NaN\nnull | \"\"");
        check("tostring", "datetime -> string", "2024-02-03 | 2024-02-03T00:00:00.0000000Z\nnull | \"\"");
        check(
            "tostring",
            "timespan -> string",
            "1d | 1.00:00:00\n-90s | -00:01:30\n1tick | 00:00:00.0000001\n25h | 1.01:00:00",
        );
        check("tostring", "int -> string", "-5 | -5\nnull | \"\"");
        check("tostring", "decimal -> string", "1.50 | 1.5");
        check(
            "tostring",
            "guid -> string",
            "74BE27DE-1E4E-49D9-B579-FE0B331D3642 | 74be27de-1e4e-49d9-b579-fe0b331d3642\nnull | \"\"",
        );
    }

    #[test]
    fn numbers_from_text() {
        // kql-semantics, casts and text forms.
        check(
            "toint",
            "string -> int",
            "\" 42 \" | 42\n12.5 | null\n0x1F | 31\n1e3 | null\n2147483648 | null\n+7 | 7\n\"\" | null",
        );
        check(
            "tolong",
            "string -> long",
            "\" 42 \" | 42\n12.5 | null\n0x1F | 31\n1e3 | null\n2147483648 | 2147483648\n+7 | 7\n\"\" | null",
        );
        check(
            "todouble",
            "string -> real",
            "\" 42 \" | 42\n12.5 | 12.5\n0x1F | null\n1e3 | 1000\n2147483648 | 2147483648\n+7 | 7\n\"\" | null",
        );
        // [D todecimal-function.md]
        check("todecimal", "string -> decimal", "123.45678 | 123.45678\nx | null");
        check(
            "tobool",
            "string -> bool",
            "true | true\nFALSE | false\n1 | true\n0 | false\n2 | true\nyes | null\n\" true\" | null\n\"\" | null",
        );
    }

    #[test]
    fn numbers_from_numbers() {
        // kql-semantics, casts and text forms; numbers.
        check("toint", "long -> int", "2147483648 | -2147483648\n-1 | -1\nnull | null");
        check("toint", "real -> int", "2.5 | 2\n-2.5 | -2\nNaN | null\n1e30 | null");
        check("tolong", "int -> long", "-1 | -1");
        check("tolong", "decimal -> long", "-12.75 | -12");
        check("tolong", "bool -> long", "true | 1\nfalse | 0\nnull | null");
        check("toreal", "long -> real", "3 | 3");
        check("todecimal", "real -> decimal", "0.1 | 0.1\nNaN | null");
        check("tobool", "long -> bool", "123 | true\n0 | false\nnull | null");
        check("toguid", "long -> guid", "1 | null");
    }

    #[test]
    fn times() {
        // kql-semantics, casts and text forms.
        check("tolong", "datetime -> long", "0001-01-02 | 864000000000");
        check("tolong", "timespan -> long", "1d | 864000000000");
        check("todatetime", "long -> datetime", "1 | 0001-01-01T00:00:00.0000001Z\n-1 | null");
        check("totimespan", "long -> timespan", "10000000 | 1s");
        check(
            "todatetime",
            "string -> datetime",
            "02/17/2016 08:40:01 | 2016-02-17T08:40:01Z\nnope | null\n\"\" | null",
        );
        check("totimespan", "string -> timespan", "0.00:03:00 | 3min\n1d | 1d\nnope | null\n\"\" | null");
    }

    #[test]
    fn guids() {
        // [D toguid-function.md]
        check(
            "toguid",
            "string -> guid",
            "0123456789abcdef0123456789abcdef | 01234567-89ab-cdef-0123-456789abcdef\na string that is not a guid | null",
        );
    }
}
