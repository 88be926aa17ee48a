//! `and`, `or`, `not`. Null is "unknown": `false and null` is false, `true or null` is true, the rest with null is null.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::compute::{and_kleene, not, or_kleene};

use crate::rows::{Argument, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let operation = match function {
        "and" => and_kleene,
        "or" => or_kleene,
        _ => {
            return Ok(kernel(function, move |arguments, _| {
                let [argument] = arguments else { return Err(FunctionError::misplaced(function)) };
                let array = not(argument.downcast()?);
                Ok(Arc::new(array.map_err(|source| FunctionError::Arrow { function, source })?))
            }));
        }
    };
    Ok(kernel(function, move |arguments, rows| {
        let [first, rest @ ..] = arguments else { return Err(FunctionError::misplaced(function)) };
        let mut result = expanded(first, rows)?;
        for argument in rest {
            result = operation(&result, &expanded(argument, rows)?)
                .map_err(|source| FunctionError::Arrow { function, source })?;
        }
        Ok(Arc::new(result) as ArrayRef)
    }))
}

/// With a value for each row: a thousand rows are but 128 bytes.
fn expanded(argument: &Argument, rows: usize) -> Result<BooleanArray, FunctionError> {
    let array = argument.downcast::<BooleanArray>()?;
    if argument.is_constant() && rows != 1 {
        let value = array.iter().next().flatten();
        return Ok(std::iter::repeat_n(value, rows).collect());
    }
    Ok(array.clone())
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn null_is_unknown() {
        // [D scalar-data-types/null-values.md], kql-semantics, null and empty.
        check(
            "and",
            "bool, bool -> bool",
            "true | true | true
             true | false | false
             null | true | null
             null | false | false
             null | null | null",
        );
        check(
            "or",
            "bool, bool -> bool",
            "false | true | true
             false | false | false
             null | true | true
             null | false | null
             null | null | null",
        );
        check("not", "bool -> bool", "true | false\nfalse | true\nnull | null");
    }
}
