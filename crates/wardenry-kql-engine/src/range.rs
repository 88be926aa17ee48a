//! `range`: numbers or times at equal distances.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch};
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures_util::stream;
use wardenry_kql_values::Value;

/// The values of a `range`, made as they are read.
#[derive(Debug)]
pub(crate) struct Progression {
    schema: SchemaRef,
    values: Values,
    count: u64,
}

#[derive(Clone, Copy, Debug)]
enum Values {
    Int { from: i64, step: i64 },
    Long { from: i64, step: i64 },
    Real { from: f64, step: f64 },
}

impl Progression {
    /// Values from `from` to `to`, which is one of them if a step hits it. Of a null there are none. `None` if the step is zero.
    pub(crate) fn new(column: Field, from: &Value, to: &Value, step: &Value) -> Option<Self> {
        let schema = Arc::new(Schema::new(vec![column]));
        let is_int = matches!(from, Value::Int(_));
        let (values, count) = match (whole(from), whole(to), whole(step)) {
            (Some(_), Some(_), Some(Some(0))) => return None,
            (Some(Some(from)), Some(Some(to)), Some(Some(step))) => {
                let distance = (i128::from(to) - i128::from(from)) / i128::from(step);
                let beyond = (to > from) != (step > 0) && to != from;
                let count = if beyond { 0 } else { u64::try_from(distance + 1).unwrap_or(u64::MAX) };
                let values = if is_int { Values::Int { from, step } } else { Values::Long { from, step } };
                (values, count)
            }
            (Some(_), Some(_), Some(_)) => {
                (if is_int { Values::Int { from: 0, step: 1 } } else { Values::Long { from: 0, step: 1 } }, 0)
            }
            _ => match (real(from), real(to), real(step)) {
                (_, _, Some(0.0)) => return None,
                (Some(from), Some(to), Some(step)) => {
                    (Values::Real { from, step }, real_count(from, to, step))
                }
                _ => (Values::Real { from: 0.0, step: 1.0 }, 0),
            },
        };
        Some(Self { schema, values, count })
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(crate) fn is_ascending(&self) -> bool {
        match self.values {
            Values::Int { step, .. } | Values::Long { step, .. } => step > 0,
            Values::Real { step, .. } => step > 0.0,
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, as wanted")]
fn real_count(from: f64, to: f64, step: f64) -> u64 {
    let steps = ((to - from) / step).floor();
    if steps.is_nan() || steps < 0.0 { 0 } else { (steps as u64).saturating_add(1) }
}

impl PartitionStream for Progression {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = context.session_config().batch_size().max(1) as u64;
        let (schema, values, count) = (Arc::clone(&self.schema), self.values, self.count);
        let batches = stream::iter((0..count.div_ceil(rows)).map(move |index| {
            let start = index * rows;
            let array = values.array(start, rows.min(count - start));
            Ok(RecordBatch::try_new(Arc::clone(&schema), vec![array])?)
        }));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches))
    }
}

impl Values {
    #[expect(
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        reason = "positions of rows that exist"
    )]
    #[expect(clippy::cast_possible_truncation, reason = "between the ends, which are `int`")]
    fn array(self, start: u64, count: u64) -> ArrayRef {
        let positions = start..start + count;
        match self {
            Self::Int { from, step } => Arc::new(Int32Array::from_iter_values(
                positions.map(|position| from.wrapping_add(step.wrapping_mul(position as i64)) as i32),
            )),
            Self::Long { from, step } => Arc::new(Int64Array::from_iter_values(
                positions.map(|position| from.wrapping_add(step.wrapping_mul(position as i64))),
            )),
            Self::Real { from, step } => Arc::new(Float64Array::from_iter_values(
                positions.map(|position| from + step * position as f64),
            )),
        }
    }
}

/// A whole number or a number of ticks; `Some(None)` for a null.
#[expect(clippy::option_option, reason = "another type, a null, a number")]
fn whole(value: &Value) -> Option<Option<i64>> {
    match value {
        Value::Int(value) => Some(value.map(i64::from)),
        Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => Some(*value),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as KQL converts")]
fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Real(value) => *value,
        _ => whole(value).flatten().map(|value| value as f64),
    }
}
