use super::super::ResultName;
use super::super::entry::{Entry, function};

pub(in super::super) const TEXT: &[Entry] = &[
    function("strcat", "(arg+1-64: text) -> string", "Joins the texts of its arguments"),
    function(
        "strcat_delim",
        "(delimiter: text, arg+2-64: text) -> string",
        "Joins the texts of its arguments with a delimiter between them",
    ),
    function(
        "strcat_array",
        "(array: array, delimiter: text) -> string",
        "Joins the elements of an array with a delimiter between them",
    )
    .formerly(&["array_strcat"]),
    function("strcmp", "(s1: text, s2: text) -> long", "Compares two texts by code point: -1, 0 or 1"),
    function(
        "strrep",
        "(value: text, multiplier: long, delimiter?: text) -> string",
        "Repeats a value, with a delimiter in between if one is given",
    ),
    function("strlen", "(text: string) -> long", "The number of code points of a text")
        .named(ResultName::Prefix("strlen")),
    function("string_size", "(text: string) -> long", "The number of bytes of a text in UTF-8")
        .named(ResultName::Prefix("string_size")),
    function("toupper", "(value: text) -> string", "The text in upper case"),
    function("tolower", "(value: text) -> string", "The text in lower case"),
    function("reverse", "(value: text) -> string", "The text back to front"),
    function(
        "substring",
        "(text: text, start: integer, length?: integer) -> string",
        "The part of a text from a position on, counted from 0; a negative start counts from the end",
    ),
    function(
        "split",
        "(source: text, delimiter: string, requested_index?: integer) -> dynamic",
        "The pieces of a text between delimiters as an array, \
         or as an array of only the requested one",
    )
    .transparent(),
    function(
        "indexof",
        "(text: text, match: text, start?: integer, length?: integer, \
         occurrence?: constant integer) -> long",
        "The position of the first occurrence of a text in another, or -1",
    ),
    function(
        "indexof_regex",
        "(text: text, match: constant text, start?: integer, length?: integer, \
         occurrence?: constant integer) -> long",
        "The position of the first match of a regular expression, or -1",
    ),
    function(
        "has_any_index",
        "(source: string, values: array) -> long",
        "The index of the first term of an array that a text has, or -1",
    ),
    function(
        "countof",
        "(source: string, search: string, kind?: literal string in(normal, regex)) -> long",
        "How often a text occurs in another, overlapping; \
         with kind \"regex\" how many matches there are",
    ),
    function(
        "replace_string",
        "(text: string, lookup: string, rewrite: string) -> string",
        "Replaces every occurrence of a text by another",
    ),
    function(
        "replace_strings",
        "(text: string, lookups: array, rewrites: array) -> string",
        "Replaces every occurrence of several texts, each by its counterpart",
    ),
    function(
        "replace_regex",
        "(source: string, lookup_regex: constant string, rewrite_pattern: constant string) -> string",
        "Replaces every match of a regular expression; `\\1` stands for the first group",
    ),
    function(
        "replace",
        "(regex: constant string, rewrite: constant string, source: string) -> string",
        "Replaces every match of a regular expression in the last argument",
    )
    .now("replace_regex")
    .reordered(&[2, 0, 1]),
    function(
        "extract",
        "(regex: constant string, capture_group: long, source: string) -> string; \
         (regex: constant string, capture_group: long, source: string, \
         type_literal: literal type) -> typeof",
        "The group of the first match of a regular expression, converted if a type is given",
    ),
    function(
        "extract_all",
        "(regex: constant string, source: string) -> dynamic; \
         (regex: constant string, capture_groups: array, source: string) -> dynamic",
        "The groups of every match of a regular expression, as an array",
    )
    .formerly(&["extractall"]),
    function(
        "trim",
        "(regex: constant string, source: string) -> string",
        "Removes one match of a regular expression at each end",
    ),
    function(
        "trim_start",
        "(regex: constant string, source: string) -> string",
        "Removes one match of a regular expression at the start",
    ),
    function(
        "trim_end",
        "(regex: constant string, source: string) -> string",
        "Removes one match of a regular expression at the end",
    ),
    function(
        "translate",
        "(search_list: string, replacement_list: string, source: string) -> string",
        "Replaces each character of a list by the one at its place in another list",
    ),
    function("regex_quote", "(text: text) -> string", "Escapes what has a meaning in regular expressions"),
    function(
        "unicode_codepoints_from_string",
        "(value: text) -> dynamic",
        "The code points of a text as an array of numbers",
    )
    .formerly(&["to_utf8"]),
    function(
        "unicode_codepoints_to_string",
        "(value+: integer-or-array) -> string",
        "The text that consists of these code points",
    )
    .formerly(&["make_string"]),
    function("isascii", "(value: text) -> bool", "Whether a text has ASCII characters only").volatile(),
    function("isutf8", "(value: text) -> bool", "Whether a text is valid UTF-8").volatile(),
    function(
        "parse_csv",
        "(csv_text: string) -> dynamic",
        "The fields of the first record of a CSV text as an array",
    )
    .transparent(),
    function(
        "parse_command_line",
        "(command: text, parser: string) -> dynamic",
        "The arguments of a command line as an array",
    ),
    function("parse_path", "(path: string) -> dynamic", "The parts of a file path as a bag"),
    function(
        "parse_user_agent",
        "(user_agent: string, look_for?: string-or-array) -> dynamic",
        "Browser, operating system and device of a user agent text as a bag",
    ),
    function(
        "parse_version",
        "(version: string) -> decimal",
        "A version text as a decimal that compares as versions do",
    ),
    function(
        "format_bytes",
        "(size: number, precision?: constant number, format?: constant string) -> string",
        "A number of bytes as a text with a unit",
    )
    .transparent()
    .volatile(),
    function("punycode_from_string", "(text: string) -> string", "A text in Punycode"),
    function("punycode_to_string", "(text: string) -> string", "The text that a Punycode text stands for"),
    function(
        "punycode_domain_from_string",
        "(text: string) -> string",
        "A domain name with its labels in Punycode",
    ),
    function(
        "punycode_domain_to_string",
        "(text: string) -> string",
        "A domain name with its Punycode labels decoded",
    ),
];
