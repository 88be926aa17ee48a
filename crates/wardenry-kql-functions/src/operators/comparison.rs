//! `==`, `!=`, `<`, `<=`, `>`, `>=`.
//!
//! Null is not SQL's: with one null operand `==` is false and `!=` true, with two both are null; order with null is null.
//! NaN equals nothing and has no order. Source: `scalar-data-types/null-values.md`.

mod dynamic;
mod text;

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::BooleanArray;
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::kernels::cmp;
use wardenry_kql_values::ScalarType;

pub(super) use text::view_length;

use crate::conversions::{common_number, converted};
use crate::rows::{Argument, Real, bits2, common_nulls, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether operands in this order fit; `None` stands for numbers without one.
    fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }

    fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }
}

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let (Some(comparison), &[left, right]) = (Comparison::parse(function), call.argument_types) else {
        return Err(FunctionError::misplaced(function));
    };
    Ok(kernel(function, move |arguments, rows| {
        let [l, r] = arguments else { return Err(FunctionError::misplaced(function)) };
        Ok(Arc::new(compare(function, comparison, (left, l), (right, r), rows)?))
    }))
}

/// Compares row by row.
pub(crate) fn compare(
    function: &'static str,
    comparison: Comparison,
    (left_type, left): (ScalarType, &Argument),
    (right_type, right): (ScalarType, &Argument),
    rows: usize,
) -> Result<BooleanArray, FunctionError> {
    use ScalarType::{Bool, Dynamic, Int, Long, Real as RealType, String};
    if left.is_constant() && right.is_constant() && rows != 1 {
        let constant = compare(function, comparison, (left_type, left), (right_type, right), 1)?;
        return Ok(std::iter::repeat_n(constant.iter().next().flatten(), rows).collect());
    }
    match (left_type, right_type) {
        (String, String) => {
            let bits = text::compare(function, comparison, left, right, rows)?;
            return Ok(BooleanArray::new(bits, None));
        }
        (Dynamic, _) | (_, Dynamic) => {
            return dynamic::compare(comparison, (left_type, left), (right_type, right), rows);
        }
        _ if left_type == right_type => {}
        (
            Bool | Int | Long | RealType | ScalarType::Decimal,
            Bool | Int | Long | RealType | ScalarType::Decimal,
        ) => {
            let number = common_number(left_type, right_type);
            let left = converted(left, left_type, number, rows)?;
            let right = converted(right, right_type, number, rows)?;
            return compare(function, comparison, (number, &left), (number, &right), rows);
        }
        _ => return Err(FunctionError::misplaced(function)),
    }
    let bits = if left_type == RealType {
        reals(comparison, left, right, rows)?
    } else {
        same_type(function, comparison, left, right)?
    };
    Ok(with_null_rules(comparison, bits, left, right, rows))
}

/// IEEE's comparisons. Arrow's kernels have a total order instead.
#[expect(clippy::float_cmp, reason = "`==` is what the query asks for")]
fn reals(
    comparison: Comparison,
    left: &Argument,
    right: &Argument,
    rows: usize,
) -> Result<BooleanBuffer, FunctionError> {
    match comparison {
        Comparison::Equal => bits2::<Real, Real>(left, right, rows, |a, b| a == b),
        Comparison::NotEqual => bits2::<Real, Real>(left, right, rows, |a, b| a != b),
        Comparison::Less => bits2::<Real, Real>(left, right, rows, |a, b| a < b),
        Comparison::LessOrEqual => bits2::<Real, Real>(left, right, rows, |a, b| a <= b),
        Comparison::Greater => bits2::<Real, Real>(left, right, rows, |a, b| a > b),
        Comparison::GreaterOrEqual => bits2::<Real, Real>(left, right, rows, |a, b| a >= b),
    }
}

/// Whole numbers, times, bools, decimals and GUIDs: their order is that of their bits or bytes, as Arrow has it.
fn same_type(
    function: &'static str,
    comparison: Comparison,
    left: &Argument,
    right: &Argument,
) -> Result<BooleanBuffer, FunctionError> {
    let operation = match comparison {
        Comparison::Equal => cmp::eq,
        Comparison::NotEqual => cmp::neq,
        Comparison::Less => cmp::lt,
        Comparison::LessOrEqual => cmp::lt_eq,
        Comparison::Greater => cmp::gt,
        Comparison::GreaterOrEqual => cmp::gt_eq,
    };
    let (left, right) = (left.datum(), right.datum());
    let array = operation(&*left, &*right).map_err(|source| FunctionError::Arrow { function, source })?;
    Ok(array.into_parts().0)
}

