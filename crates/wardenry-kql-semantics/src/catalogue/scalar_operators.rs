//! The operators of expressions, for help, menus and the list of what is supported.

use super::Support;

/// An operator between or in front of expressions.
#[derive(Clone, Copy, Debug)]
pub struct ScalarOperator {
    pub name: &'static str,
    /// Other spellings.
    pub also: &'static [&'static str],
    pub operands: Operands,
    /// One sentence without a full stop.
    pub about: &'static str,
    pub support: Support,
}

/// What an operator works on, as far as a menu cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operands {
    Arithmetic,
    /// Anything that can be equal.
    Any,
    /// Numbers and times.
    Ordered,
    Bool,
    Text,
    /// Text on the left, a list on the right.
    TextList,
    /// Anything on the left, a list on the right.
    List,
}

/// All of them.
pub const SCALAR_OPERATORS: &[ScalarOperator] = &[
    operator("==", Operands::Any, "Equal; text with regard to case"),
    operator("!=", Operands::Any, "Not equal; text with regard to case").also(&["<>"]),
    operator("<", Operands::Ordered, "Less"),
    operator("<=", Operands::Ordered, "Less or equal"),
    operator(">", Operands::Ordered, "Greater"),
    operator(">=", Operands::Ordered, "Greater or equal"),
    operator("between", Operands::Ordered, "In a range, both ends included: `between (low .. high)`"),
    operator("!between", Operands::Ordered, "Outside of a range"),
    operator("+", Operands::Arithmetic, "Sum"),
    operator("-", Operands::Arithmetic, "Difference"),
    operator("*", Operands::Arithmetic, "Product"),
    operator("/", Operands::Arithmetic, "Quotient; whole for whole numbers"),
    operator("%", Operands::Arithmetic, "Remainder, never negative"),
    operator("and", Operands::Bool, "Both"),
    operator("or", Operands::Bool, "One or both"),
    operator("=~", Operands::Text, "Equal text without regard to case"),
    operator("!~", Operands::Text, "Not equal text without regard to case"),
    operator("has", Operands::Text, "Has a term: letters and digits, with anything else around them"),
    operator("!has", Operands::Text, "Has a term not"),
    operator("has_cs", Operands::Text, "As `has`, with regard to case"),
    operator("!has_cs", Operands::Text, "As `!has`, with regard to case"),
    operator("hasprefix", Operands::Text, "Has a term that begins so"),
    operator("!hasprefix", Operands::Text, "Has no term that begins so"),
    operator("hasprefix_cs", Operands::Text, "As `hasprefix`, with regard to case"),
    operator("!hasprefix_cs", Operands::Text, "As `!hasprefix`, with regard to case"),
    operator("hassuffix", Operands::Text, "Has a term that ends so"),
    operator("!hassuffix", Operands::Text, "Has no term that ends so"),
    operator("hassuffix_cs", Operands::Text, "As `hassuffix`, with regard to case"),
    operator("!hassuffix_cs", Operands::Text, "As `!hassuffix`, with regard to case"),
    operator("contains", Operands::Text, "Has a text anywhere"),
    operator("!contains", Operands::Text, "Has a text nowhere").also(&["notcontains"]),
    operator("contains_cs", Operands::Text, "As `contains`, with regard to case").also(&["containscs"]),
    operator("!contains_cs", Operands::Text, "As `!contains`, with regard to case").also(&["notcontainscs"]),
    operator("startswith", Operands::Text, "Begins with a text"),
    operator("!startswith", Operands::Text, "Does not begin with a text"),
    operator("startswith_cs", Operands::Text, "As `startswith`, with regard to case"),
    operator("!startswith_cs", Operands::Text, "As `!startswith`, with regard to case"),
    operator("endswith", Operands::Text, "Ends with a text"),
    operator("!endswith", Operands::Text, "Does not end with a text"),
    operator("endswith_cs", Operands::Text, "As `endswith`, with regard to case"),
    operator("!endswith_cs", Operands::Text, "As `!endswith`, with regard to case"),
    operator("matches regex", Operands::Text, "Has a match of a regular expression"),
    operator(
        "like",
        Operands::Text,
        "Fits a pattern where `%` stands for any text and `_` for one character",
    ),
    operator("notlike", Operands::Text, "Does not fit a pattern"),
    operator("likecs", Operands::Text, "As `like`, with regard to case"),
    operator("notlikecs", Operands::Text, "As `notlike`, with regard to case"),
    operator("in", Operands::List, "Equal to one of a list, an array or a table's first column"),
    operator("!in", Operands::List, "Equal to none of a list"),
    operator("in~", Operands::TextList, "As `in`, without regard to case"),
    operator("!in~", Operands::TextList, "As `!in`, without regard to case"),
    operator("has_any", Operands::TextList, "Has at least one of several terms"),
    operator("has_all", Operands::TextList, "Has each of several terms"),
];

/// The operator of a name, other spellings included.
pub fn scalar_operator(name: &str) -> Option<&'static ScalarOperator> {
    SCALAR_OPERATORS.iter().find(|operator| operator.name == name || operator.also.contains(&name))
}

const fn operator(name: &'static str, operands: Operands, about: &'static str) -> ScalarOperator {
    ScalarOperator { name, also: &[], operands, about, support: Support::Yes }
}

impl ScalarOperator {
    const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.also = names;
        self
    }
}
