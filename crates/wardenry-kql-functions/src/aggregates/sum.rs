//! `sum`, `sumif`.

use std::sync::Arc;

use arrow::array::{ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow::buffer::{BooleanBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowNativeTypeOp, DataType};
use datafusion_common::Result;
use datafusion_expr::EmitTo;

use super::column::cast;
use super::groups::{Chosen, Groups, Rows};

/// Adds up `T`. Integers and decimals wrap around; of nothing the sum is 0.
#[derive(Debug)]
pub(super) struct Sum<T: ArrowPrimitiveType> {
    sums: Vec<T::Native>,
    result: DataType,
}

impl<T: ArrowPrimitiveType> Sum<T> {
    pub(super) fn new(result: DataType) -> Self {
        Self { sums: Vec::new(), result }
    }
}

/// The argument in the type that is added up: `int` as `long`.
fn widened(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    if array.data_type() == to { Ok(Arc::clone(array)) } else { Ok(arrow::compute::cast(array, to)?) }
}

impl<T: ArrowPrimitiveType> Sum<T>
where
    T::Native: ArrowNativeTypeOp,
{
    fn add(&mut self, array: &ArrayRef, rows: &Rows<'_>) -> Result<()> {
        let array = widened(array, &self.result)?;
        let array = cast::<PrimitiveArray<T>>(&array)?;
        let values = array.values();
        if let Some(Chosen::All) = rows.in_one_group(arrow::array::Array::nulls(array)) {
            let sum = values.iter().fold(T::Native::ZERO, |sum, value| sum.add_wrapping(*value));
            self.sums[0] = self.sums[0].add_wrapping(sum);
        } else {
            rows.for_each(arrow::array::Array::nulls(array), |row, group| {
                self.sums[group] = self.sums[group].add_wrapping(values[row]);
            });
        }
        Ok(())
    }

    fn array(&self, sums: Vec<T::Native>) -> Result<ArrayRef> {
        let array = PrimitiveArray::<T>::try_new(ScalarBuffer::from(sums), None)?;
        Ok(Arc::new(array.with_data_type(self.result.clone())))
    }
}

impl<T: ArrowPrimitiveType + std::fmt::Debug> Groups for Sum<T>
where
    T::Native: ArrowNativeTypeOp,
{
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.result.clone()))
    }

    fn resize(&mut self, groups: usize) {
        if groups > self.sums.len() {
            self.sums.resize(groups, T::Native::ZERO);
        }
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.add(&arguments[0], rows)
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.add(&states[0], rows)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let sums = emit.take_needed(&mut self.sums);
        self.array(sums)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit)?])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<T::Native>()
    }

    fn convert(&self, arguments: &[ArrayRef], chosen: Option<BooleanBuffer>) -> Result<Vec<ArrayRef>> {
        let array = widened(&arguments[0], &self.result)?;
        let array = cast::<PrimitiveArray<T>>(&array)?;
        if chosen.is_none() && arrow::array::Array::null_count(array) == 0 {
            return Ok(vec![Arc::new(array.clone())]);
        }
        let chosen = chosen.as_ref();
        let sums = (0..array.values().len())
            .map(|row| {
                let counts = chosen.is_none_or(|chosen| chosen.value(row))
                    && arrow::array::Array::is_valid(array, row);
                if counts { array.values()[row] } else { T::Native::ZERO }
            })
            .collect();
        Ok(vec![self.array(sums)?])
    }
}
