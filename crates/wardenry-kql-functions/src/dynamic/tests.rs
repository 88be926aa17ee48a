//! The functions, against the reference.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringViewArray};
use datafusion_expr::ColumnarValue;
use wardenry_kql_values::ScalarType;

use super::{BagExpansion, Dynamic, DynamicWriter, PathKernel, PathStep, convert, expand, to_dynamic};
use crate::Kernel as _;
use crate::testing::check;

#[test]
fn parse_json() {
    // kql-semantics, dynamic [D parse-json-function.md].
    check(
        "parse_json",
        "string -> dynamic",
        r#"{"a":1} | {"a":1}
           plain | "plain"
           "" | null
           "null" | null
           [1, | "[1,"
           7 | 7
           " [1, 2] " | [1, 2]
           say "hi" | "say \"hi\""
           {'a':1} | "{'a':1}"
           a longer text that is no JSON | "a longer text that is no JSON""#,
    );
    check("parse_json", "dynamic -> dynamic", "{\"a\":1} | {\"a\":1}\nnull | null");
}

#[test]
fn array_length_and_sum() {
    // kql-semantics, dynamic [D array-length-function.md, array-sum-function.md].
    check(
        "array_length",
        "dynamic -> long",
        r#"[1,2,3,"four"] | 4
           {"a":1} | null
           null | null
           "x" | null
           [] | 0"#,
    );
    check(
        "array_sum",
        "dynamic -> real",
        r#"[1,2,3,4] | 10
           [1,"x"] | null
           {"a":1} | null
           [] | null"#,
    );
}

#[test]
fn array_concat() {
    // [D array-concat-function.md]
    check(
        "array_concat",
        "dynamic, dynamic -> dynamic",
        "[1,2,4] | [1,2] | [1,2,4,1,2]
         [] | [] | []
         [1] | null | null
         [1] | 2 | null",
    );
}

#[test]
fn array_slice() {
    // [D array-slice-function.md], kql-semantics, dynamic.
    check(
        "array_slice",
        "dynamic, long, long -> dynamic",
        "[1,2,3] | 1 | 2 | [2,3]
         [1,2,3,4,5] | 2 | -1 | [3,4,5]
         [1,2,3,4,5] | -3 | -2 | [3,4]
         [10,20,30,40] | -2 | -1 | [30,40]
         [1,2,3] | 0 | 9 | [1,2,3]
         [1,2,3] | -9 | 0 | [1]
         [1,2,3] | 2 | 1 | []
         [1,2,3] | 0 | -9 | []
         {} | 0 | 1 | null",
    );
}

#[test]
fn array_split() {
    // [D array-split-function.md]
    check(
        "array_split",
        "dynamic, long -> dynamic",
        "[1,2,3,4,5] | 2 | [[1,2],[3,4,5]]
         [1,2,3,4,5] | -2 | [[1,2,3],[4,5]]
         [1] | 9 | [[1],[]]",
    );
    check(
        "array_split",
        "dynamic, dynamic -> dynamic",
        "[1,2,3,4,5] | [1,3] | [[1],[2,3],[4,5]]
         [1,2] | [] | [[1,2]]
         [1,2] | {} | null",
    );
}

#[test]
fn array_index_of() {
    // [D array-index-of-function.md]
    let array = r#"["this","is","an","example","an","example"]"#;
    check("array_index_of", "dynamic, string -> long", &format!("{array} | an | 2\n[10,20] | 10 | -1"));
    check(
        "array_index_of",
        "dynamic, string, long -> long",
        &format!("{array} | an | -3 | 4\n{array} | is | -4 | -1\n{array} | is | 9 | -1"),
    );
    check(
        "array_index_of",
        "dynamic, string, long, long -> long",
        &format!(
            "{array} | example | 1 | 3 | 3
             {array} | example | 1 | 2 | -1
             {array} | is | 2 | 4 | -1
             {array} | example | 2 | -1 | 3
             {array} | example | 2 | -2 | null"
        ),
    );
    check(
        "array_index_of",
        "dynamic, string, long, long, long -> long",
        &format!(
            "{array} | an | 1 | -1 | 2 | 4
             {array} | an | 1 | -1 | 3 | -1
             {array} | an | 1 | -1 | -1 | null"
        ),
    );
    // kql-semantics, dynamic.
    check(
        "array_index_of",
        "dynamic, long -> long",
        "[10,20,30,40] | 30 | 2\n[10,20] | 9 | -1\n{} | 1 | null",
    );
}

#[test]
fn array_iff() {
    // [D array-iff-function.md]
    check(
        "array_iff",
        "dynamic, dynamic, dynamic -> dynamic",
        "[true,false,true] | [1,2,3] | [4,5,6] | [1,5,3]
         [true,true,true] | [1,2] | [3,4] | [1,2,null]
         [\"some string value\",\"2022-01-01T00:00:00.0000000Z\",null] | 1 | 0 | [null,null,null]
         {} | 1 | 0 | null",
    );
    check(
        "array_iff",
        "dynamic, string, string -> dynamic",
        "[1,0,50] | yes | no | [\"yes\",\"no\",\"yes\"]",
    );
}

#[test]
fn array_reverse_rotate_and_shift() {
    // [D array-reverse-function.md, array-rotate-left-function.md, array-shift-left-function.md]
    check(
        "array_reverse",
        "dynamic -> dynamic",
        "[\"this\",\"is\",\"an\",\"example\"] | [\"example\",\"an\",\"is\",\"this\"]\n{} | null",
    );
    let array = "[1,2,3,4,5]";
    check(
        "array_rotate_left",
        "dynamic, long -> dynamic",
        &format!(
            "{array} | 2 | [3,4,5,1,2]\n{array} | -2 | [4,5,1,2,3]\n{array} | 7 | [3,4,5,1,2]\n[] | 1 | []"
        ),
    );
    check(
        "array_rotate_right",
        "dynamic, long -> dynamic",
        &format!("{array} | 2 | [4,5,1,2,3]\n{array} | -2 | [3,4,5,1,2]"),
    );
    check(
        "array_shift_left",
        "dynamic, long -> dynamic",
        &format!(
            "{array} | 2 | [3,4,5,null,null]\n[\"a\",\"b\"] | 1 | [\"b\",\"\"]\n[1] | 9223372036854775807 | [null]"
        ),
    );
    check(
        "array_shift_left",
        "dynamic, long, long -> dynamic",
        &format!("{array} | 2 | -1 | [3,4,5,-1,-1]\n{array} | -2 | -1 | [-1,-1,1,2,3]"),
    );
    check(
        "array_shift_right",
        "dynamic, long -> dynamic",
        &format!("{array} | 2 | [null,null,1,2,3]\n[1] | -9223372036854775808 | [null]"),
    );
    check(
        "array_shift_right",
        "dynamic, long, long -> dynamic",
        &format!("{array} | -2 | -1 | [3,4,5,-1,-1]"),
    );
}

#[test]
fn array_sort() {
    // [D array-sort-asc-function.md, array-sort-desc-function.md], kql-semantics, dynamic.
    check(
        "array_sort_asc",
        "dynamic -> dynamic",
        "[3,null,1] | [1,3,null]
         [\"John\",\"Paul\",\"Jane\",\"Kao\"] | [\"Jane\",\"John\",\"Kao\",\"Paul\"]
         [null,\"blue\",\"yellow\",\"green\",null] | [\"blue\",\"green\",\"yellow\",null,null]
         [true,\"a\",2.5,10,-1] | [-1,2.5,10,\"a\",true]
         {} | null",
    );
    check(
        "array_sort_asc",
        "dynamic, bool -> dynamic",
        "[null,\"blue\",\"yellow\",\"green\",null] | false | [null,null,\"blue\",\"green\",\"yellow\"]",
    );
    check("array_sort_desc", "dynamic -> dynamic", "[\"b\",\"a\"] | [\"b\",\"a\"]\n[1,null,2] | [2,1,null]");
    check(
        "array_sort_asc",
        "dynamic, dynamic -> dynamic",
        "[1,3,4,5,2] | [\"a\",\"b\",\"c\",\"d\",\"e\"] | [[1,2,3,4,5],[\"a\",\"e\",\"b\",\"c\",\"d\"]]
         [2,1] | [1] | [[1,2],null]",
    );
    check(
        "array_sort_desc",
        "dynamic, dynamic -> dynamic",
        "[1,3,4,5,2] | [\"a\",\"b\",\"c\",\"d\",\"e\"] | [[5,4,3,2,1],[\"d\",\"c\",\"b\",\"e\",\"a\"]]",
    );
}

#[test]
fn strcat_array() {
    // [D strcat-array-function.md], kql-semantics, string functions.
    check(
        "strcat_array",
        "dynamic, string -> string",
        "[1,2,3] | -> | 1->2->3\n{} | , | \"\"\nnull | , | \"\"",
    );
    check(
        "strcat_array",
        "dynamic, string -> string",
        "[1,null,\"z\"] | ; | 1;;z\n[true,1.50,[1, 2]] | , | true,1.5,[1,2]",
    );
}

#[test]
fn zip_and_pack_array() {
    // [D zip-function.md, pack-array-function.md], kql-semantics, dynamic.
    check(
        "zip",
        "dynamic, dynamic -> dynamic",
        "[1,3,5] | [2,4,6] | [[1,2],[3,4],[5,6]]
         [\"A\",1,1.5] | [{},\"B\"] | [[\"A\",{}],[1,\"B\"],[1.5,null]]
         [1,2] | [\"x\"] | [[1,\"x\"],[2,null]]
         [1] | null | null",
    );
    check(
        "pack_array",
        "long, string, timespan -> dynamic",
        "1 | 2 | 2s | [1,\"2\",\"00:00:02\"]\nnull | \"\" | null | [null,\"\",null]",
    );
    check(
        "pack_array",
        "bool, real, datetime, guid -> dynamic",
        "true | 1500 | 2024-02-03 | 74be27de-1e4e-49d9-b579-fe0b331d3642 | \
         [true,1500.0,\"2024-02-03T00:00:00.0000000Z\",\"74be27de-1e4e-49d9-b579-fe0b331d3642\"]",
    );
    check(
        "pack_array",
        "real, decimal, dynamic -> dynamic",
        "nan | 1.50 | {\"a\": [1]} | [\"NaN\",\"1.5\",{\"a\":[1]}]",
    );
}

#[test]
fn sets() {
    // [D set-union-function.md, set-intersect-function.md, set-difference-function.md]
    check(
        "set_union",
        "dynamic, dynamic, dynamic -> dynamic",
        "[1,2,1,4] | [1,2] | [8] | [1,2,4,8]\n[3,6,3,12] | [3,6] | [24] | [3,6,12,24]\n[] | [] | [] | []",
    );
    check(
        "set_intersect",
        "dynamic, dynamic, dynamic -> dynamic",
        "[1,2,1,4] | [1,2] | [8,1] | [1]\n[2,4,2,8] | [2,4] | [16,2] | [2]",
    );
    check("set_intersect", "dynamic, dynamic -> dynamic", "[1,2,3] | [4,5] | []\n[1] | null | null");
    check("set_difference", "dynamic, dynamic, dynamic -> dynamic", "[1,2,1,4] | [1,2] | [1,2,8] | [4]");
    check(
        "set_difference",
        "dynamic, dynamic -> dynamic",
        "[1,2,3] | [1,2,3] | []\n[1,2,3] | [2] | [1,3]\n[{\"a\":1,\"b\":2},1] | [{\"b\":2,\"a\":1}] | [1]",
    );
    // [D set-has-element-function.md], kql-semantics, dynamic.
    check(
        "set_has_element",
        "dynamic, string -> bool",
        "[\"this\",\"is\"] | is | true\n[10,20] | 10 | false\n{} | a | null",
    );
    check("set_has_element", "dynamic, long -> bool", "[10,20] | 10 | true\n[\"10\"] | 10 | false");
    check(
        "set_has_element",
        "dynamic, datetime -> bool",
        "[\"2024-02-03T00:00:00.0000000Z\"] | 2024-02-03 | true",
    );
    check(
        "set_equals",
        "dynamic, dynamic -> bool",
        "[1,2,2] | [2,1] | true\n[1] | [2] | false\n[1] | 1 | null",
    );
    // [D jaccard-index-function.md]
    check("jaccard_index", "dynamic, dynamic -> real", "[1,2,3] | [1,2,3,4] | 0.75\n[1] | {} | null");
    check("jaccard_index", "dynamic, dynamic -> dynamic", "[1,2,3] | [1,2,3,4] | 0.75");
}

#[test]
fn bag_keys_and_has_key() {
    // [D bag-keys-function.md]
    check(
        "bag_keys",
        "dynamic -> dynamic",
        r#"{"a":"b","c":123} | ["a","c"]
           {"a":"b","c":{"d":123}} | ["a","c"]
           null | null
           {} | []
           "a" | null
           [] | null
           {"a":1,"\u0061":2} | ["a"]"#,
    );
    // [D bag-has-key-function.md], kql-semantics, dynamic.
    check(
        "bag_has_key",
        "dynamic, string -> bool",
        r#"{"key1":123,"key2":"abc"} | key2 | true
           {"key1":123,"key3":"abc"} | key2 | false
           {"key1":123,"key2":{"prop1":"abc","prop2":"xyz"},"key3":[100,200]} | $.key2.prop1 | true
           {"a":{"b":1}} | $.a.c | false
           {"a":[1]} | $.a[0] | false
           {"A":1} | a | false"#,
    );
}

#[test]
fn bag_merge_zip_and_pack() {
    // [D bag-merge-function.md]
    check(
        "bag_merge",
        "dynamic, dynamic -> dynamic",
        r#"{"A1":12,"B1":2,"C1":3} | {"A2":81,"B2":82,"A1":1} | {"A1":12,"B1":2,"C1":3,"A2":81,"B2":82}
           {"a":1} | [1] | null"#,
    );
    // [D bag-zip.md]
    check(
        "bag_zip",
        "dynamic, dynamic -> dynamic",
        r#"["a","b","c"] | [1,"2",3.4] | {"a":1,"b":"2","c":3.4}
           ["a","b","c"] | [1,"2"] | {"a":1,"b":"2","c":null}
           ["a","b"] | [1,"2",2.5] | {"a":1,"b":"2"}
           ["a",8,"b"] | [1,"2",2.5] | {"a":1,"b":2.5}
           ["a",8,"b"] | 1 | {"a":null,"b":null}
           "a" | [1,"2",2.5] | null"#,
    );
    // [D pack-function.md, pack-all-function.md]
    check(
        "bag_pack",
        "string, string, string, long -> dynamic",
        "Level | Information | ProcessID | 1234 | {\"Level\":\"Information\",\"ProcessID\":1234}",
    );
    check(
        "pack_all",
        "string, string, string, long -> dynamic",
        "Source | 555 | Count | 42 | {\"Source\":\"555\",\"Count\":42}\nSource | \"\" | Count | null | {\"Source\":\"\",\"Count\":null}",
    );
    check(
        "pack_all",
        "bool, string, string, string, long -> dynamic",
        "true | Source | \"\" | Count | 74 | {\"Count\":74}\nfalse | Source | \"\" | Count | 74 | {\"Source\":\"\",\"Count\":74}",
    );
}

#[test]
fn bag_remove_keys_and_set_key() {
    // [D bag-remove-keys-function.md]
    let nested = r#"{"key1":123,"key2":{"prop1":"abc","prop2":"xyz"},"key3":[100,200]}"#;
    check(
        "bag_remove_keys",
        "dynamic, dynamic -> dynamic",
        &format!(
            r#"{{"key1":123,"key2":"abc"}} | ["key2","key4"] | {{"key1":123}}
               {{"key1":"value","key3":42.0}} | ["key2","key4"] | {{"key1":"value","key3":42.0}}
               {nested} | ["$.key2.prop1","key3"] | {{"key1":123,"key2":{{"prop2":"xyz"}}}}
               [1] | ["a"] | null"#
        ),
    );
    // [D bag-set-key-function.md]
    check(
        "bag_set_key",
        "dynamic, string, long -> dynamic",
        r#"{"key1":1,"key2":2} | key3 | 3 | {"key1":1,"key2":2,"key3":3}
           {"key1":1,"key3":"abc"} | key3 | 3 | {"key1":1,"key3":3}
           [] | a | 1 | null
           {} | $ | 1 | null"#,
    );
    check(
        "bag_set_key",
        "dynamic, string, string -> dynamic",
        r#"{"key1":123,"key2":{"prop1":123,"prop2":"xyz"}} | $.key2.prop1 | abc | {"key1":123,"key2":{"prop1":"abc","prop2":"xyz"}}
           {"key1":123} | $.key2.prop1 | abc | {"key1":123,"key2":{"prop1":"abc"}}"#,
    );
}

#[test]
fn range_and_repeat() {
    // [D range-function.md]
    check(
        "range",
        "long, long, long -> dynamic",
        "1 | 8 | 3 | [1,4,7]\n5 | 1 | -2 | [5,3,1]\n1 | 3 | 0 | null\n2 | 1 | 1 | []\nnull | 1 | 1 | null",
    );
    check(
        "range",
        "long, long -> dynamic",
        "1 | 3 | [1,2,3]\n9223372036854775806 | 9223372036854775807 | [9223372036854775806,9223372036854775807]",
    );
    check("range", "timespan, timespan -> dynamic", "1h | 3h | [\"01:00:00\",\"02:00:00\",\"03:00:00\"]");
    check(
        "range",
        "datetime, datetime, timespan -> dynamic",
        "2007-01-01 | 2007-01-02 | 1d | [\"2007-01-01T00:00:00.0000000Z\",\"2007-01-02T00:00:00.0000000Z\"]",
    );
    check("range", "real, long, real -> dynamic", "0 | 1 | 0.5 | [0.0,0.5,1.0]");
    assert_eq!(Dynamic::new(&range_of_a_billion()).elements().count(), 1_048_576);
    // [D repeat-function.md]
    check("repeat", "long, long -> dynamic", "1 | 3 | [1,1,1]\n1 | 0 | []\n1 | -1 | null");
    check("repeat", "string, long -> dynamic", "a | 2 | [\"a\",\"a\"]");
}

fn range_of_a_billion() -> String {
    let mut writer = DynamicWriter::new();
    let cells = [super::Cell::Long(1), super::Cell::Long(1_000_000_000)];
    super::generate::range(&cells, &mut writer).expect("there is a range");
    writer.take()
}

#[test]
fn treepath() {
    // [D treepath-function.md]
    check(
        "treepath",
        "dynamic -> dynamic",
        r#"{"a":"b","c":123} | ["['a']","['c']"]
           {"prop1":[1,2,3,4],"prop2":"value2"} | ["['prop1']","['prop1'][0]","['prop2']"]
           {"listProperty":[100,200,300,"abcde",{"x":"y"}]} | ["['listProperty']","['listProperty'][0]","['listProperty'][0]['x']"]
           null | null"#,
    );
}

#[test]
fn treepath_of_long_names_is_bounded() {
    let name = "n".repeat(100_000);
    let members: Vec<String> = (0..2000).map(|index| format!("\"{index}\":0")).collect();
    let text = format!("{{\"{name}\":{{{}}}}}", members.join(","));
    check("treepath", "dynamic -> dynamic", &format!("{text} | null"));
}

#[test]
fn extract_json() {
    // [D extract-json-function.md], kql-semantics, dynamic.
    check(
        "extract_json",
        "string, string -> string",
        r#"$.name | {"name": "John", "age": 30, "city": "New York"} | John
           $.age | {"age": 30} | 30
           $.a['b c'][0] | {"a":{"b c":["x\"y"]}} | x"y
           $.none | {"a":1} | ""
           $.a | {"a":1 | """#,
    );
    check("extract_json", "string, string -> long", "$.b[1] | {\"b\":[5,6]} | 6\n$.b | {\"b\":[5,6]} | null");
}

#[test]
fn dynamic_to_json() {
    // [D dynamic-to-json-function.md]
    check(
        "dynamic_to_json",
        "dynamic -> string",
        r#"{"b": 1, "a": [2, {"d":1,"c":2}]} | {"a":[2,{"c":2,"d":1}],"b":1}"#,
    );
    check("dynamic_to_json", "datetime -> string", "2024-02-03 | 2024-02-03T00:00:00.0000000Z");
}

#[test]
fn estimate_data_size() {
    // [D estimate-data-size-function.md]
    check("estimate_data_size", "long, string -> long", "1 | 1234567890 | 18\nnull | \"\" | 8");
}

fn texts(values: &[Option<&str>]) -> StringViewArray {
    values.iter().copied().collect()
}

fn follow(values: &StringViewArray, steps: &[PathStep], parse: bool, target: Option<ScalarType>) -> ArrayRef {
    let column = ColumnarValue::Array(Arc::new(values.clone()));
    let result = PathKernel::bind(steps.to_vec(), parse, target).evaluate(&[column], values.len());
    result.expect("it can be evaluated").into_array(values.len()).expect("it is a column")
}

fn member(name: &str) -> PathStep {
    PathStep::Member(name.into())
}

#[test]
fn a_path_is_null_where_it_leads_nowhere() {
    // kql-semantics, dynamic.
    let values = texts(&[Some(r#"{"a": {"b": [10, 20, "a text of some length"]}, "x y": 1, "n": null}"#)]);
    let cases: [(&[PathStep], Option<&str>); 8] = [
        (&[member("a"), member("b"), PathStep::Index(-2)], Some("20")),
        (&[member("a"), member("b"), PathStep::Index(2)], Some("\"a text of some length\"")),
        (&[member("a"), member("zz"), member("deep")], None),
        (&[member("x y")], Some("1")),
        (&[member("A")], None),
        (&[member("a"), member("b"), PathStep::Index(5)], None),
        (&[member("a"), member("b"), PathStep::Index(0), member("k")], None),
        (&[member("n")], None),
    ];
    for (steps, expected) in cases {
        let result = follow(&values, steps, false, None);
        assert_eq!(result.as_string_view(), &texts(&[expected]), "{steps:?}");
    }
}

#[test]
fn a_path_over_parsed_text_reads_json_only() {
    let values = texts(&[
        Some(r#"{"a": "a value of some length"}"#),
        Some(r#" {"a": 5} "#),
        Some(r#"{"a": 5} trailing"#),
        Some(r#"{"a": 5"#),
        Some("plain"),
        None,
    ]);
    let result = follow(&values, &[member("a")], true, None);
    let expected = [Some("\"a value of some length\""), Some("5"), None, None, None, None];
    assert_eq!(result.as_string_view(), &texts(&expected));
    let result = follow(&values, &[member("a")], true, Some(ScalarType::String));
    let expected = ["a value of some length", "5", "", "", "", ""].map(Some);
    assert_eq!(result.as_string_view(), &texts(&expected));
    let result = follow(&values, &[member("a")], true, Some(ScalarType::Long));
    assert_eq!(result.as_primitive(), &Int64Array::from(vec![None, Some(5), None, None, None, None]));
    let result = follow(&values, &[], true, Some(ScalarType::String));
    let expected = [
        r#"{"a":"a value of some length"}"#,
        r#"{"a":5}"#,
        r#"{"a": 5} trailing"#,
        r#"{"a": 5"#,
        "plain",
        "",
    ];
    assert_eq!(result.as_string_view(), &texts(&expected.map(Some)));
}

#[test]
fn computed_steps_are_members_or_indexes() {
    // [D scalar-data-types/dynamic.md]
    let values: ArrayRef = Arc::new(texts(&[Some(r#"{"k":[1,2]}"#), Some(r#"{"l":[3,4]}"#)]));
    let names: ArrayRef = Arc::new(texts(&[Some("k"), Some("k")]));
    let indexes: ArrayRef = Arc::new(Int64Array::from(vec![Some(-1), Some(0)]));
    let steps = vec![PathStep::Computed(ScalarType::String), PathStep::Computed(ScalarType::Long)];
    let columns = [values, names, indexes].map(ColumnarValue::Array);
    let result = PathKernel::bind(steps, false, None).evaluate(&columns, 2).expect("it can be evaluated");
    let result = result.into_array(2).expect("it is a column");
    assert_eq!(result.as_string_view(), &texts(&[Some("2"), None]));
}

#[test]
fn a_path_is_a_function_too() {
    // kql-semantics, dynamic.
    check(
        "path",
        "dynamic, string, long -> dynamic",
        r#"{"a":[1,[2]]} | a | -1 | [2]
           {"a":[1]} | b | 0 | null
           null | a | 0 | null
           {"a":[null]} | a | 0 | null"#,
    );
    check(
        "path",
        "string, string -> long",
        r#"{"a":5} | a | 5
        {"a":"5"} | a | 5
        {"a":5 | a | null
        "" | a | null"#,
    );
    check(
        "path",
        "dynamic, dynamic -> string",
        r#"{"a":"x"} | "a" | x
        ["x","y"] | 1 | y
        [1] | null | """#,
    );
}

#[test]
fn conversions_read_what_is_inside() {
    // kql-semantics, dynamic and casts.
    let values = texts(&[
        Some("5"),
        Some("\"5\""),
        Some("1.5"),
        Some("true"),
        Some("\" 0x1F \""),
        Some("[1, 2]"),
        None,
    ]);
    let longs = convert(&values, ScalarType::Long).expect("it can be converted");
    assert_eq!(
        longs.as_primitive(),
        &Int64Array::from(vec![Some(5), Some(5), Some(1), Some(1), Some(31), None, None])
    );
    let strings = convert(&values, ScalarType::String).expect("it can be converted");
    assert_eq!(strings.as_string_view(), &texts(&["5", "5", "1.5", "true", " 0x1F ", "[1,2]", ""].map(Some)));
    let times = texts(&[Some("\"2024-05-06T07:08:09Z\""), Some("7"), Some("{}")]);
    let datetimes = convert(&times, ScalarType::Datetime).expect("it can be converted");
    let ticks = wardenry_kql_values::datetime::parse("2024-05-06T07:08:09Z");
    assert_eq!(datetimes.as_primitive(), &Int64Array::from(vec![ticks, Some(7), None]));
}

#[test]
fn expansion_follows_mv_expand() {
    // kql-semantics, mv-expand [D mv-expand-operator.md].
    let values = texts(&[
        Some("[10, \"an element of some length\", null]"),
        Some("[]"),
        None,
        Some("\"s\""),
        Some("{}"),
        Some(r#"{"a": 1, "b\n": 2}"#),
    ]);
    let expanded = expand(&values, BagExpansion::Bags, usize::MAX).expect("it can be expanded");
    assert_eq!(expanded.offsets, [0, 3, 3, 4, 5, 5, 7]);
    let elements = [
        Some("10"),
        Some("\"an element of some length\""),
        None,
        None,
        Some("\"s\""),
        Some(r#"{"a":1}"#),
        Some(r#"{"b\n":2}"#),
    ];
    assert_eq!(expanded.elements, texts(&elements));
    let expanded = expand(&values, BagExpansion::Pairs, 1).expect("it can be expanded");
    assert_eq!(expanded.offsets, [0, 1, 1, 2, 3, 3, 4]);
    assert_eq!(expanded.elements, texts(&[Some("10"), None, Some("\"s\""), Some(r#"["a",1]"#)]));
}

#[test]
fn typed_columns_become_dynamic() {
    let longs: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let dynamic = to_dynamic(&longs, ScalarType::Timespan).expect("it is a timespan");
    assert_eq!(dynamic, texts(&[Some("\"00:00:00.0000001\""), None]));
    let strings: ArrayRef = Arc::new(texts(&[Some("a\"b"), None]));
    let dynamic = to_dynamic(&strings, ScalarType::String).expect("it is a text");
    assert_eq!(dynamic, texts(&[Some(r#""a\"b""#), Some("\"\"")]));
    assert!(to_dynamic(&longs, ScalarType::Bool).is_err());
    assert_eq!(dynamic.len(), 2);
}
