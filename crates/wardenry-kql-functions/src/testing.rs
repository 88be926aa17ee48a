//! Tables of cases for scalar functions.

mod edges;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Decimal256Array, FixedSizeBinaryArray, Float64Array, Int32Array,
    Int64Array, StringViewArray,
};
use arrow::datatypes::i256;
use datafusion_common::ScalarValue;
use datafusion_expr::ColumnarValue;
use wardenry_kql_values::{Decimal, ScalarType, Value, boolean, datetime, guid, integer, real, timespan};

use crate::layout::{DECIMAL_PRECISION, DECIMAL_SCALE};
use crate::{Context, ScalarCall, scalar};

/// The instant of the tests: 2024-05-08T13:45:10Z.
pub(crate) const NOW: i64 = 638_507_727_100_000_000;

/// Checks a function against a table.
///
/// The signature is `long, long -> real`. Each line of the table is a row: the arguments, then the result, between `|`. Cells are
/// `null` or what the type's conversion reads; texts stand in double quotes if they have blanks at an end or are empty. Each row is
/// run in a column and with every mixture of columns and constants.
pub(crate) fn check(function: &'static str, signature: &str, table: &str) {
    check_constants(function, signature, table, &[]);
}

/// As [`check`], with arguments that stand as literals in the query, such as the name of a unit.
pub(crate) fn check_constants(
    function: &'static str,
    signature: &str,
    table: &str,
    literals: &[Option<Value>],
) {
    let (types, result_type) = parse_signature(signature);
    let rows: Vec<(Vec<Value>, Value)> = table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let result = value(result_type, cells.pop().expect("a row has cells"));
            assert_eq!(cells.len(), types.len(), "{line}");
            (types.iter().zip(cells).map(|(scalar_type, cell)| value(*scalar_type, cell)).collect(), result)
        })
        .collect();

    let columns: Vec<ColumnarValue> = types
        .iter()
        .enumerate()
        .map(|(index, scalar_type)| {
            let values: Vec<&Value> = rows.iter().map(|(arguments, _)| &arguments[index]).collect();
            ColumnarValue::Array(array(*scalar_type, &values))
        })
        .collect();
    let expected: Vec<String> = rows.iter().map(|(_, result)| show(result)).collect();
    let mut constants = literals.to_vec();
    constants.resize(types.len(), None);
    assert_eq!(
        call(function, &types, &constants, result_type, &columns, rows.len()),
        expected,
        "{function}, columns"
    );

    for (arguments, result) in &rows {
        for mixture in 0..1_u32 << types.len() {
            let is_constant = |index: usize| mixture >> index & 1 == 1;
            let constants: Vec<Option<Value>> = arguments
                .iter()
                .zip(&constants)
                .enumerate()
                .map(|(index, (value, literal))| {
                    literal.clone().or_else(|| is_constant(index).then(|| value.clone()))
                })
                .collect();
            let columns: Vec<ColumnarValue> = arguments
                .iter()
                .enumerate()
                .map(|(index, value)| {
                    let repeated = array(types[index], &[value, value]);
                    if is_constant(index) {
                        ColumnarValue::Scalar(
                            ScalarValue::try_from_array(&repeated, 0).expect("a known type"),
                        )
                    } else {
                        ColumnarValue::Array(repeated)
                    }
                })
                .collect();
            let actual = call(function, &types, &constants, result_type, &columns, 2);
            let expected = show(result);
            assert_eq!(
                actual,
                [expected.clone(), expected],
                "{function}{arguments:?}, constants by bits: {mixture:b}"
            );
        }
    }
}

/// The results as text, one for each row.
fn call(
    function: &'static str,
    argument_types: &[ScalarType],
    constants: &[Option<Value>],
    result_type: ScalarType,
    columns: &[ColumnarValue],
    rows: usize,
) -> Vec<String> {
    let context = Context { now: NOW, seed: 7, regex_size: 1 << 20, geo_database: None };
    let call = ScalarCall { name: function, argument_types, constants, result_type, context: &context };
    let kernel =
        (scalar(function).expect("the function is registered").bind)(&call).expect("it can be bound");
    let array = match kernel.evaluate(columns, rows).expect("it can be evaluated") {
        ColumnarValue::Array(array) => array,
        ColumnarValue::Scalar(scalar) => scalar.to_array_of_size(rows).expect("a known type"),
    };
    assert_eq!(array.data_type(), &crate::layout::arrow_type(result_type), "{function}");
    (0..rows).map(|row| show(&read(result_type, &array, row))).collect()
}

fn parse_signature(signature: &str) -> (Vec<ScalarType>, ScalarType) {
    let (arguments, result) = signature.split_once("->").expect("a signature has an arrow");
    let names = arguments.split(',').map(str::trim).filter(|name| !name.is_empty());
    (names.map(parse_type).collect(), parse_type(result.trim()))
}

