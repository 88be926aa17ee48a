//! Every code that reading a text can give. Codes are never renumbered and never reused.

macro_rules! codes {
    ($($name:ident = $code:literal, $meaning:literal;)*) => {
        $(
            #[doc = concat!($code, ": ", $meaning, ".")]
            pub const $name: &str = $code;
        )*

        /// Code and meaning, in ascending order.
        pub const ALL: &[(&str, &str)] = &[$(($code, $meaning)),*];
    };
}

codes! {
    TEXT_TOO_LONG = "KQL0001", "the text is larger than a query may be";
    TOO_DEEP = "KQL0002", "the query is nested too deeply";
    TOO_MANY_ERRORS = "KQL0003", "there are more errors than are shown";
    UNKNOWN_CHARACTER = "KQL0004", "a character means nothing where it stands";
    STRING_NOT_CLOSED = "KQL0005", "a string is not closed";
    UNKNOWN_ESCAPE = "KQL0006", "a backslash in a string begins no known escape sequence";
    CURLY_QUOTE = "KQL0007", "typographic quotes stand where a string's quotes should";
    NUMBER_OUT_OF_RANGE = "KQL0008", "a number does not fit its type";
    BAD_LITERAL = "KQL0009", "the inside of a typed literal is no value of the type";
    NOT_CLOSED = "KQL0010", "an opening bracket has no closing one";
    NOT_OPENED = "KQL0011", "a closing bracket has no opening one";
    UNEXPECTED = "KQL0012", "something stands where nothing more was expected";
    EXPRESSION_EXPECTED = "KQL0013", "an expression is missing";
    NAME_EXPECTED = "KQL0014", "a name is missing";
    KEYWORD_AS_NAME = "KQL0015", "a keyword must be in brackets to be a name";
    TYPE_EXPECTED = "KQL0016", "a type is missing or unknown";
    TOKEN_EXPECTED = "KQL0017", "a certain word or sign is missing";
    UNKNOWN_OPERATOR = "KQL0018", "there is no such operator";
    OPERATOR_EXPECTED = "KQL0019", "an operator is missing after `|`";
    MISSING_PIPE = "KQL0020", "`|` is missing before an operator";
    MISSING_SEMICOLON = "KQL0021", "`;` is missing between two statements";
    ASSIGN_FOR_EQUAL = "KQL0022", "`=` stands where `==` was meant";
    SYMBOL_FOR_WORD = "KQL0023", "`&&` or `||` stands for `and` or `or`";
    SQL = "KQL0024", "the text is SQL";
    WORD_CASE = "KQL0025", "a keyword is not in lower case";
    IS_NULL = "KQL0026", "`is null` stands for `isnull()`";
    LIST_PARENTHESES = "KQL0027", "the list on the right of an operator needs parentheses";
    CHAINED_COMPARISON = "KQL0028", "comparisons do not chain";
    NOT_IS_A_FUNCTION = "KQL0029", "`not` is a function";
    BAD_DYNAMIC = "KQL0030", "the inside of `dynamic()` is no JSON";
    MISSING_COMMA = "KQL0031", "`,` is missing between two items";
    EMPTY_STATEMENT = "KQL0032", "a statement is empty";
    NO_SOURCE = "KQL0033", "a query has nothing before its first `|`";
    UNKNOWN_OPTION = "KQL0034", "an operator has no such option";
    CONVERSION_AS_LITERAL = "KQL0035", "a literal's type is called like a conversion function";
    NO_JOIN_CONDITION = "KQL0036", "a lookup has no `on`";
    FOREIGN_OPERATOR = "KQL0037", "an operator is written as other languages write it";
    MISSING_AND = "KQL0038", "two conditions are not joined";
    FOREIGN_COMMENT = "KQL0039", "a comment is written as other languages write it";
    FOREIGN_FORM = "KQL0040", "a clause or an expression is written as other languages write it";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn codes_ascend_and_have_a_meaning() {
        assert!(ALL.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(
            ALL.iter()
                .all(|(code, meaning)| code.len() == 7 && code.starts_with("KQL0") && !meaning.is_empty())
        );
    }
}
