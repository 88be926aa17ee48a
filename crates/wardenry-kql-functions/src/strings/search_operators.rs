//! `has`, `contains`, `startswith`, `=~` and their kin.
//!
//! [D datatypes-string-operators.md]

use std::sync::Arc;

use arrow::array::BooleanArray;
use datafusion_expr::ColumnarValue;

use super::arguments::{Texts, argument, bool_rows, constant_bool, constant_text, kernel};
use super::column_search::search;
use super::finder::Case;
use super::needle::{Needle, Place};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const SEARCH_OPERATORS: ScalarFunction = ScalarFunction {
    names: &[
        "has",
        "!has",
        "has_cs",
        "!has_cs",
        "hasprefix",
        "!hasprefix",
        "hasprefix_cs",
        "!hasprefix_cs",
        "hassuffix",
        "!hassuffix",
        "hassuffix_cs",
        "!hassuffix_cs",
        "contains",
        "!contains",
        "contains_cs",
        "!contains_cs",
        "startswith",
        "!startswith",
        "startswith_cs",
        "!startswith_cs",
        "endswith",
        "!endswith",
        "endswith_cs",
        "!endswith_cs",
        "=~",
        "!~",
    ],
    bind,
};

/// What an operator's name says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operator {
    pub(super) place: Place,
    case: Case,
    pub(super) negated: bool,
}

impl Operator {
    /// `None` if no operator has this name.
    pub(super) fn known(name: &str) -> Option<Self> {
        SEARCH_OPERATORS.names.contains(&name).then(|| Self::of(name))
    }

    fn of(name: &str) -> Self {
        let (negated, name) = match name {
            "!~" => (true, "=~"),
            _ => (name.starts_with('!'), name.trim_start_matches('!')),
        };
        let (name, case) = match name.strip_suffix("_cs") {
            Some(name) => (name, Case::Sensitive),
            None => (name, Case::Insensitive),
        };
        let place = match name {
            "has" => Place::Term,
            "hasprefix" => Place::TermStart,
            "hassuffix" => Place::TermEnd,
            "startswith" => Place::Start,
            "endswith" => Place::End,
            "=~" => Place::Whole,
            _ => Place::Anywhere,
        };
        Self { place, case, negated }
    }
}

fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let operator = Operator::of(call.name);
    let function = call.name;
    let types = call.argument_types.to_vec();
    if let Some(needle) = constant_text(call.constants, 1) {
        let needle = Needle::new(&needle, operator.place, operator.case);
        return Ok(kernel(function, move |arguments, _| {
            let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
            Ok(search_texts(&needle, &texts, operator.negated))
        }));
    }
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        let needles = Texts::of(function, argument(function, arguments, 1)?, types.get(1))?;
        if let Texts::One(needle) = &needles {
            let needle = Needle::new(needle, operator.place, operator.case);
            return Ok(search_texts(&needle, &texts, operator.negated));
        }
        let mut last = (String::new(), Needle::new("", operator.place, operator.case));
        bool_rows(function, arguments, rows, |row| {
            let needle = needles.get(row);
            if needle != last.0 {
                last = (needle.to_owned(), Needle::new(needle, operator.place, operator.case));
            }
            Ok(Some(last.1.matches(texts.get(row)) != operator.negated))
        })
    }))
}

/// Which of the texts have the needle, or have not.
pub(crate) fn search_texts(needle: &Needle, texts: &Texts, negated: bool) -> ColumnarValue {
    match texts {
        Texts::One(text) => constant_bool(needle.matches(text) != negated),
        Texts::Many(texts) => {
            let found = search(needle, texts);
            let found = if negated { !&found } else { found };
            ColumnarValue::Array(Arc::new(BooleanArray::new(found, None)))
        }
    }
}

/// The `:` of `search`: a term, or a pattern with asterisks. [D search-operator.md]
pub(crate) const SEARCH_TERM: ScalarFunction = ScalarFunction { names: &[":"], bind: bind_search_term };

fn bind_search_term(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    let constant = constant_text(call.constants, 1);
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        if let Some(term) = &constant {
            return Ok(search_texts(&search_term(term), &texts, false));
        }
        let terms = Texts::of(function, argument(function, arguments, 1)?, types.get(1))?;
        bool_rows(function, arguments, rows, |row| {
            Ok(Some(search_term(terms.get(row)).matches(texts.get(row))))
        })
    }))
}