fn parse_type(name: &str) -> ScalarType {
    ScalarType::parse(name).unwrap_or_else(|| panic!("no type {name}"))
}

/// As text: [`Value`]'s own comparison would not take NaN for NaN.
fn show(value: &Value) -> String {
    match value {
        Value::Real(Some(value)) => real::text(*value),
        _ if value.is_null() => "null".to_owned(),
        Value::String(text) => format!("{text:?}"),
        _ => value.text(),
    }
}

fn value(scalar_type: ScalarType, cell: &str) -> Value {
    if cell == "null" {
        return Value::null(scalar_type);
    }
    let value = match scalar_type {
        ScalarType::Bool => Value::Bool(boolean::parse(cell)),
        ScalarType::Int => Value::Int(integer::parse_int(cell)),
        ScalarType::Long => Value::Long(integer::parse_long(cell)),
        ScalarType::Real => Value::Real(real::parse(cell)),
        ScalarType::Decimal => Value::Decimal(Decimal::parse(cell).map(|_| cell.into())),
        ScalarType::String => {
            let quoted = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
            Value::String(quoted.unwrap_or(cell).into())
        }
        ScalarType::Datetime => Value::Datetime(datetime::parse(cell)),
        ScalarType::Timespan => Value::Timespan(timespan::parse(cell)),
        ScalarType::Guid => Value::Guid(guid::parse(cell)),
        ScalarType::Dynamic => Value::Dynamic(Some(cell.into())),
    };
    assert!(!value.is_null(), "{scalar_type}: {cell}");
    value
}

/// A column in the layout of its type. Empty texts are null slots in every other place, as both mean the same.
pub(crate) fn array(scalar_type: ScalarType, values: &[&Value]) -> ArrayRef {
    macro_rules! collect {
        ($array:ty, $variant:ident) => {
            Arc::new(
                values
                    .iter()
                    .map(|value| match value {
                        Value::$variant(value) => value.clone(),
                        _ => unreachable!("the column is of one type"),
                    })
                    .collect::<$array>(),
            )
        };
    }
    match scalar_type {
        ScalarType::Bool => collect!(BooleanArray, Bool),
        ScalarType::Int => collect!(Int32Array, Int),
        ScalarType::Long => collect!(Int64Array, Long),
        ScalarType::Datetime => collect!(Int64Array, Datetime),
        ScalarType::Timespan => collect!(Int64Array, Timespan),
        ScalarType::Real => collect!(Float64Array, Real),
        ScalarType::Dynamic => collect!(StringViewArray, Dynamic),
        ScalarType::String => {
            let texts = values.iter().enumerate().map(|(row, value)| match value {
                Value::String(text) if text.is_empty() && row % 2 == 1 => None,
                Value::String(text) => Some(text.to_string()),
                _ => unreachable!("the column is of one type"),
            });
            Arc::new(texts.collect::<StringViewArray>())
        }
        ScalarType::Decimal => {
            let numbers = values.iter().map(|value| match value {
                Value::Decimal(value) => value.as_deref().and_then(Decimal::parse).map(|decimal| {
                    let (low, high) = decimal.to_parts();
                    i256::from_parts(low, high)
                }),
                _ => unreachable!("the column is of one type"),
            });
            let array = numbers.collect::<Decimal256Array>();
            Arc::new(
                array
                    .with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)
                    .expect("the layout's precision"),
            )
        }
        ScalarType::Guid => {
            let guids = values.iter().map(|value| match value {
                Value::Guid(value) => value.map(u128::to_be_bytes),
                _ => unreachable!("the column is of one type"),
            });
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(guids, 16).expect("sixteen bytes each"),
            )
        }
    }
}

/// The value of a row.
pub(crate) fn read(scalar_type: ScalarType, array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::null(scalar_type);
    }
    macro_rules! at {
        ($array:ty) => {
            array.as_any().downcast_ref::<$array>().expect("the layout's array").value(row)
        };
    }
    match scalar_type {
        ScalarType::Bool => Value::Bool(Some(at!(BooleanArray))),
        ScalarType::Int => Value::Int(Some(at!(Int32Array))),
        ScalarType::Long => Value::Long(Some(at!(Int64Array))),
        ScalarType::Datetime => Value::Datetime(Some(at!(Int64Array))),
        ScalarType::Timespan => Value::Timespan(Some(at!(Int64Array))),
        ScalarType::Real => Value::Real(Some(at!(Float64Array))),
        ScalarType::String => Value::String(at!(StringViewArray).into()),
        ScalarType::Dynamic => Value::Dynamic(Some(at!(StringViewArray).into())),
        ScalarType::Decimal => {
            let (low, high) = at!(Decimal256Array).to_parts();
            Value::Decimal(Decimal::from_parts(low, high).map(|decimal| decimal.text().into()))
        }
        ScalarType::Guid => Value::Guid(at!(FixedSizeBinaryArray).try_into().ok().map(u128::from_be_bytes)),
    }
}
