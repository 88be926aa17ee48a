use super::super::ResultName;
use super::super::entry::{Entry, function};

pub(in super::super) const DYNAMIC: &[Entry] = &[
    function(
        "parse_json",
        "(json_text: string-or-dynamic) -> dynamic",
        "The value that a JSON text stands for; other text stays a text",
    )
    .transparent()
    .also(&["todynamic"])
    .formerly(&["parsejson", "toobject"]),
    function(
        "dynamic_to_json",
        "(dynamic: scalar) -> string",
        "The JSON text of a value, with the keys of bags in order",
    ),
    function("parse_xml", "(xml_text: string) -> dynamic", "An XML text as nested bags").transparent(),
    function(
        "extract_json",
        "(json_path: constant string, json_text: string) -> string; \
         (json_path: constant string, json_text: string, type: literal type) -> typeof",
        "The value at a path of a JSON text, converted if a type is given",
    )
    .also(&["extractjson"]),
    function(
        "array_length",
        "(array: array) -> long",
        "How many elements an array has; null for other values",
    )
    .formerly(&["arraylength"]),
    function("array_concat", "(array+1-64: array) -> dynamic", "The elements of several arrays in one"),
    function(
        "array_slice",
        "(array: array, start: integer, end: integer) -> argument 0",
        "The elements from one index to another, both included",
    ),
    function(
        "array_split",
        "(array: array, index: integer) -> argument 0; (array: array, indices: array) -> argument 0",
        "An array cut at indexes into an array of arrays",
    ),
    function(
        "array_index_of",
        "(array: array, value: scalar, start?: integer, length?: integer, \
         occurrence?: constant integer) -> long",
        "The index of the first element equal to a value, or -1",
    ),
    function(
        "array_sort_asc",
        "(array+1-64: array) -> dynamic; (array+1-64: array, nulls_last: constant bool) -> dynamic",
        "The elements in ascending order, nulls last; further arrays in the order of the first",
    )
    .named(ResultName::Suffix("sorted", "array0_sorted"))
    .volatile(),
    function(
        "array_sort_desc",
        "(array+1-64: array) -> dynamic; (array+1-64: array, nulls_last: constant bool) -> dynamic",
        "The elements in descending order, nulls last; further arrays in the order of the first",
    )
    .named(ResultName::Suffix("sorted", "array0_sorted"))
    .volatile(),
    function("array_reverse", "(value: array) -> argument 0", "The elements back to front"),
    function(
        "array_rotate_left",
        "(array: array, rotate_count: integer) -> argument 0",
        "The elements moved to the left, around the end",
    ),
    function(
        "array_rotate_right",
        "(array: array, rotate_count: integer) -> argument 0",
        "The elements moved to the right, around the end",
    ),
    function(
        "array_shift_left",
        "(array: array, shift_count: integer, default_value?: scalar) -> argument 0",
        "The elements moved to the left, gaps filled with a value",
    ),
    function(
        "array_shift_right",
        "(array: array, shift_count: integer, default_value?: scalar) -> argument 0",
        "The elements moved to the right, gaps filled with a value",
    ),
    function(
        "array_iff",
        "(condition_array: array, when_true: scalar, when_false: scalar) -> dynamic",
        "For each element of an array of conditions one value or the other",
    )
    .also(&["array_iif"]),
    function("array_sum", "(array: array) -> real", "The sum of the elements").volatile(),
    function("bag_keys", "(object: bag) -> dynamic", "The keys at the root of a bag"),
    function(
        "bag_has_key",
        "(bag: bag, key: string) -> bool",
        "Whether a bag has a key, given by name or path",
    ),
    function(
        "bag_merge",
        "(bag+2-64: bag) -> dynamic",
        "One bag of several; the first bag that has a key gives its value",
    ),
    function("bag_pack", "(key+: string, value+: scalar) -> dynamic", "A bag of the given keys and values")
        .formerly(&["pack", "pack_dictionary"]),
    function("bag_pack_columns", "(value+: column scalar) -> dynamic", "A bag of columns under their names"),
    function("bag_remove_keys", "(bag: bag, keys: array) -> dynamic", "A bag without some keys"),
    function(
        "bag_set_key",
        "(bag: bag, key: constant string, value: scalar) -> dynamic",
        "A bag with the value of a key replaced or added",
    ),
    function(
        "bag_zip",
        "(keys: array, values: array) -> dynamic",
        "A bag of an array of keys and an array of values",
    ),
    function(
        "pack_all",
        "(ignore_null_empty?: literal scalar) -> dynamic",
        "A bag of all columns under their names, on request without empty ones",
    ),
    function(
        "pack_array",
        "(value+: scalar) -> dynamic; (value: star scalar) -> dynamic",
        "An array of its arguments",
    ),
    function(
        "set_has_element",
        "(set: array, value: scalar) -> bool",
        "Whether an array has an element equal to a value",
    ),
    function("set_union", "(set+2-64: array) -> dynamic", "The distinct elements of several arrays"),
    function("set_intersect", "(set+2-64: array) -> dynamic", "The distinct elements that all arrays have"),
    function(
        "set_difference",
        "(set+2-64: array) -> dynamic",
        "The distinct elements of the first array that no other has",
    ),
    function(
        "set_equals",
        "(set1: array, set2: array) -> bool",
        "Whether two arrays have the same elements, however often and in whichever order",
    ),
    function(
        "jaccard_index",
        "(set+2-2: array) -> dynamic",
        "The size of the intersection of two sets by that of their union",
    ),
    function(
        "range",
        "(start: summable, stop: summable, step?: summable) -> dynamic",
        "The values from one to another in steps, as an array",
    ),
    function("repeat", "(value: scalar, count: long) -> dynamic", "An array of a value, so many times")
        .named(ResultName::Prefix("repeat")),
    function(
        "zip",
        "(array+2-64: array) -> dynamic",
        "An array of arrays, of the elements at the same index",
    ),
    function("treepath", "(object: bag) -> dynamic", "The paths of all leaves of a dynamic value")
        .named(ResultName::Prefix("tree")),
];
