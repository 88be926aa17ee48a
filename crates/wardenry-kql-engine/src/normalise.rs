//! Makes visible to native operators what only kernels know.
//!
//! Kernels read a null slot of a string as the empty text, know one NaN and one zero, and NaN stands beside the nulls in a sort.
//! DataFusion's grouping, joins and sorts do nothing of that, so their keys go through these functions first.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, StringViewArray};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;
use wardenry_kql_values::ScalarType;

/// An expression as a key of a group or a join.
pub(crate) fn group_key(expr: Expr, scalar_type: ScalarType) -> Expr {
    match scalar_type {
        ScalarType::String => call(Normalise::text(), expr),
        ScalarType::Real => call(Normalise::number(true), expr),
        _ => expr,
    }
}

/// An expression as a key of a sort. NaN stands between the nulls and the numbers. [D sort-operator.md]
pub(crate) fn sort_key(expr: Expr, scalar_type: ScalarType, descending: bool, nulls_first: bool) -> Expr {
    match scalar_type {
        ScalarType::String => call(Normalise::text(), expr),
        // Numbers are sorted by IEEE 754's total order, in which a NaN is below or above all numbers by its sign.
        ScalarType::Real => call(Normalise::number(descending == nulls_first), expr),
        _ => expr,
    }
}

fn call(function: Normalise, expr: Expr) -> Expr {
    if function.kind == Kind::Text && matches!(&expr, Expr::Literal(scalar, _) if !scalar.is_null()) {
        return expr;
    }
    ScalarUDF::new_from_impl(function).call(vec![expr])
}

/// A string array whose null slots are empty texts.
pub(crate) fn text(array: &ArrayRef) -> ArrayRef {
    let Some(strings) = array.as_string_view_opt() else { return Arc::clone(array) };
    let Some(nulls) = strings.nulls() else { return Arc::clone(array) };
    let blank = nulls.null_count() == 0
        || strings.views().iter().zip(nulls.iter()).all(|(view, valid)| valid || *view == 0);
    if blank {
        let (views, buffers, _) = strings.clone().into_parts();
        if let Ok(strings) = StringViewArray::try_new(views, buffers, None) {
            return Arc::new(strings);
        }
    }
    Arc::new(StringViewArray::from_iter_values(strings.iter().map(Option::unwrap_or_default)))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Normalise {
    kind: Kind,
    signature: Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// A null slot of a string becomes an empty text.
    Text,
    /// NaN gets the sign that puts it below, or above, all numbers, and zero the positive one.
    Number { nan_above: bool },
}

impl Normalise {
    fn text() -> Self {
        Self { kind: Kind::Text, signature: Signature::any(1, Volatility::Immutable) }
    }

    fn number(nan_above: bool) -> Self {
        Self { kind: Kind::Number { nan_above }, signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Normalise {
    fn name(&self) -> &str {
        match self.kind {
            Kind::Text => "text_key",
            Kind::Number { nan_above: false } => "number_key_nan_below",
            Kind::Number { nan_above: true } => "number_key_nan_above",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.kind {
            Kind::Text => DataType::Utf8View,
            Kind::Number { .. } => DataType::Float64,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some(argument) = args.args.into_iter().next() else {
            return Ok(ColumnarValue::Scalar(ScalarValue::Null));
        };
        Ok(match (self.kind, argument) {
            (Kind::Text, ColumnarValue::Array(array)) => ColumnarValue::Array(text(&array)),
            (Kind::Text, ColumnarValue::Scalar(ScalarValue::Utf8View(None))) => {
                ColumnarValue::Scalar(ScalarValue::Utf8View(Some(String::new())))
            }
            (Kind::Number { nan_above }, ColumnarValue::Array(array)) => {
                ColumnarValue::Array(number(&array, nan_above))
            }
            (Kind::Number { nan_above }, ColumnarValue::Scalar(ScalarValue::Float64(Some(value)))) => {
                ColumnarValue::Scalar(ScalarValue::Float64(Some(signed(value, nan_above))))
            }
            (_, argument) => argument,
        })
    }
}

fn signed(value: f64, nan_above: bool) -> f64 {
    if value.is_nan() {
        return f64::NAN.copysign(if nan_above { 1.0 } else { -1.0 });
    }
    // Of the two zeros the sum is the positive one.
    value + 0.0
}

fn number(array: &ArrayRef, nan_above: bool) -> ArrayRef {
    let Some(numbers) = array.as_primitive_opt::<Float64Type>() else { return Arc::clone(array) };
    if !numbers.values().iter().any(|value| value.is_nan() || *value == 0.0) {
        return Arc::clone(array);
    }
    let numbers: Float64Array = numbers.unary(|value| signed(value, nan_above));
    Arc::new(numbers)
}
