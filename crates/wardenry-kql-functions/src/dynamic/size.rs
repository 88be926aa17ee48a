//! `estimate_data_size`: the bytes of values. [estimate-data-size-function.md]

use wardenry_kql_values::ScalarType;

use super::cells::{Cell, Cells};
use crate::rows::kernel;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(super) const ESTIMATE_DATA_SIZE: ScalarFunction = ScalarFunction { names: &["estimate_data_size"], bind };

/// Texts and dynamic values count their bytes, all others those of their type, null or not.
#[expect(clippy::unnecessary_wraps, reason = "what binds may fail")]
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let (function, types) = (call.name, call.argument_types.to_vec());
    Ok(kernel(function, move |arguments, rows| {
        let mut sizes = vec![0_i64; rows];
        for (scalar_type, argument) in types.iter().zip(arguments) {
            let cells = Cells::new(argument.array().as_ref(), *scalar_type)
                .map_err(|source| FunctionError::Arrow { function, source })?;
            for (row, size) in sizes.iter_mut().enumerate() {
                *size += bytes(*scalar_type, cells.get(argument.row(row)));
            }
        }
        Ok(std::sync::Arc::new(arrow::array::Int64Array::from(sizes)))
    }))
}

fn bytes(scalar_type: ScalarType, cell: Cell<'_>) -> i64 {
    let text = match (scalar_type, cell) {
        (_, Cell::String(text)) => text,
        (_, Cell::Dynamic(value)) => value.text(),
        (ScalarType::String | ScalarType::Dynamic, _) => "",
        (ScalarType::Bool, _) => return 1,
        (ScalarType::Int, _) => return 4,
        (ScalarType::Long | ScalarType::Real | ScalarType::Datetime | ScalarType::Timespan, _) => return 8,
        (ScalarType::Decimal | ScalarType::Guid, _) => return 16,
    };
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}
