//! `avg`, `avgif`.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Decimal128Array, Decimal256Array, Float64Array, Int64Array, PrimitiveArray,
};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::{DataType, Decimal128Type, Decimal256Type, i256};
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::column::cast;
use super::groups::{Groups, Rows};
use crate::layout::arrow_type;

/// Sums of integers are exact whatever the order of the rows.
pub(super) const WHOLE_SUM: DataType = DataType::Decimal128(38, 0);

/// Sums and counts. The mean of nothing is NaN for numbers that become `real`, null for the other types.
#[derive(Debug)]
pub(super) struct Mean {
    of: ScalarType,
    sums: Sums,
    counts: Vec<i64>,
}

#[derive(Debug)]
enum Sums {
    Whole(Vec<i128>),
    Real(Vec<f64>),
    Decimal(Vec<i256>),
}

impl Mean {
    pub(super) fn new(of: ScalarType) -> Self {
        let sums = match of {
            ScalarType::Real => Sums::Real(Vec::new()),
            ScalarType::Decimal => Sums::Decimal(Vec::new()),
            _ => Sums::Whole(Vec::new()),
        };
        Self { of, sums, counts: Vec::new() }
    }

    pub(super) fn sum_type(of: ScalarType) -> DataType {
        match of {
            ScalarType::Real | ScalarType::Decimal => arrow_type(of),
            _ => WHOLE_SUM,
        }
    }
}

fn whole(sums: Vec<i128>) -> Result<ArrayRef> {
    let array = PrimitiveArray::<Decimal128Type>::try_new(ScalarBuffer::from(sums), None)?;
    Ok(Arc::new(array.with_data_type(WHOLE_SUM)))
}

fn decimals(sums: Vec<i256>, nulls: Option<arrow::buffer::NullBuffer>) -> Result<ArrayRef> {
    let array = PrimitiveArray::<Decimal256Type>::try_new(ScalarBuffer::from(sums), nulls)?;
    Ok(Arc::new(array.with_data_type(arrow_type(ScalarType::Decimal))))
}

/// Rounds half away from zero.
fn decimal_quotient(sum: i256, count: i64) -> i256 {
    let count = i256::from(count);
    let (quotient, rest) = (sum.wrapping_div(count), sum.wrapping_rem(count));
    if rest.wrapping_abs().wrapping_mul(i256::from(2)) < count {
        quotient
    } else if sum.is_negative() {
        quotient.wrapping_sub(i256::ONE)
    } else {
        quotient.wrapping_add(i256::ONE)
    }
}

impl Groups for Mean {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.of))
    }

    fn resize(&mut self, groups: usize) {
        if groups > self.counts.len() {
            self.counts.resize(groups, 0);
            match &mut self.sums {
                Sums::Whole(sums) => sums.resize(groups, 0),
                Sums::Real(sums) => sums.resize(groups, 0.0),
                Sums::Decimal(sums) => sums.resize(groups, i256::ZERO),
            }
        }
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let nulls = arguments[0].nulls();
        let counts = &mut self.counts;
        match &mut self.sums {
            Sums::Whole(sums) => {
                let widened = arrow::compute::cast(&arguments[0], &DataType::Int64)?;
                let values = cast::<Int64Array>(&widened)?.values();
                rows.for_each(nulls, |row, group| {
                    sums[group] += i128::from(values[row]);
                    counts[group] += 1;
                });
            }
            Sums::Real(sums) => {
                let values = cast::<Float64Array>(&arguments[0])?.values();
                rows.for_each(nulls, |row, group| {
                    sums[group] += values[row];
                    counts[group] += 1;
                });
            }
            Sums::Decimal(sums) => {
                let values = cast::<Decimal256Array>(&arguments[0])?.values();
                rows.for_each(nulls, |row, group| {
                    sums[group] = sums[group].wrapping_add(values[row]);
                    counts[group] += 1;
                });
            }
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        match &mut self.sums {
            Sums::Whole(sums) => {
                let values = cast::<Decimal128Array>(&states[0])?.values();
                rows.for_each(None, |row, group| sums[group] = sums[group].wrapping_add(values[row]));
            }
            Sums::Real(sums) => {
                let values = cast::<Float64Array>(&states[0])?.values();
                rows.for_each(None, |row, group| sums[group] += values[row]);
            }
            Sums::Decimal(sums) => {
                let values = cast::<Decimal256Array>(&states[0])?.values();
                rows.for_each(None, |row, group| sums[group] = sums[group].wrapping_add(values[row]));
            }
        }
        let counts = cast::<Int64Array>(&states[1])?.values();
        rows.for_each(None, |row, group| self.counts[group] += counts[row]);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean is a double")]
    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let counts = emit.take_needed(&mut self.counts);
        Ok(match &mut self.sums {
            Sums::Real(sums) => {
                let sums = emit.take_needed(sums);
                Arc::new(
                    sums.iter()
                        .zip(&counts)
                        .map(|(sum, count)| sum / *count as f64)
                        .collect::<Float64Array>(),
                )
            }
            Sums::Whole(sums) if self.of.is_integer() => {
                let sums = emit.take_needed(sums);
                Arc::new(
                    sums.iter()
                        .zip(&counts)
                        .map(|(sum, count)| *sum as f64 / *count as f64)
                        .collect::<Float64Array>(),
                )
            }
            Sums::Whole(sums) => {
                let sums = emit.take_needed(sums);
                let means = sums.iter().zip(&counts).map(|(sum, count)| {
                    sum.checked_div(i128::from(*count)).and_then(|mean| i64::try_from(mean).ok())
                });
                Arc::new(means.collect::<Int64Array>())
            }
            Sums::Decimal(sums) => {
                let sums = emit.take_needed(sums);
                let nulls = counts.iter().map(|count| *count > 0).collect();
                let means = sums
                    .iter()
                    .zip(&counts)
                    .map(|(sum, count)| if *count == 0 { i256::ZERO } else { decimal_quotient(*sum, *count) })
                    .collect();
                decimals(means, Some(nulls))?
            }
        })
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let sums = match &mut self.sums {
            Sums::Whole(sums) => whole(emit.take_needed(sums))?,
            Sums::Real(sums) => Arc::new(Float64Array::from(emit.take_needed(sums))),
            Sums::Decimal(sums) => decimals(emit.take_needed(sums), None)?,
        };
        Ok(vec![sums, Arc::new(Int64Array::from(emit.take_needed(&mut self.counts)))])
    }

    fn size(&self) -> usize {
        let sums = match &self.sums {
            Sums::Whole(sums) => sums.capacity() * size_of::<i128>(),
            Sums::Real(sums) => sums.capacity() * size_of::<f64>(),
            Sums::Decimal(sums) => sums.capacity() * size_of::<i256>(),
        };
        sums + self.counts.capacity() * size_of::<i64>()
    }
}
