//! `parse_json`: text that is JSON becomes the value that it stands for, any other text a dynamic string.
//! [D parse-json-function.md]

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use arrow::error::ArrowError;
use wardenry_kql_values::ScalarType;

use super::text::write_string;
use super::validate::is_json;
use super::value::Dynamic;
use super::views::ViewWriter;
use crate::rows::kernel;
use crate::{FunctionError, Kernel, ScalarCall};

#[expect(clippy::unnecessary_wraps, reason = "what binds may fail")]
pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let is_dynamic = call.argument_types.first() == Some(&ScalarType::Dynamic);
    Ok(kernel(function, move |arguments, _| {
        let [argument] = arguments else { return Err(super::misplaced(function)) };
        let Some(texts) = argument.array().as_string_view_opt() else {
            return Err(super::misplaced(function));
        };
        if is_dynamic {
            return Ok(argument.array().clone());
        }
        parse_json(texts).map_err(|source| FunctionError::Arrow { function, source })
    }))
}

/// The dynamic column of a text column. The empty text and `null` are null; values share the bytes of the texts.
pub(super) fn parse_json(texts: &StringViewArray) -> Result<ArrayRef, ArrowError> {
    let mut out = ViewWriter::sharing(texts, texts.len());
    let mut json = String::new();
    for row in 0..texts.len() {
        let text = if texts.is_valid(row) { texts.value(row) } else { "" };
        if text.is_empty() {
            out.null();
        } else if is_json(text) {
            super::expand::push_part(&mut out, texts, row, Dynamic::new(text));
        } else {
            json.clear();
            write_string(&mut json, text);
            out.text(&json);
        }
    }
    Ok(Arc::new(out.finish()?))
}
