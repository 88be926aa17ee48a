//! Numbers as doubles.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal256Array, Float64Array};
use arrow::datatypes::{DataType, i256};
use datafusion_common::Result;

use super::column::cast;
use crate::layout::DECIMAL_SCALE;

/// A column of any number type as `real`.
pub(super) fn reals(array: &ArrayRef) -> Result<Float64Array> {
    if matches!(array.data_type(), DataType::Decimal256(..)) {
        let decimals = cast::<Decimal256Array>(array)?;
        let scale = 10_f64.powi(i32::from(DECIMAL_SCALE));
        return Ok(decimals.iter().map(|value| value.map(|value| nearest(value) / scale)).collect());
    }
    let widened = arrow::compute::cast(array, &DataType::Float64)?;
    Ok(Float64Array::clone(cast(&(Arc::clone(&widened) as ArrayRef))?))
}

#[expect(clippy::cast_precision_loss, reason = "the nearest double is wanted")]
fn nearest(value: i256) -> f64 {
    let (low, high) = value.to_parts();
    high as f64 * 2_f64.powi(128) + low as f64
}
