//! `binary_all_and`, `binary_all_or`, `binary_all_xor`.

use arrow::array::{Array, ArrayRef, Int64Array};
use arrow::datatypes::{DataType, Int64Type};
use datafusion_common::Result;
use datafusion_expr::EmitTo;

use super::column::{Numbers, cast};
use super::groups::{Groups, Rows};
use super::slots::Slots;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Bitwise {
    And,
    Or,
    Xor,
}

/// Combines integers bit by bit; of nothing the result is null.
#[derive(Debug)]
pub(super) struct BinaryAll {
    operation: Bitwise,
    result: DataType,
    bits: Slots<Numbers<Int64Type>>,
}

impl BinaryAll {
    pub(super) fn new(operation: Bitwise, result: DataType) -> Self {
        Self { operation, result, bits: Slots::default() }
    }
}

impl Groups for BinaryAll {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.operation, self.result.clone()))
    }

    fn resize(&mut self, groups: usize) {
        self.bits.resize(groups);
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let widened = arrow::compute::cast(&arguments[0], &DataType::Int64)?;
        let array = cast::<Int64Array>(&widened)?;
        rows.for_each(array.nulls(), |row, group| {
            let value = array.values()[row];
            let value = match (self.bits.get(group), self.operation) {
                (None, _) => value,
                (Some(old), Bitwise::And) => old & value,
                (Some(old), Bitwise::Or) => old | value,
                (Some(old), Bitwise::Xor) => old ^ value,
            };
            self.bits.set(group, value);
        });
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.update(states, rows)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        Ok(arrow::compute::cast(&self.bits.emit(emit)?, &self.result)?)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.bits.emit(emit)?])
    }

    fn size(&self) -> usize {
        self.bits.bytes()
    }
}
