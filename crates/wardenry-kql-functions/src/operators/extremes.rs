//! `max_of` and `min_of`: the largest or smallest of several values. Null loses to every value. [D max-of-function.md]

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use arrow::compute::kernels::zip::zip;
use wardenry_kql_values::ScalarType;

use crate::rows::{Argument, Bool, Dec, Guid, Int, Long, Real, Source, Text, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let is_max = function == "max_of";
    let Some(&scalar_type) = call.argument_types.first() else {
        return Err(FunctionError::misplaced(function));
    };
    Ok(kernel(function, move |arguments, rows| {
        let [first, rest @ ..] = arguments else { return Err(FunctionError::misplaced(function)) };
        let mut best = first.clone();
        for argument in rest {
            let both_constant = best.is_constant() && argument.is_constant();
            let rows = if both_constant { 1 } else { rows };
            let better = match scalar_type {
                ScalarType::Bool => better::<Bool>(&best, argument, rows, is_max)?,
                ScalarType::Int => better::<Int>(&best, argument, rows, is_max)?,
                ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => {
                    better::<Long>(&best, argument, rows, is_max)?
                }
                ScalarType::Real => better::<Real>(&best, argument, rows, is_max)?,
                ScalarType::Decimal => better::<Dec>(&best, argument, rows, is_max)?,
                ScalarType::Guid => better::<Guid>(&best, argument, rows, is_max)?,
                ScalarType::String => better::<Text>(&best, argument, rows, is_max)?,
                ScalarType::Dynamic => return Err(FunctionError::misplaced(function)),
            };
            let array = zip(&BooleanArray::new(better, None), &*argument.datum(), &*best.datum())
                .map_err(|source| FunctionError::Arrow { function, source })?;
            best = best.with_array(array).constant_if(both_constant);
        }
        best.expanded(rows)
    }))
}

/// Where an argument is to replace the best so far. A NaN that comes first stays.
fn better<'a, S: Source>(
    best: &'a Argument,
    argument: &'a Argument,
    rows: usize,
    is_max: bool,
) -> Result<BooleanBuffer, FunctionError>
where
    S::Item<'a>: PartialOrd,
{
    let (bests, values) = (S::column(best)?, S::column(argument)?);
    let mut bits = BooleanBuffer::collect_bool(rows, |row| {
        let (best, value) = (S::get(&bests, best.row(row)), S::get(&values, argument.row(row)));
        if is_max { value > best } else { value < best }
    });
    if let Some(nulls) = S::nulls(best, rows) {
        bits = &bits | &!nulls.inner();
    }
    if let Some(nulls) = S::nulls(argument, rows) {
        bits = &bits & nulls.inner();
    }
    Ok(bits)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn values_take_precedence_over_nulls() {
        // [D max-of-function.md]
        check(
            "max_of",
            "int, int -> int",
            "1 | 6 | 6\n8 | 1 | 8\nnull | 2 | 2\n1 | null | 1\nnull | null | null",
        );
        check("min_of", "long, long, long -> long", "10 | 1 | -3 | -3\nnull | 5 | 7 | 5");
        check(
            "max_of",
            "datetime, datetime -> datetime",
            "2024-12-15 07:15:22 | 2024-12-15 07:15:24 | 2024-12-15 07:15:24",
        );
        // kql-semantics, numbers.
        check("max_of", "real, real -> real", "NaN | 1 | NaN\n2 | 1 | 2");
        check("min_of", "string, string -> string", "b | a | a\n\"\" | a | \"\"");
    }
}
