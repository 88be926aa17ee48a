//! `$filter` as the surface takes it: comparisons of four properties with literals, joined by `and`, `or`,
//! `not` and parentheses.
//!
//! More lenient than the standard where real clients are: keywords and property names have no letter
//! case, a date may stand for its midnight in UTC, and `not` applies to the comparison that follows it.

mod lexer;
mod literal;
mod parser;

pub(super) use self::parser::parse_filter;

/// The longest filter, in bytes.
const MAX_BYTES: usize = 4 * 1024;
/// The deepest nesting of parentheses and `not`.
const MAX_DEPTH: usize = 32;
/// The most comparisons.
const MAX_COMPARISONS: usize = 100;

/// Why a filter is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the $filter is not understood at position {position}: {fault}")]
pub(crate) struct FilterError {
    /// The character at which the trouble starts, counted from one.
    position: usize,
    fault: Fault,
}

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("it is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("it is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("it has more than {MAX_COMPARISONS} comparisons")]
    TooManyComparisons,
    #[error("the text that begins here has no closing quote")]
    OpenText,
    #[error("the character {0:?} has no meaning here")]
    Character(char),
    #[error("expected {expected}, found {found}")]
    Unexpected { expected: &'static str, found: String },
    #[error("functions such as {0} are not supported")]
    Function(String),
    #[error(
        "{0:?} is not a property that can be filtered by; those are lastUpdateTime, createdTime, status and \
         assignedTo (a text stands in single quotes)"
    )]
    Property(String),
    #[error("a comparison takes one property and one literal")]
    Sides,
    #[error("{property} is compared with {expected}, not with {found}")]
    Literal { property: &'static str, expected: &'static str, found: String },
    #[error("{0:?} is not a date and time of the form 2026-01-31T08:09:10Z")]
    Time(String),
    #[error("{0:?} is not a status; those are Active, InProgress, Resolved and Redirected")]
    Status(String),
    #[error("{property} can be compared with eq and ne only")]
    Unordered { property: &'static str },
}
