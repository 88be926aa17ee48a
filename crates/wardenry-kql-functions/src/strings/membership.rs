//! `in`, `!in`, `in~`, `!in~`: whether a value is one of several.
//!
//! The items are constants or columns of the type of the left side, or dynamic arrays. [D in-cs-operator.md],
//! [D in-operator.md]; for nulls kql-semantics §1: a null is in a list only together with another, and then the result
//! is null.

mod items;
mod text_set;
mod value_set;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion_expr::ColumnarValue;
use wardenry_kql_values::ScalarType;

use self::items::{Item, Items};
use self::text_set::TextSet;
use self::value_set::ValueSet;
use super::arguments::{Texts, argument, bool_rows, constant_bool, kernel, refuse, result};
use super::finder::Case;
use super::folding::equal_folded;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const MEMBERSHIP: ScalarFunction = ScalarFunction { names: &["in", "!in", "in~", "!in~"], bind };

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let negated = function.starts_with('!');
    let case = if function.ends_with('~') { Case::Insensitive } else { Case::Sensitive };
    let types = call.argument_types.to_vec();
    let left_type = types.first().copied().unwrap_or(ScalarType::String);
    let Some(constants) =
        call.constants.get(1..).and_then(|items| items.iter().cloned().collect::<Option<Vec<_>>>())
    else {
        return Ok(kernel(function, move |arguments, rows| {
            evaluate_columns(function, arguments, rows, &types, case, negated)
        }));
    };
    let items = Items::of_constants(&constants, left_type);
    if left_type == ScalarType::String {
        let set = TextSet::new(items.texts(), case);
        return Ok(kernel(function, move |arguments, _| {
            Ok(match Texts::raw(function, argument(function, arguments, 0)?)? {
                Texts::One(text) => constant_bool(set.contains(&text) != negated),
                Texts::Many(texts) => {
                    let found = set.search(&texts);
                    let found = if negated { !&found } else { found };
                    ColumnarValue::Array(Arc::new(BooleanArray::new(found, None)))
                }
            })
        }));
    }
    let set = ValueSet::new(&items);
    Ok(kernel(function, move |arguments, _| {
        let left = argument(function, arguments, 0)?;
        let array = one_row_or_all(function, left)?;
        let found = set.search(&array, left_type);
        // A null on the left is in no list, but a list with a null gives null.
        let (mut found, nulls) = match array.nulls() {
            Some(nulls) if items.has_null => (found, Some(nulls.clone())),
            Some(nulls) => (&found & nulls.inner(), None),
            None => (found, None),
        };
        if negated {
            found = !&found;
        }
        result(function, &arguments[..1], Arc::new(BooleanArray::new(found, nulls)))
    }))
}

fn one_row_or_all(function: &'static str, argument: &ColumnarValue) -> Result<ArrayRef, FunctionError> {
    match argument {
        ColumnarValue::Array(array) => Ok(Arc::clone(array)),
        ColumnarValue::Scalar(scalar) => {
            scalar.to_array().map_err(|error| refuse(function, error.to_string()))
        }
    }
}

