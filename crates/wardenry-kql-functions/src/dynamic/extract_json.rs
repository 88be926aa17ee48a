//! `extract_json`: the value at a constant path of a JSON text. [extract-json-function.md]

use arrow::array::AsArray;
use wardenry_kql_values::Value;

use super::conversions::convert_rows;
use super::json_path::{Segment, parse};
use super::locate::{enter, start, whole};
use super::validate::is_json;
use crate::rows::kernel;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(super) const EXTRACT_JSON: ScalarFunction =
    ScalarFunction { names: &["extract_json", "extractjson"], bind };

/// Path and text; the type that the result is converted to is the call's. Text that is no JSON, and a path that leads nowhere,
/// give null, or the empty text.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let (function, target) = (call.name, call.result_type);
    let constant = match call.constants.first() {
        Some(Some(Value::String(path))) => Some(parse(path).ok_or_else(|| {
            let message = format!("`{path}` is no path; one looks like $.name[0]['other name']");
            FunctionError::Argument { function, message }
        })?),
        _ => None,
    };
    Ok(kernel(function, move |arguments, rows| {
        let [path, text, ..] = arguments else { return Err(super::misplaced(function)) };
        let texts = text.expanded(rows)?;
        let texts = texts.as_string_view_opt().ok_or_else(|| super::misplaced(function))?;
        let paths = path.array().as_string_view_opt().ok_or_else(|| super::misplaced(function))?;
        convert_rows(texts, target, |row| {
            let text = texts.value(row);
            match &constant {
                Some(segments) => follow(text, segments),
                None => follow(text, &parse(paths.value(path.row(row)))?),
            }
        })
        .map_err(|source| FunctionError::Arrow { function, source })
    }))
}

fn follow(text: &str, segments: &[Segment]) -> Option<(usize, usize)> {
    let at = segments.iter().try_fold(start(text), |at, segment| enter(text, at, segment.step()))?;
    whole(text, at).filter(|_| is_json(text))
}