/// The bits are meaningful where both operands have values.
fn with_null_rules(
    comparison: Comparison,
    bits: BooleanBuffer,
    left: &Argument,
    right: &Argument,
    rows: usize,
) -> BooleanArray {
    if !comparison.is_equality() {
        return BooleanArray::new(bits, common_nulls(&[left, right], rows));
    }
    let (left, right) = (left.nulls(rows), right.nulls(rows));
    let Some(both) = NullBuffer::union(left.as_ref(), right.as_ref()) else {
        return BooleanArray::new(bits, None);
    };
    let bits = match comparison {
        Comparison::NotEqual => &bits | &!both.inner(),
        _ => &bits & both.inner(),
    };
    let either = match (left, right) {
        (Some(left), Some(right)) => Some(NullBuffer::new(left.inner() | right.inner())),
        _ => None,
    };
    BooleanArray::new(bits, either)
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn null_is_unequal_to_values_and_has_no_order() {
        // [D scalar-data-types/null-values.md], kql-semantics, null and empty.
        check(
            "==",
            "long, long -> bool",
            "1 | 1 | true
             1 | 2 | false
             null | 1 | false
             1 | null | false
             null | null | null",
        );
        check(
            "!=",
            "long, long -> bool",
            "1 | 1 | false
             1 | 2 | true
             null | 1 | true
             1 | null | true
             null | null | null",
        );
        check(
            "<=",
            "datetime, datetime -> bool",
            "2024-01-01 | 2024-01-01 | true
             2024-01-02 | 2024-01-01 | false
             null | 2024-01-01 | null
             2024-01-01 | null | null
             null | null | null",
        );
        for (function, expected) in [("==", "false"), ("!=", "true"), ("<", "null")] {
            check(
                function,
                "guid, guid -> bool",
                &format!("null | 74be27de-1e4e-49d9-b579-fe0b331d3642 | {expected}"),
            );
        }
    }

    #[test]
    fn nan_equals_nothing() {
        // kql-semantics, numbers.
        check("==", "real, real -> bool", "NaN | NaN | false\n-0.0 | 0 | true\nnull | NaN | false");
        check("!=", "real, real -> bool", "NaN | NaN | true\n-0.0 | 0 | false");
        check(
            "<",
            "real, real -> bool",
            "NaN | 1 | false\n1 | NaN | false\n-inf | 1 | true\nnull | 1 | null",
        );
        check(">=", "real, real -> bool", "NaN | NaN | false\n1 | 1 | true");
    }

    #[test]
    fn texts_are_never_null() {
        let same = "a | a | true
             a | A | false
             \"\" | a | false
             a | \"\" | false
             \"\" | \"\" | true
             much longer than a view | much longer than a view | true
             much longer than a view | much longer than a vieW | false
             \"\" | \"\" | true";
        check("==", "string, string -> bool", same);
        let different = same.replace("true", "other").replace("false", "true").replace("other", "false");
        check("!=", "string, string -> bool", &different);
        check(
            "<",
            "string, string -> bool",
            "a | b | true\nb | a | false\n\"\" | a | true\na | \"\" | false",
        );
    }

    #[test]
    fn numbers_of_different_types_are_comparable() {
        check("==", "int, long -> bool", "1 | 1 | true\n1 | 4294967297 | false\nnull | 1 | false");
        check("<", "long, real -> bool", "1 | 1.5 | true\n2 | 1.5 | false");
        check("==", "decimal, real -> bool", "0.1 | 0.1 | true\n0.1 | 0.2 | false");
        check(">", "decimal, decimal -> bool", "0.2 | 0.1 | true\n-0.2 | 0.1 | false");
        check("==", "bool, long -> bool", "true | 1 | true\ntrue | 2 | false\nfalse | 0 | true");
    }

    #[test]
    fn a_dynamic_number_is_compared_with_a_number() {
        // kql-semantics, dynamic.
        check(
            "==",
            "dynamic, long -> bool",
            "5 | 5 | true\n5.0 | 5 | true\n\"5\" | 5 | false\nnull | 5 | false",
        );
        check("!=", "dynamic, long -> bool", "5 | 5 | false\n\"5\" | 5 | true\nnull | 5 | true");
        check(
            "<",
            "real, dynamic -> bool",
            "1.5 | 2 | true\n1.5 | 1 | false\n1.5 | null | null\n1 | \"x\" | false",
        );
        check(
            "==",
            "dynamic, dynamic -> bool",
            "[1, 2] | [1,2] | true\n{\"a\":1,\"b\":2} | {\"b\":2,\"a\":1} | true\n[1] | [2] | false\n\"a b\" | \"ab\" | false",
        );
    }
}
