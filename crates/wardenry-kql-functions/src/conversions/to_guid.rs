use arrow::array::ArrayRef;
use wardenry_kql_values::{ScalarType, guid};

use super::{from_dynamic, impossible};
use crate::FunctionError;
use crate::rows::{Argument, Guid, Text, map1};

pub(super) fn convert(argument: &Argument, from: ScalarType, rows: usize) -> Result<ArrayRef, FunctionError> {
    match from {
        ScalarType::Guid => Ok(argument.array().clone()),
        ScalarType::String => map1::<Text, Guid>(argument, rows, guid::parse),
        ScalarType::Dynamic => from_dynamic::convert(argument, ScalarType::Guid),
        _ => impossible(ScalarType::Guid, rows),
    }
}