/// Compares row by row, where an item is no constant.
fn evaluate_columns(
    function: &'static str,
    arguments: &[ColumnarValue],
    rows: usize,
    types: &[ScalarType],
    case: Case,
    negated: bool,
) -> Result<ColumnarValue, FunctionError> {
    let left_type = types.first().copied().unwrap_or(ScalarType::String);
    let arrays =
        arguments.iter().map(|argument| one_row_or_all(function, argument)).collect::<Result<Vec<_>, _>>()?;
    let row_of = |index: usize, row: usize| match &arguments[index] {
        ColumnarValue::Scalar(_) => 0,
        ColumnarValue::Array(_) => row,
    };
    bool_rows(function, arguments, rows, |row| {
        let left = Item::of_row(&arrays[0], row_of(0, row), left_type);
        let mut items = Items::default();
        for index in 1..arrays.len() {
            items.push_row(&arrays[index], row_of(index, row), types[index], left_type);
        }
        let is_in = match &left {
            None if items.has_null && arrays[0].is_null(row_of(0, row)) => return Ok(None),
            None => false,
            Some(Item::Text(text)) if case == Case::Insensitive => {
                items.texts().any(|item| equal_folded(item, text))
            }
            Some(left) => items.items.contains(left),
        };
        Ok(Some(is_in != negated))
    })
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{Argument, bools, call, dynamic, jsons, text, texts};

    fn numbers(values: &[Option<i64>]) -> Argument {
        Argument::Column(ScalarType::Long, values.iter().map(|value| Value::Long(*value)).collect())
    }

    fn number(value: Option<i64>) -> Argument {
        Argument::Constant(Value::Long(value))
    }

    /// kql-semantics §4.
    #[test]
    fn texts_with_and_without_case() {
        let rows = texts(&["A", "b", "z", ""]);
        let is_in = |operator: &str| call(operator, ScalarType::Bool, &[rows.clone(), text("a"), text("b")]);
        assert_eq!(is_in("in"), bools(&[false, true, false, false]));
        assert_eq!(is_in("!in"), bools(&[true, false, true, true]));
        assert_eq!(is_in("in~"), bools(&[true, true, false, false]));
        assert_eq!(is_in("!in~"), bools(&[false, false, true, true]));
        let array = dynamic(r#"["a", "b", ""]"#);
        assert_eq!(call("!in", ScalarType::Bool, &[rows, array]), bools(&[true, false, true, false]));
    }

    #[test]
    fn long_lists_and_long_texts() {
        let long = "a text that is longer than a view can hold, and longer still, so that it is folded in memory of its own, \
                    as texts of more than one hundred and twenty-eight bytes are";
        let upper = long.to_uppercase();
        let mut list: Vec<Argument> = (0..100).map(|number| text(&format!("item {number}"))).collect();
        list.push(text(long));
        list.push(text("straße"));
        let rows = ["item 7", "ITEM 7", "item 100", long, &upper, "STRAßE", "item"];
        let arguments: Vec<Argument> = [texts(&rows)].into_iter().chain(list).collect();
        assert_eq!(
            call("in", ScalarType::Bool, &arguments),
            bools(&[true, false, false, true, false, false, false])
        );
        assert_eq!(
            call("in~", ScalarType::Bool, &arguments),
            bools(&[true, true, false, true, true, true, false])
        );
    }

    /// kql-semantics §1: `x !in (1, 2)` keeps nulls.
    #[test]
    fn nulls_are_in_no_list() {
        let rows = numbers(&[Some(1), Some(2), Some(3), None]);
        let list = [rows.clone(), number(Some(1)), number(Some(2))];
        assert_eq!(call("in", ScalarType::Bool, &list), bools(&[true, true, false, false]));
        assert_eq!(call("!in", ScalarType::Bool, &list), bools(&[false, false, true, true]));
        let with_null = [rows, number(Some(1)), number(None)];
        let expected = |values: [Option<bool>; 4]| values.map(Value::Bool).to_vec();
        assert_eq!(
            call("in", ScalarType::Bool, &with_null),
            expected([Some(true), Some(false), Some(false), None])
        );
        assert_eq!(
            call("!in", ScalarType::Bool, &with_null),
            expected([Some(false), Some(true), Some(true), None])
        );
    }

    #[test]
    fn items_may_be_columns() {
        let rows = numbers(&[Some(1), Some(2), None]);
        let items = numbers(&[Some(1), Some(1), Some(1)]);
        assert_eq!(
            call("in", ScalarType::Bool, &[rows.clone(), items, number(Some(7))]),
            bools(&[true, false, false])
        );
        let arrays = Argument::Column(ScalarType::Dynamic, jsons(&["[5, 1.0]", r#"["2"]"#, "[1]"]));
        assert_eq!(call("!in", ScalarType::Bool, &[rows, arrays]), bools(&[false, true, true]));
        let upper = texts(&["A", "B"]);
        assert_eq!(call("in~", ScalarType::Bool, &[upper, texts(&["a", "c"])]), bools(&[true, false]));
    }

    #[test]
    fn dynamic_values_compare_by_value() {
        let rows = Argument::Column(ScalarType::Dynamic, jsons(&["1", "1.0", r#""1""#, "true", "null"]));
        let list = [rows.clone(), number(Some(1)), text("x")];
        assert_eq!(call("in", ScalarType::Bool, &list), bools(&[true, true, false, false, false]));
        let list = [rows, dynamic(r#"["1", true]"#)];
        assert_eq!(call("in", ScalarType::Bool, &list), bools(&[false, false, true, true, false]));
    }
}
