//! Aggregations that pick a row.

use super::{bools, function, grouped, ints, longs, of_nothing, row_function, texts, whole};
use arrow::array::AsArray;
use datafusion_common::ScalarValue;
use wardenry_kql_values::ScalarType::{Bool, Int, Long, String};

#[test]
fn arg_max_picks_the_first_of_the_greatest() {
    let keys = longs(&[Some(1), Some(5), None, Some(5)]);
    let values = texts(&[Some("x"), Some("y"), Some("n"), Some("z")]);
    let arg_max = whole(&function("arg_max", &[Long, String], &[]), &[keys.clone(), values.clone()]);
    assert_eq!(&arg_max, &texts(&[Some("y")]));
    let arg_min = whole(&function("arg_min", &[Long, String], &[]), &[keys.clone(), values.clone()]);
    assert_eq!(&arg_min, &texts(&[Some("x")]));
    let both = row_function("arg_max", &[Long, Long, String], &[]);
    let row = whole(&both, &[keys.clone(), keys, values]);
    assert_eq!(row.as_struct().column(0), &longs(&[Some(5)]));
    assert_eq!(row.as_struct().column(1), &texts(&[Some("y")]));
}

#[test]
fn a_row_without_a_key_is_better_than_none() {
    // [D arg-max-aggregation-function.md], the example of nulls.
    let versions = ints(&[Some(1), None, None, None, Some(1), Some(2)]);
    let colours =
        texts(&[Some("Red"), Some("Green"), Some("Yellow"), Some("Green"), Some("Brown"), Some("Green")]);
    let fruits = [0, 0, 1, 1, 2, 2];
    let colour = grouped(&function("arg_max", &[Int, String], &[]), &[versions.clone(), colours], &fruits, 3);
    assert_eq!(&colour, &texts(&[Some("Red"), Some("Yellow"), Some("Green")]));
    let version = grouped(&function("arg_max", &[Int, Int], &[]), &[versions.clone(), versions], &fruits, 3);
    assert_eq!(&version, &ints(&[Some(1), None, Some(2)]));
    assert_eq!(of_nothing(&function("arg_max", &[Long, Long], &[])), ScalarValue::Int64(None));
}

#[test]
fn a_null_that_is_returned_stays_null() {
    let keys = texts(&[Some("a"), Some("b")]);
    let values = longs(&[Some(1), None]);
    assert_eq!(&whole(&function("arg_max", &[String, Long], &[]), &[keys, values]), &longs(&[None]));
}

#[test]
fn take_any_prefers_something() {
    // [D take-any-aggregation-function.md]
    let words = texts(&[Some(""), None, Some("w")]);
    assert_eq!(
        &whole(&function("take_any", &[String], &[]), std::slice::from_ref(&words)),
        &texts(&[Some("w")])
    );
    let numbers = longs(&[None, Some(3), Some(4)]);
    assert_eq!(&whole(&function("any", &[Long], &[]), std::slice::from_ref(&numbers)), &longs(&[Some(3)]));
    let row = whole(&row_function("take_any", &[String, Long], &[]), &[words, numbers.clone()]);
    assert_eq!(row.as_struct().column(0), &texts(&[Some("")]));
    assert_eq!(row.as_struct().column(1), &longs(&[None]));
    let condition = bools(&[Some(true), Some(false), Some(true)]);
    let take_anyif = function("take_anyif", &[Long, Bool], &[]);
    assert_eq!(&whole(&take_anyif, &[numbers, condition]), &longs(&[Some(4)]));
}
