use arrow::array::{Array, ArrayRef, Datum, Scalar, UInt32Array};
use arrow::buffer::NullBuffer;
use arrow::compute::take;
use datafusion_common::ScalarValue;
use datafusion_expr::ColumnarValue;

use crate::FunctionError;

/// An argument: a value for each row, or one for all rows.
#[derive(Clone)]
pub(crate) struct Argument {
    function: &'static str,
    array: ArrayRef,
    is_constant: bool,
}

impl Argument {
    pub(crate) fn new(function: &'static str, value: &ColumnarValue) -> Result<Self, FunctionError> {
        Ok(match value {
            ColumnarValue::Array(array) => Self { function, array: array.clone(), is_constant: false },
            ColumnarValue::Scalar(scalar) => {
                let array = scalar.to_array().map_err(|_| Self::unexpected_layout(function))?;
                Self { function, array, is_constant: true }
            }
        })
    }

    /// The column; a single row if the argument is constant.
    pub(crate) fn array(&self) -> &ArrayRef {
        &self.array
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.is_constant
    }

    /// Another array in the argument's place.
    pub(crate) fn with_array(&self, array: ArrayRef) -> Self {
        Self { array, ..*self }
    }

    pub(crate) fn constant_if(self, is_constant: bool) -> Self {
        Self { is_constant, ..self }
    }

    /// A value for each row, of a constant too.
    pub(crate) fn expanded(&self, rows: usize) -> Result<ArrayRef, FunctionError> {
        if !self.is_constant || rows == 1 {
            return Ok(self.array.clone());
        }
        take(&self.array, &UInt32Array::from_value(0, rows), None)
            .map_err(|source| FunctionError::Arrow { function: self.function, source })
    }

    /// The row of the array in which the value of a row is.
    pub(crate) fn row(&self, row: usize) -> usize {
        if self.is_constant { 0 } else { row }
    }

    /// For Arrow's own kernels.
    pub(crate) fn datum(&self) -> Box<dyn Datum> {
        if self.is_constant {
            Box::new(Scalar::new(self.array.clone()))
        } else {
            Box::new(self.array.clone())
        }
    }

    /// Where the argument has values; `None` if everywhere.
    pub(crate) fn nulls(&self, rows: usize) -> Option<NullBuffer> {
        if !self.is_constant {
            self.array.nulls().filter(|nulls| nulls.null_count() > 0).cloned()
        } else if self.array.is_null(0) {
            Some(NullBuffer::new_null(rows))
        } else {
            None
        }
    }

    /// The array as the one that the layout prescribes.
    pub(crate) fn downcast<A: 'static>(&self) -> Result<&A, FunctionError> {
        self.array.as_any().downcast_ref().ok_or_else(|| Self::unexpected_layout(self.function))
    }

    /// Only a fault of the caller gets here: the layout of each type is fixed, see [`crate::layout`].
    fn unexpected_layout(function: &'static str) -> FunctionError {
        FunctionError::Argument {
            function,
            message: "an argument is not laid out as its type says".to_owned(),
        }
    }
}

/// The constant in the only row of an array.
pub(super) fn scalar(function: &'static str, array: &ArrayRef) -> Result<ColumnarValue, FunctionError> {
    ScalarValue::try_from_array(array, 0)
        .map(ColumnarValue::Scalar)
        .map_err(|_| Argument::unexpected_layout(function))
}
