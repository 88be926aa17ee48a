//! `matches regex`. [D matches-regex-operator.md]

use std::sync::Arc;

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use datafusion_expr::ColumnarValue;

use super::arguments::{Texts, argument, bool_rows, constant_bool, constant_text, kernel};
use super::column_search::with_null_slots;
use super::needle::{Needle, Place};
use super::patterns::{Pattern, PatternCache, as_written, literal};
use super::row_memo::RowMemo;
use super::search_operators::search_texts;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const MATCHES_REGEX: ScalarFunction = ScalarFunction { names: &["matches regex"], bind };

/// The expression may match anywhere in the text.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    if let Some((text, case)) = constant_text(call.constants, 1).as_deref().and_then(literal) {
        let needle = Needle::new(&text, Place::Anywhere, case);
        return Ok(kernel(function, move |arguments, _| {
            let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
            Ok(search_texts(&needle, &texts, false))
        }));
    }
    let pattern = Pattern::bind(call, 1, as_written)?;
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        match (&pattern, &texts) {
            (Pattern::Constant(regex), Texts::One(text)) => Ok(constant_bool(regex.is_match(text))),
            (Pattern::Constant(regex), Texts::Many(texts)) => {
                let mut memo = RowMemo::default();
                let found = BooleanBuffer::collect_bool(rows, |row| {
                    memo.test(texts, row, |text| regex.is_match(text))
                });
                let found = with_null_slots(found, texts, || regex.is_match(""));
                Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(found, None))))
            }
            (Pattern::Column { .. }, texts) => {
                let patterns = PatternCache::new(&pattern, as_written, arguments)?;
                bool_rows(function, arguments, rows, |row| {
                    patterns.with(row, |regex| Some(regex.is_match(texts.get(row))))
                })
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{bools, call, text, texts, try_call};

    fn matches(rows: &[&str], pattern: &str) -> Vec<Value> {
        call("matches regex", ScalarType::Bool, &[texts(rows), text(pattern)])
    }

    /// kql-semantics §5, [D datatypes-string-operators.md].
    #[test]
    fn an_expression_matches_anywhere() {
        assert_eq!(matches(&["A1", "a12", "x", ""], r"(?i)^a\d+$"), bools(&[true, true, false, false]));
        assert_eq!(matches(&["Fabrikam", "fabriKam"], "b.*k"), bools(&[true, false]));
        assert_eq!(matches(&["٣", ""], r"^\d*$"), bools(&[true, true]));
    }

    #[test]
    fn plain_texts_and_columns_of_expressions_match_alike() {
        let rows = ["run cmd.exe", "run cmdxexe", "CMD.EXE", ""];
        assert_eq!(matches(&rows, r"cmd\.exe"), bools(&[true, false, false, false]));
        assert_eq!(matches(&rows, r"(?i).*cmd\.exe.*"), bools(&[true, false, true, false]));
        let patterns = texts(&["cmd", "^cmd", "(?i)^cmd", "^$"]);
        assert_eq!(
            call("matches regex", ScalarType::Bool, &[texts(&rows), patterns]),
            bools(&[true, false, true, true])
        );
    }

    #[test]
    fn faulty_and_huge_expressions_are_refused() {
        let refused = |pattern: &str| {
            let error = try_call("matches regex", ScalarType::Bool, &[texts(&["a"]), text(pattern)])
                .expect_err("faulty");
            error.to_string()
        };
        assert!(refused("(").starts_with("matches regex: the regular expression is faulty: "));
        assert!(refused("a(?=b)").contains("look-around"), "{}", refused("a(?=b)"));
        assert_eq!(
            refused(r"(\w{100}){100}"),
            "matches regex: the regular expression takes more than 4194304 bytes when compiled"
        );
    }
}
