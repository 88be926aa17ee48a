//! `rand`: a number from 0 up to, but not including, 1; or one of the whole numbers below the argument. [D rand-function.md]
//!
//! The numbers follow from the seed of the query and from how many were drawn before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{Float64Array, PrimitiveArray};
use datafusion_expr::ColumnarValue;
use wardenry_kql_values::ScalarType;

use crate::conversions::converted;
use crate::rows::{Argument, Long, Source as _};
use crate::{FunctionError, Kernel, ScalarCall};

#[derive(Debug)]
struct Random {
    seed: u64,
    drawn: AtomicU64,
    limit_type: Option<ScalarType>,
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    Ok(Box::new(Random {
        seed: call.context.seed,
        drawn: AtomicU64::new(0),
        limit_type: call.argument_types.first().copied(),
    }))
}

impl Kernel for Random {
    fn evaluate(&self, arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue, FunctionError> {
        let first = self.drawn.fetch_add(rows as u64, Ordering::Relaxed);
        let uniform = (0..rows as u64).map(|row| uniform(self.seed, first.wrapping_add(row)));
        let (Some(argument), Some(limit_type)) = (arguments.first(), self.limit_type) else {
            return Ok(ColumnarValue::Array(Arc::new(Float64Array::from_iter_values(uniform))));
        };
        let limit = Argument::new("rand", argument)?;
        let limit = converted(&limit, limit_type, ScalarType::Long, rows)?;
        let limits = Long::column(&limit)?;
        let values =
            uniform.enumerate().map(|(row, uniform)| below(Long::get(&limits, limit.row(row)), uniform));
        let array = PrimitiveArray::new(values.collect::<Vec<f64>>().into(), limit.nulls(rows));
        Ok(ColumnarValue::Array(Arc::new(array) as Arc<Float64Array>))
    }
}

/// One of the whole numbers below the limit; a limit of one or less leaves the fraction, as if there were none.
#[expect(clippy::cast_precision_loss, reason = "limits beyond 2⁵³ are drawn from as well as reals can")]
fn below(limit: i64, uniform: f64) -> f64 {
    if limit > 1 { (uniform * limit as f64).floor() } else { uniform }
}

/// The 53 upper bits of `SplitMix64` as a fraction.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
fn uniform(seed: u64, index: u64) -> f64 {
    let mut bits = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, AsArray};
    use arrow::datatypes::Float64Type;
    use datafusion_common::ScalarValue;
    use datafusion_expr::ColumnarValue;
    use wardenry_kql_values::ScalarType;

    use crate::{Context, Kernel, ScalarCall, scalar};

    fn kernel(argument_types: &[ScalarType]) -> Box<dyn Kernel> {
        let context = Context { now: 0, seed: 7, regex_size: 0, geo_database: None };
        let constants = vec![None; argument_types.len()];
        let call = ScalarCall {
            name: "rand",
            argument_types,
            constants: &constants,
            result_type: ScalarType::Real,
            context: &context,
        };
        (scalar("rand").unwrap().bind)(&call).unwrap()
    }

    fn numbers(value: ColumnarValue) -> Vec<f64> {
        let array: ArrayRef = value.into_array(1).unwrap();
        array.as_primitive::<Float64Type>().values().to_vec()
    }

    #[test]
    fn is_uniform_below_one() {
        let kernel = kernel(&[]);
        let drawn = numbers(kernel.evaluate(&[], 10_000).unwrap());
        assert!(drawn.iter().all(|number| (0.0..1.0).contains(number)));
        let below_a_tenth = drawn.iter().filter(|number| **number < 0.1).count();
        assert!((900..1100).contains(&below_a_tenth), "{below_a_tenth}");
        assert_ne!(numbers(kernel.evaluate(&[], 1).unwrap()), drawn[..1]);
    }

    #[test]
    fn draws_whole_numbers_below_a_limit() {
        let limit = ColumnarValue::Scalar(ScalarValue::Int64(Some(3)));
        let mut drawn = numbers(kernel(&[ScalarType::Long]).evaluate(&[limit], 1000).unwrap());
        drawn.sort_by(f64::total_cmp);
        drawn.dedup();
        assert_eq!(drawn, [0.0, 1.0, 2.0]);
    }
}
