use super::super::ResultName;
use super::super::entry::{Entry, function};

pub(in super::super) const CONVERSION: &[Entry] = &[
    function("tostring", "(value: scalar) -> string", "The value as text; empty for null").transparent(),
    function("toint", "(value: scalar) -> int", "The value as an int; null if it is none").transparent(),
    function("tolong", "(value: scalar) -> long", "The value as a long; null if it is none").transparent(),
    function("toreal", "(value: scalar) -> real", "The value as a real; null if it is none")
        .transparent()
        .also(&["todouble"]),
    function("todecimal", "(value: scalar) -> decimal", "The value as a decimal; null if it is none")
        .transparent(),
    function("tobool", "(value: scalar) -> bool", "The value as a bool; null if it is none")
        .transparent()
        .also(&["toboolean"]),
    function("todatetime", "(value: scalar) -> datetime", "The value as a datetime; null if it is none")
        .transparent(),
    function("totimespan", "(value: scalar) -> timespan", "The value as a timespan; null if it is none")
        .transparent()
        .formerly(&["totime"]),
    function("toguid", "(value: string-or-dynamic) -> guid", "The text as a guid; null if it is none")
        .transparent(),
    function(
        "tohex",
        "(value: integer, min_length?: integer) -> string",
        "The hexadecimal digits of a number",
    )
    .transparent(),
    function(
        "gettype",
        "(value: scalar) -> string",
        "The name of the type of a value, of what a dynamic holds in particular",
    )
    .named(ResultName::Prefix("type")),
];
