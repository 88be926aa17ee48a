//! Aggregations whose result is an array or a bag.

use super::{bools, function, longs, of_nothing, reals, texts, whole};
use datafusion_common::ScalarValue;
use wardenry_kql_values::{ScalarType, Value};

fn empty(text: &str) -> ScalarValue {
    ScalarValue::Utf8View(Some(text.to_owned()))
}

#[test]
fn lists_skip_nulls_and_keep_empty_texts() {
    // kql-semantics, summarize.
    let words = texts(&[Some("b"), None, Some("b")]);
    let numbers = longs(&[Some(1), None, Some(1)]);
    let list = |name, scalar_type, constants: &[Value], column| {
        whole(&function(name, &[scalar_type], constants), &[column])
    };
    let two = [Value::Long(Some(2))];
    assert_eq!(
        &list("make_list", ScalarType::String, &[], words.clone()),
        &texts(&[Some(r#"["b","","b"]"#)])
    );
    assert_eq!(&list("make_set", ScalarType::String, &[], words.clone()), &texts(&[Some(r#"["b",""]"#)]));
    assert_eq!(&list("make_list", ScalarType::String, &two, words), &texts(&[Some(r#"["b",""]"#)]));
    assert_eq!(&list("make_list", ScalarType::Long, &[], numbers.clone()), &texts(&[Some("[1,1]")]));
    let with_nulls = list("make_list_with_nulls", ScalarType::Long, &[], numbers);
    assert_eq!(&with_nulls, &texts(&[Some("[1,null,1]")]));
}

#[test]
fn elements_keep_their_type() {
    // [D summarize-operator.md] for the real.
    let list = |scalar_type, column| whole(&function("make_list", &[scalar_type], &[]), &[column]);
    assert_eq!(&list(ScalarType::Real, reals(&[Some(5.0), None])), &texts(&[Some("[5.0]")]));
    assert_eq!(&list(ScalarType::Bool, bools(&[Some(true)])), &texts(&[Some("[true]")]));
    let ticks = longs(&[Some(wardenry_kql_values::UNIX_EPOCH)]);
    assert_eq!(&list(ScalarType::Datetime, ticks), &texts(&[Some(r#"["1970-01-01T00:00:00.0000000Z"]"#)]));
    let ticks = longs(&[Some(wardenry_kql_values::TICKS_PER_SECOND)]);
    assert_eq!(&list(ScalarType::Timespan, ticks), &texts(&[Some(r#"["00:00:01"]"#)]));
}

#[test]
fn dynamic_arrays_are_flattened_one_level() {
    // kql-semantics, summarize; [D make-set-aggregation-function.md]
    let column = texts(&[Some("[1, 2]"), Some("[2,3]"), None, Some(r#"{"a": 1}"#), Some("[[4, 5]]")]);
    let of = |name| whole(&function(name, &[ScalarType::Dynamic], &[]), std::slice::from_ref(&column));
    assert_eq!(&of("make_list"), &texts(&[Some(r#"[1,2,2,3,{"a":1},[4,5]]"#)]));
    assert_eq!(&of("make_set"), &texts(&[Some(r#"[1,2,3,{"a":1},[4,5]]"#)]));
}

#[test]
fn old_names_have_a_low_limit() {
    // [D make-list-aggregation-function.md]
    let many: Vec<Option<i64>> = (0..200).map(Some).collect();
    let expected: Vec<String> = (0..128).map(|number| number.to_string()).collect();
    let expected = format!("[{}]", expected.join(","));
    for name in ["makelist", "makeset"] {
        let list = whole(&function(name, &[ScalarType::Long], &[]), &[longs(&many)]);
        assert_eq!(&list, &texts(&[Some(&expected)]), "{name}");
    }
}

#[test]
fn bags_keep_the_first_value() {
    // kql-semantics, summarize; [D make-bag-if-aggregation-function.md]
    let bags = texts(&[Some(r#"{"a": 1}"#), Some("7"), Some(r#"{"a": 2, "b": {"c": [1, 2]}}"#), None]);
    let bag = whole(&function("make_bag", &[ScalarType::Dynamic], &[]), std::slice::from_ref(&bags));
    assert_eq!(&bag, &texts(&[Some(r#"{"a":1,"b":{"c":[1,2]}}"#)]));
    let conditions = bools(&[Some(false), Some(true), Some(true), Some(true)]);
    let bag =
        whole(&function("make_bag_if", &[ScalarType::Dynamic, ScalarType::Bool], &[]), &[bags, conditions]);
    assert_eq!(&bag, &texts(&[Some(r#"{"a":2,"b":{"c":[1,2]}}"#)]));
}

#[test]
fn nothing_is_an_empty_array() {
    // [D summarize-operator.md]
    assert_eq!(of_nothing(&function("make_list", &[ScalarType::Long], &[])), empty("[]"));
    assert_eq!(of_nothing(&function("make_set", &[ScalarType::String], &[])), empty("[]"));
    let condition = bools(&[Some(false)]);
    let set = function("make_set_if", &[ScalarType::Long, ScalarType::Bool], &[Value::Long(Some(10))]);
    assert_eq!(&whole(&set, &[longs(&[Some(1)]), condition]), &texts(&[Some("[]")]));
}