/// `x` is a term, `x*` begins one, `*x` ends one, and `*x*` may stand anywhere.
fn search_term(term: &str) -> Needle {
    let (before, term) = term.strip_prefix('*').map_or((false, term), |term| (true, term));
    let (behind, term) = term.strip_suffix('*').map_or((false, term), |term| (true, term));
    let place = match (before, behind) {
        (false, false) => Place::Term,
        (false, true) => Place::TermStart,
        (true, false) => Place::TermEnd,
        (true, true) => Place::Anywhere,
    };
    Needle::new(term, place, Case::Insensitive)
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{Argument, bools, call, dynamic, jsons, text, texts};

    fn holds(operator: &str, rows: &[&str], needle: &str) -> Vec<Value> {
        call(operator, ScalarType::Bool, &[texts(rows), text(needle)])
    }

    /// kql-semantics §4, [D has-operator.md].
    #[test]
    fn has_looks_for_terms_and_underscores_separate_them() {
        let rows = ["app_data", "appdata", "app.exe", "my app", "APP"];
        assert_eq!(holds("has", &rows, "app"), bools(&[true, false, true, true, true]));
        assert_eq!(holds("!has", &rows, "app"), bools(&[false, true, false, false, false]));
        assert_eq!(holds("has_cs", &rows, "app"), bools(&[true, false, true, true, false]));
        assert_eq!(holds("!has_cs", &rows, "app"), bools(&[false, true, false, false, true]));
    }

    /// kql-semantics §4.
    #[test]
    fn a_boundary_is_needed_only_at_letters_and_digits() {
        let rows = ["x ab y", "xab y"];
        assert_eq!(holds("has", &rows, "ab"), bools(&[true, false]));
        assert_eq!(holds("has", &rows, " "), bools(&[true, true]));
        assert_eq!(holds("has", &rows, ""), bools(&[true, true]));
        assert_eq!(holds("has", &rows, "x a"), bools(&[false, false]));
        let rows = [r"c:\win\cmd.exe /c dir", "cmd.exex"];
        assert_eq!(holds("has", &rows, "cmd.exe"), bools(&[true, false]));
        assert_eq!(holds("has", &rows, ".exe"), bools(&[true, false]));
        assert_eq!(holds("has", &rows, r"\win\"), bools(&[true, false]));
        assert_eq!(holds("hasprefix", &rows, "cm"), bools(&[true, true]));
        assert_eq!(holds("hassuffix", &rows, "md"), bools(&[true, true]));
    }

    /// kql-semantics §4.
    #[test]
    fn the_ends_of_a_text() {
        let rows = ["abc", ""];
        assert_eq!(holds("contains", &rows, ""), bools(&[true, true]));
        assert_eq!(holds("!contains", &rows, "B"), bools(&[false, true]));
        assert_eq!(holds("startswith", &rows, "AB"), bools(&[true, false]));
        assert_eq!(holds("endswith_cs", &rows, "C"), bools(&[false, false]));
    }

    /// kql-semantics §4.
    #[test]
    fn case_folding_is_of_single_characters() {
        let rows = ["CAFÉ", "cafe", "STRASSE", "straße"];
        assert_eq!(holds("=~", &rows, "café"), bools(&[true, false, false, false]));
        assert_eq!(holds("=~", &rows, "straße"), bools(&[false, false, false, true]));
        assert_eq!(holds("!~", &rows, "café"), bools(&[false, true, true, true]));
    }

    /// The examples of [D datatypes-string-operators.md].
    #[test]
    fn examples_of_the_reference() {
        let cases = [
            ("abc", "=~", "ABC"),
            ("aBc", "!~", "xyz"),
            ("FabriKam", "contains", "BRik"),
            ("Fabrikam", "!contains", "xyz"),
            ("FabriKam", "contains_cs", "Kam"),
            ("Fabrikam", "!contains_cs", "Kam"),
            ("Fabrikam", "endswith", "Kam"),
            ("Fabrikam", "!endswith", "brik"),
            ("Fabrikam", "endswith_cs", "kam"),
            ("Fabrikam", "!endswith_cs", "brik"),
            ("North America", "has", "america"),
            ("North America", "!has", "amer"),
            ("North America", "has_cs", "America"),
            ("North America", "!has_cs", "amer"),
            ("North America", "hasprefix", "ame"),
            ("North America", "!hasprefix", "mer"),
            ("North America", "hasprefix_cs", "Ame"),
            ("North America", "!hasprefix_cs", "CA"),
            ("North America", "hassuffix", "ica"),
            ("North America", "!hassuffix", "americ"),
            ("North America", "hassuffix_cs", "ica"),
            ("North America", "!hassuffix_cs", "icA"),
            ("Fabrikam", "startswith", "fab"),
            ("Fabrikam", "!startswith", "kam"),
            ("Fabrikam", "startswith_cs", "Fab"),
            ("Fabrikam", "!startswith_cs", "fab"),
        ];
        for (left, operator, right) in cases {
            assert_eq!(holds(operator, &[left], right), bools(&[true]), "{left} {operator} {right}");
        }
    }

    /// A dynamic string is its text, and anything else its JSON.
    #[test]
    fn dynamic_operands_are_text() {
        let column = Argument::Column(ScalarType::Dynamic, jsons(&[r#""a\tb""#, r#"["tab"]"#, "null"]));
        assert_eq!(call("has", ScalarType::Bool, &[column.clone(), text("b")]), bools(&[true, false, false]));
        assert_eq!(call("!has", ScalarType::Bool, &[column, text("tab")]), bools(&[true, false, true]));
        assert_eq!(call("contains", ScalarType::Bool, &[text("xab"), dynamic(r#""AB""#)]), bools(&[true]));
    }

    /// [D search-operator.md]
    #[test]
    fn search_terms_may_have_asterisks() {
        let rows = ["billg", "billgates", "mrbillg", "mrbillgates"];
        assert_eq!(holds(":", &rows, "BillG"), bools(&[true, false, false, false]));
        assert_eq!(holds(":", &rows, "billg*"), bools(&[true, true, false, false]));
        assert_eq!(holds(":", &rows, "*billg"), bools(&[true, false, true, false]));
        assert_eq!(holds(":", &rows, "*billg*"), bools(&[true, true, true, true]));
    }
}
