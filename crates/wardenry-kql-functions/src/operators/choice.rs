//! `iff`, `case`, `coalesce`. A condition that is null is not met.

use arrow::array::{Array, ArrayRef, BooleanArray, StringViewArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::interleave;
use arrow::compute::kernels::zip::zip;
use wardenry_kql_values::ScalarType;

use super::comparison::view_length;
use crate::rows::{Argument, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

/// `iff(condition, then, else)` and `case(condition, then, …, else)`.
pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    if call.argument_types.len() < 3 || call.argument_types.len().is_multiple_of(2) {
        return Err(FunctionError::misplaced(function));
    }
    Ok(kernel(function, move |arguments, rows| {
        if let [condition, then, otherwise] = arguments {
            if condition.is_constant() {
                return if met(condition)?.value(0) { then.expanded(rows) } else { otherwise.expanded(rows) };
            }
            let (then, otherwise) = (then.datum(), otherwise.datum());
            return zip(condition.downcast::<BooleanArray>()?, &*then, &*otherwise)
                .map_err(|source| FunctionError::Arrow { function, source });
        }
        let [branches @ .., otherwise] = arguments else { return Err(FunctionError::misplaced(function)) };
        let mut conditions = Vec::with_capacity(branches.len() / 2);
        let mut values = Vec::with_capacity(branches.len() / 2 + 1);
        for branch in branches.chunks_exact(2) {
            let [condition, then] = branch else { return Err(FunctionError::misplaced(function)) };
            conditions.push((condition, met(condition)?));
            values.push(then);
        }
        values.push(otherwise);
        choose(function, &values, rows, |row| {
            conditions
                .iter()
                .position(|(condition, bits)| bits.value(condition.row(row)))
                .unwrap_or(conditions.len())
        })
    }))
}

/// `coalesce(…)`: the first value that is neither null nor the empty text.
pub(super) fn bind_coalesce(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let is_text = call.argument_types.first() == Some(&ScalarType::String);
    Ok(kernel(function, move |arguments, rows| {
        let Some((last, others)) = arguments.split_last() else {
            return Err(FunctionError::misplaced(function));
        };
        let mut present = Vec::with_capacity(others.len());
        for argument in others {
            let bits = if is_text {
                let texts = argument.downcast::<StringViewArray>()?;
                BooleanBuffer::collect_bool(texts.len(), |row| view_length(texts, row) > 0)
            } else {
                argument.array().nulls().map_or_else(
                    || BooleanBuffer::new_set(argument.array().len()),
                    |nulls: &NullBuffer| nulls.inner().clone(),
                )
            };
            let everywhere = bits.count_set_bits() == bits.len();
            present.push((argument, bits));
            if everywhere {
                break;
            }
        }
        let mut values: Vec<&Argument> = present.iter().map(|(argument, _)| *argument).collect();
        if present.len() == others.len() {
            values.push(last);
        }
        let fallback = values.len() - 1;
        if fallback == 0 && !values[0].is_constant() {
            return Ok(values[0].array().clone());
        }
        choose(function, &values, rows, |row| {
            present.iter().position(|(argument, bits)| bits.value(argument.row(row))).unwrap_or(fallback)
        })
    }))
}

/// Where a condition is true.
fn met(condition: &Argument) -> Result<BooleanBuffer, FunctionError> {
    let array = condition.downcast::<BooleanArray>()?;
    Ok(match array.nulls() {
        Some(nulls) => array.values() & nulls.inner(),
        None => array.values().clone(),
    })
}

/// For each row the value of the argument that is chosen for it.
fn choose(
    function: &'static str,
    arguments: &[&Argument],
    rows: usize,
    choice: impl Fn(usize) -> usize,
) -> Result<ArrayRef, FunctionError> {
    let arrays: Vec<&dyn Array> = arguments.iter().map(|argument| argument.array().as_ref()).collect();
    let indices: Vec<(usize, usize)> = (0..rows)
        .map(|row| {
            let chosen = choice(row);
            (chosen, arguments[chosen].row(row))
        })
        .collect();
    interleave(&arrays, &indices).map_err(|source| FunctionError::Arrow { function, source })
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn a_null_condition_is_not_met() {
        // kql-semantics, null and empty.
        check(
            "iff",
            "bool, string, string -> string",
            "true | big | other | big\nfalse | big | other | other\nnull | big | other | other",
        );
        check(
            "case",
            "bool, long, bool, long, long -> long",
            "true | 1 | true | 2 | 3 | 1
             false | 1 | true | 2 | 3 | 2
             null | 1 | null | 2 | 3 | 3
             false | 1 | true | null | 3 | null",
        );
    }

    #[test]
    fn coalesce_skips_nulls_and_empty_texts() {
        // [D coalesce-function.md], kql-semantics, null and empty.
        check("coalesce", "string, string -> string", "\"\" | dflt | dflt\nx | dflt | x\n\"\" | \"\" | \"\"");
        check(
            "coalesce",
            "long, long, long -> long",
            "null | 42 | 33 | 42
             null | null | 33 | 33
             1 | 42 | 33 | 1
             null | null | null | null",
        );
    }
}
