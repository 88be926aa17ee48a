//! `isnull`, `isempty` and their opposites.
//!
//! A text is never null; it is empty if it has no characters. Everything else is empty if it is null. A dynamic value is also
//! empty if it holds the empty text. Sources: `isnull-function.md`, `isempty-function.md`.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray, StringViewArray};
use arrow::buffer::BooleanBuffer;
use wardenry_kql_values::ScalarType;

use super::comparison::view_length;
use crate::rows::{Argument, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[scalar_type] = call.argument_types else { return Err(FunctionError::misplaced(function)) };
    let about_null = matches!(function, "isnull" | "isnotnull" | "notnull");
    let negated = !matches!(function, "isnull" | "isempty");
    Ok(kernel(function, move |arguments, rows| {
        let [argument] = arguments else { return Err(FunctionError::misplaced(function)) };
        let bits = match scalar_type {
            ScalarType::String if about_null => BooleanBuffer::new_unset(rows),
            ScalarType::String => {
                let texts = argument.downcast::<StringViewArray>()?;
                BooleanBuffer::collect_bool(rows, |row| view_length(texts, row) == 0)
            }
            ScalarType::Dynamic if !about_null => {
                let texts = argument.downcast::<StringViewArray>()?;
                BooleanBuffer::collect_bool(rows, |row| texts.is_null(row) || texts.value(row) == "\"\"")
            }
            _ => null_bits(argument, rows),
        };
        Ok(Arc::new(BooleanArray::new(if negated { !&bits } else { bits }, None)))
    }))
}

fn null_bits(argument: &Argument, rows: usize) -> BooleanBuffer {
    argument.nulls(rows).map_or_else(|| BooleanBuffer::new_unset(rows), |nulls| !nulls.inner())
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn texts_are_empty_but_never_null() {
        // kql-semantics, null and empty; [D isempty-function.md].
        check("isnull", "string -> bool", "\"\" | false\na | false\n\"\" | false");
        check("isempty", "string -> bool", "\"\" | true\na | false\n\"\" | true\n\" \" | false");
        check("isnotempty", "string -> bool", "\"\" | false\na | true");
        check("isnull", "long -> bool", "null | true\n1 | false");
        check("isnotnull", "long -> bool", "null | false\n1 | true");
        check("isempty", "long -> bool", "null | true\n1 | false");
        check(
            "isempty",
            "dynamic -> bool",
            "null | true\n[] | false\n{} | false\n\"x\" | false\n\"\" | true",
        );
        check("isnull", "dynamic -> bool", "null | true\n[] | false");
    }
}
