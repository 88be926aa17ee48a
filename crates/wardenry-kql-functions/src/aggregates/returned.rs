//! The columns that `arg_max`, `arg_min` and `take_any` give back from the row that was picked.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion_common::Result;
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::column::{Column, cast, with_column};
use super::slots::Slots;
use crate::layout::arrow_type;

/// A column of picked values, one for each group.
pub(super) trait Picked: Debug + Send + Sync {
    fn resize(&mut self, groups: usize);
    /// Takes the values of `(group, row)`.
    fn pick(&mut self, array: &ArrayRef, picks: &[(usize, usize)]) -> Result<()>;
    fn emit(&mut self, emit: EmitTo) -> Result<ArrayRef>;
    fn bytes(&self) -> usize;
}

impl<C: Column> Picked for Slots<C> {
    fn resize(&mut self, groups: usize) {
        Slots::resize(self, groups);
    }

    fn pick(&mut self, array: &ArrayRef, picks: &[(usize, usize)]) -> Result<()> {
        let array = cast::<C::Array>(array)?;
        for (group, row) in picks {
            if array.is_null(*row) {
                self.clear(*group);
            } else {
                self.set(*group, C::read(array, *row));
            }
        }
        Ok(())
    }

    fn emit(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        Slots::emit(self, emit)
    }

    fn bytes(&self) -> usize {
        Slots::bytes(self)
    }
}

/// Empty columns of these types.
pub(super) fn columns(types: &[ScalarType]) -> Vec<Box<dyn Picked>> {
    types
        .iter()
        .map(|scalar_type| -> Box<dyn Picked> {
            with_column!(scalar_type, C => Box::new(Slots::<C>::default()))
        })
        .collect()
}

/// How several columns come back from one aggregation: as a struct with the fields `0`, `1`, ….
pub(super) fn struct_type(types: &[ScalarType]) -> DataType {
    let field = |(index, scalar_type): (usize, &ScalarType)| {
        Field::new(index.to_string(), arrow_type(*scalar_type), true)
    };
    DataType::Struct(types.iter().enumerate().map(field).collect())
}

/// The columns as a struct of [`struct_type`].
pub(super) fn struct_array(types: &[ScalarType], columns: Vec<ArrayRef>) -> Result<ArrayRef> {
    let DataType::Struct(fields) = struct_type(types) else {
        return Ok(Arc::new(StructArray::new_empty_fields(0, None)));
    };
    let fields: Fields = fields;
    Ok(Arc::new(StructArray::try_new(fields, columns, None)?))
}
