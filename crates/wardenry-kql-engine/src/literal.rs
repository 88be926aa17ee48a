//! KQL values as DataFusion's, and back.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Decimal256Type, Float64Type, Int32Type, Int64Type, i256};
use datafusion::scalar::ScalarValue;
use wardenry_kql_functions::layout::{DECIMAL_PRECISION, DECIMAL_SCALE};
use wardenry_kql_values::{Decimal, ScalarType, Value};

/// A value in the layout of its type.
pub(crate) fn scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Bool(value) => ScalarValue::Boolean(*value),
        Value::Int(value) => ScalarValue::Int32(*value),
        Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => ScalarValue::Int64(*value),
        Value::Real(value) => ScalarValue::Float64(*value),
        Value::Decimal(value) => {
            let parts = value.as_deref().and_then(Decimal::parse).map(Decimal::to_parts);
            let units = parts.map(|(low, high)| i256::from_parts(low, high));
            ScalarValue::Decimal256(units, DECIMAL_PRECISION, DECIMAL_SCALE)
        }
        Value::String(value) => ScalarValue::Utf8View(Some(value.to_string())),
        Value::Guid(value) => ScalarValue::FixedSizeBinary(16, value.map(|guid| guid.to_be_bytes().to_vec())),
        Value::Dynamic(value) => ScalarValue::Utf8View(value.as_deref().map(str::to_owned)),
    }
}

/// The KQL value of a scalar in the layout of `scalar_type`; `None` if it is in another one.
pub(crate) fn value(scalar: &ScalarValue, scalar_type: ScalarType) -> Option<Value> {
    let array = scalar.to_array_of_size(1).ok()?;
    value_at(&array, 0, scalar_type)
}

/// The KQL value in a slot of an array in the layout of `scalar_type`; `None` if it is in another one.
pub(crate) fn value_at(array: &ArrayRef, row: usize, scalar_type: ScalarType) -> Option<Value> {
    if array.is_null(row) {
        return Some(Value::null(scalar_type));
    }
    Some(match scalar_type {
        ScalarType::Bool => Value::Bool(Some(array.as_boolean_opt()?.value(row))),
        ScalarType::Int => Value::Int(Some(array.as_primitive_opt::<Int32Type>()?.value(row))),
        ScalarType::Long => Value::Long(Some(array.as_primitive_opt::<Int64Type>()?.value(row))),
        ScalarType::Datetime => Value::Datetime(Some(array.as_primitive_opt::<Int64Type>()?.value(row))),
        ScalarType::Timespan => Value::Timespan(Some(array.as_primitive_opt::<Int64Type>()?.value(row))),
        ScalarType::Real => Value::Real(Some(array.as_primitive_opt::<Float64Type>()?.value(row))),
        ScalarType::Decimal => {
            let (low, high) = array.as_primitive_opt::<Decimal256Type>()?.value(row).to_parts();
            Value::Decimal(Decimal::from_parts(low, high).map(|decimal| decimal.text().into()))
        }
        ScalarType::String => Value::String(array.as_string_view_opt()?.value(row).into()),
        ScalarType::Dynamic => Value::Dynamic(Some(array.as_string_view_opt()?.value(row).into())),
        ScalarType::Guid => {
            let bytes = array.as_fixed_size_binary_opt()?.value(row).try_into().ok()?;
            Value::Guid(Some(u128::from_be_bytes(bytes)))
        }
    })
}
