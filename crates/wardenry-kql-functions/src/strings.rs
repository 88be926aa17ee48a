//! Text: search, regular expressions, pieces, replacement; and membership in lists.
//!
//! The search operators are what hunting queries spend their time in. [`needle`] is a search for one text,
//! [`column_search`] runs it over a column, and [`finder`] is the loop that reads the bytes.

#![expect(clippy::unnecessary_wraps, reason = "all functions are bound in the same way")]

mod arguments;
mod characters;
mod code_points;
mod column_search;
mod concat;
mod countof;
mod extract;
mod extract_all;
mod finder;
mod folding;
mod format_bytes;
mod indexof;
mod like;
mod matches_regex;
mod measure;
mod membership;
mod necessary_terms;
mod needle;
mod needle_list;
mod parse_csv;
mod parse_version;
mod patterns;
mod punycode;
mod replace;
mod row_memo;
mod search_operators;
mod split;
mod substring;
mod terms;
mod trim;

pub use necessary_terms::{may_have_term, necessary_terms, terms};

#[cfg(test)]
pub(crate) mod calling;
#[cfg(test)]
mod search_property;

pub(crate) use self::arguments::{
    Texts, argument, constant_text, dynamic_rows, kernel, real_rows, value_of_row,
};
pub(crate) use self::patterns::compile as compile_pattern;
use crate::ScalarFunction;

/// Every function of this module.
pub(crate) const FUNCTIONS: &[ScalarFunction] = &[
    characters::CHARACTERS,
    characters::TRANSLATE,
    code_points::FROM_STRING,
    code_points::TO_STRING,
    concat::STRCAT,
    concat::STRCAT_DELIM,
    concat::STRREP,
    countof::COUNTOF,
    extract::EXTRACT,
    extract_all::EXTRACT_ALL,
    format_bytes::FORMAT_BYTES,
    indexof::INDEXOF,
    indexof::INDEXOF_REGEX,
    like::LIKE,
    matches_regex::MATCHES_REGEX,
    measure::IS_ENCODED,
    measure::LENGTHS,
    measure::STRCMP,
    membership::MEMBERSHIP,
    needle_list::HAS_ALL,
    needle_list::HAS_ANY,
    needle_list::HAS_ANY_INDEX,
    parse_csv::PARSE_CSV,
    parse_version::PARSE_VERSION,
    punycode::PUNYCODE,
    replace::REPLACE_REGEX,
    replace::REPLACE_STRING,
    replace::REPLACE_STRINGS,
    search_operators::SEARCH_OPERATORS,
    search_operators::SEARCH_TERM,
    split::SPLIT,
    substring::SUBSTRING,
    trim::TRIM,
];
