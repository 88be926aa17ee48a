//! Calls functions in tests.

use arrow::array::Array as _;
use datafusion_common::ScalarValue;
use datafusion_expr::ColumnarValue;
use wardenry_kql_values::{ScalarType, Value};

use crate::{Context, FunctionError, ScalarCall, scalar, testing};

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Constant(Value),
    Column(ScalarType, Vec<Value>),
}

pub(crate) fn text(text: &str) -> Argument {
    Argument::Constant(Value::String(text.into()))
}

pub(crate) fn long(value: i64) -> Argument {
    Argument::Constant(Value::Long(Some(value)))
}

pub(crate) fn dynamic(json: &str) -> Argument {
    Argument::Constant(Value::Dynamic(Some(json.into())))
}

pub(crate) fn texts(texts: &[&str]) -> Argument {
    Argument::Column(ScalarType::String, texts.iter().map(|text| Value::String((*text).into())).collect())
}

pub(crate) fn bools(values: &[bool]) -> Vec<Value> {
    values.iter().map(|value| Value::Bool(Some(*value))).collect()
}

pub(crate) fn longs(values: &[i64]) -> Vec<Value> {
    values.iter().map(|value| Value::Long(Some(*value))).collect()
}

pub(crate) fn strings(values: &[&str]) -> Vec<Value> {
    values.iter().map(|value| Value::String((*value).into())).collect()
}

pub(crate) fn jsons(values: &[&str]) -> Vec<Value> {
    values.iter().map(|value| Value::Dynamic((*value != "null").then(|| (*value).into()))).collect()
}

/// Calls a function over one row if all arguments are constant, and over the rows of the columns otherwise.
pub(crate) fn try_call(
    name: &str,
    result_type: ScalarType,
    arguments: &[Argument],
) -> Result<Vec<Value>, FunctionError> {
    let function = scalar(name).unwrap_or_else(|| panic!("{name} is not registered"));
    let name =
        function.names.iter().copied().find(|known| *known == name).expect("it was found by this name");
    let context = Context { now: 0, seed: 0, regex_size: 1 << 22, geo_database: None };
    let mut types = Vec::new();
    let mut constants = Vec::new();
    let mut columns = Vec::new();
    let mut rows = 1;
    for argument in arguments {
        match argument {
            Argument::Constant(value) => {
                types.push(value.scalar_type());
                constants.push(Some(value.clone()));
                let array = testing::array(value.scalar_type(), &[value]);
                columns.push(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0).expect("one row")));
            }
            Argument::Column(scalar_type, values) => {
                types.push(*scalar_type);
                constants.push(None);
                rows = values.len();
                let values: Vec<&Value> = values.iter().collect();
                columns.push(ColumnarValue::Array(testing::array(*scalar_type, &values)));
            }
        }
    }
    let call =
        ScalarCall { name, argument_types: &types, constants: &constants, result_type, context: &context };
    let result = (function.bind)(&call)?.evaluate(&columns, rows)?;
    let array = result.into_array(rows).expect("a scalar fits into an array");
    Ok((0..array.len()).map(|row| testing::read(result_type, &array, row)).collect())
}

pub(crate) fn call(name: &str, result_type: ScalarType, arguments: &[Argument]) -> Vec<Value> {
    try_call(name, result_type, arguments).unwrap_or_else(|error| panic!("{name}: {error}"))
}
