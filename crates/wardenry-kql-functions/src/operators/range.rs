//! `between` and `!between`: a range with both of its ends. A range that starts at a datetime may end a timespan later.

use std::sync::Arc;

use arrow::compute::{and_kleene, or_kleene};
use wardenry_kql_values::{ScalarType, datetime};

use super::comparison::{Comparison, compare};
use crate::rows::{Long, kernel, map2};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[value_type, low_type, high_type] = call.argument_types else {
        return Err(FunctionError::misplaced(function));
    };
    let is_length = low_type == ScalarType::Datetime && high_type == ScalarType::Timespan;
    let negated = function == "!between";
    Ok(kernel(function, move |arguments, rows| {
        let [value, low, high] = arguments else { return Err(FunctionError::misplaced(function)) };
        let value = (value_type, value);
        let end;
        let high = if is_length {
            let length = if low.is_constant() && high.is_constant() { 1 } else { rows };
            let array = map2::<Long, Long, Long>(low, high, length, |start, length| {
                start.checked_add(length).filter(|end| datetime::in_range(*end))
            })?;
            end = high.with_array(array).constant_if(low.is_constant() && high.is_constant());
            (ScalarType::Datetime, &end)
        } else {
            (high_type, high)
        };
        let low = (low_type, low);
        let (below, above) = if negated {
            (Comparison::Less, Comparison::Greater)
        } else {
            (Comparison::GreaterOrEqual, Comparison::LessOrEqual)
        };
        let below = compare(function, below, value, low, rows)?;
        let above = compare(function, above, value, high, rows)?;
        let result = if negated { or_kleene(&below, &above) } else { and_kleene(&below, &above) };
        Ok(Arc::new(result.map_err(|source| FunctionError::Arrow { function, source })?))
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn both_ends_belong_to_the_range() {
        // [D between-operator.md], kql-semantics, datetime and timespan.
        check(
            "between",
            "long, long, long -> bool",
            "1 | 1 | 4 | true
             4 | 1 | 4 | true
             5 | 1 | 4 | false
             null | 1 | 4 | null
             5 | null | 4 | false
             3 | null | 4 | null",
        );
        check(
            "!between",
            "long, long, long -> bool",
            "1 | 1 | 4 | false\n5 | 1 | 4 | true\nnull | 1 | 4 | null",
        );
        check(
            "between",
            "datetime, datetime, timespan -> bool",
            "2024-02-29 12:00 | 2024-02-29 | 1d | true
             2024-03-01 00:00 | 2024-02-29 | 1d | true
             2024-03-01 00:01 | 2024-02-29 | 1d | false",
        );
    }
}
