use super::super::ResultName;
use super::super::entry::{Entry, function};

pub(in super::super) const LOGIC: &[Entry] = &[
    function(
        "iff",
        "(condition: bool, then: common-or-dynamic, otherwise: common-or-dynamic) -> common",
        "One value or the other, by a condition",
    )
    .also(&["iif"]),
    function(
        "case",
        "(predicate+: bool, then+: common-or-dynamic, otherwise: common-or-dynamic) -> common",
        "The value behind the first condition that holds, or the last value",
    ),
    function("coalesce", "(arg+2-64: common) -> common", "The first argument that is neither null nor empty"),
    function("not", "(expression: bool) -> bool", "The opposite of a bool").volatile(),
    function("isnull", "(expression: scalar) -> bool", "Whether a value is null; a text never is").volatile(),
    function("isnotnull", "(expression: scalar) -> bool", "Whether a value is not null")
        .volatile()
        .formerly(&["notnull"]),
    function("isempty", "(value: scalar) -> bool", "Whether a value is null or the empty text").volatile(),
    function("isnotempty", "(value: scalar) -> bool", "Whether a value is neither null nor the empty text")
        .volatile()
        .formerly(&["notempty"]),
    function(
        "max_of",
        "(arg+2-64: common-orderable) -> common",
        "The greatest of its arguments; nulls are passed over",
    ),
    function(
        "min_of",
        "(arg+2-64: common-orderable) -> common",
        "The least of its arguments; nulls are passed over",
    ),
    function(
        "around",
        "(value: scalar, center: scalar, delta: scalar) -> bool",
        "Whether a value lies within a distance of another",
    )
    .volatile()
    .unsupported(),
    function(
        "column_ifexists",
        "(column_name: constant string, default_value: scalar) -> argument 1",
        "The column of a name if there is one, else the second argument",
    )
    .named(ResultName::FirstArgumentValue)
    .volatile()
    .formerly(&["columnifexists"]),
    function(
        "iscolumnexists",
        "(column_name: constant string) -> bool",
        "Whether there is a column of a name",
    )
    .volatile()
    .unsupported(),
    function(
        "assert",
        "(predicate: bool, message: string) -> bool",
        "True if the condition holds; otherwise the query fails with a message",
    )
    .volatile()
    .unsupported(),
];
