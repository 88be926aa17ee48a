//! `has_any`, `has_all` and `has_any_index`: several terms at once.
//!
//! [D has-any-operator.md], [D has-all-operator.md], [D has-any-index-function.md]

use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use arrow::array::{Array, BooleanArray, StringViewArray};
use arrow::buffer::BooleanBuffer;
use datafusion_expr::ColumnarValue;
use wardenry_kql_values::{ScalarType, Value};

use super::arguments::{Texts, argument, array_texts, bool_rows, constant_bool, kernel, long_rows, refuse};
use super::column_search::{search, search_any, with_null_slots};
use super::finder::Case;
use super::needle::{Needle, Place};
use super::row_memo::RowMemo;
use crate::dynamic::Dynamic;
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const HAS_ANY: ScalarFunction = ScalarFunction { names: &["has_any"], bind: bind_any };
pub(crate) const HAS_ALL: ScalarFunction = ScalarFunction { names: &["has_all"], bind: bind_all };
pub(crate) const HAS_ANY_INDEX: ScalarFunction =
    ScalarFunction { names: &["has_any_index"], bind: bind_any_index };

/// With more needles than this, one pass of an automaton is faster than a pass for each needle.
const MAX_PASSES: usize = 32;

/// Terms of which a text may have any.
#[derive(Debug)]
pub(crate) struct AnyTerm {
    /// Looked for one after the other.
    needles: Vec<Needle>,
    /// Looked for at once, without regard to case: ASCII only. Its patterns are the first of `automaton_needles`.
    automaton: Option<AhoCorasick>,
    automaton_needles: Vec<Needle>,
}

impl AnyTerm {
    pub(crate) fn new(function: &'static str, terms: &[String]) -> Result<Self, FunctionError> {
        let mut needles: Vec<_> =
            terms.iter().map(|term| Needle::new(term, Place::Term, Case::Insensitive)).collect();
        let mut automaton_needles = Vec::new();
        let mut automaton = None;
        if needles.len() > MAX_PASSES {
            (automaton_needles, needles) = needles.into_iter().partition(|needle| needle.ascii().is_some());
            let patterns = automaton_needles.iter().filter_map(Needle::ascii);
            automaton =
                Some(AhoCorasickBuilder::new().ascii_case_insensitive(true).build(patterns).map_err(
                    |error| refuse(function, format!("the terms cannot be searched together: {error}")),
                )?);
        }
        Ok(Self { needles, automaton, automaton_needles })
    }

    fn matches(&self, text: &str) -> bool {
        self.automaton_matches(text) || self.needles.iter().any(|needle| needle.matches(text))
    }

    fn automaton_matches(&self, text: &str) -> bool {
        let Some(automaton) = &self.automaton else { return false };
        let stands = automaton.find_overlapping_iter(text).any(|found| {
            self.automaton_needles[found.pattern().as_usize()].may_stand_at(text, found.start(), found.end())
        });
        let has_kin = || {
            !text.is_ascii()
                && self
                    .automaton_needles
                    .iter()
                    .any(|needle| needle.has_kin() && needle.matches_characters(text))
        };
        stands || has_kin()
    }

    /// Which rows have any of the terms.
    pub(crate) fn search(&self, texts: &StringViewArray) -> BooleanBuffer {
        let mut found = search_any(&self.needles, texts);
        if self.automaton.is_some() {
            let mut memo = RowMemo::default();
            let by_automaton = BooleanBuffer::collect_bool(texts.len(), |row| {
                found.value(row) || memo.test(texts, row, |text| self.automaton_matches(text))
            });
            // The empty term is never in the automaton, and no other is in an empty text.
            found = with_null_slots(by_automaton, texts, || self.matches(""));
        }
        found
    }
}

/// The terms that arguments other than the first give, where they are constant.
fn constant_terms(call: &ScalarCall<'_>) -> Option<Vec<String>> {
    let mut terms = Vec::new();
    for constant in call.constants.get(1..)? {
        match constant.as_ref()? {
            Value::Dynamic(Some(json)) => push_dynamic_terms(json, &mut terms),
            Value::Dynamic(None) => {}
            other => terms.push(other.text()),
        }
    }
    Some(terms)
}

/// The elements of an array, or the text of anything else.
pub(super) fn push_dynamic_terms(json: &str, terms: &mut Vec<String>) {
    match array_texts(json) {
        Some(elements) => terms.extend(elements),
        None => terms.push(Dynamic::new(json).to_text().into_owned()),
    }
}

/// The terms that the arguments other than the first give in a row.
struct RowTerms {
    columns: Vec<(Texts, bool)>,
}

impl RowTerms {
    fn of(
        function: &'static str,
        arguments: &[ColumnarValue],
        types: &[ScalarType],
    ) -> Result<Self, FunctionError> {
        let columns = arguments.iter().zip(types).skip(1).map(|(argument, scalar_type)| {
            Ok((Texts::raw(function, argument)?, *scalar_type == ScalarType::Dynamic))
        });
        Ok(Self { columns: columns.collect::<Result<_, FunctionError>>()? })
    }

    fn get(&self, row: usize) -> Vec<String> {
        let mut terms = Vec::new();
        for (texts, is_dynamic) in &self.columns {
            match (texts.get(row), is_dynamic) {
                ("", true) => {}
                (json, true) => push_dynamic_terms(json, &mut terms),
                (text, false) => terms.push(text.to_owned()),
            }
        }
        terms
    }
}

fn bind_any(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    if let Some(terms) = constant_terms(call) {
        let any = AnyTerm::new(function, &terms)?;
        return Ok(kernel(function, move |arguments, _| {
            Ok(match Texts::of(function, argument(function, arguments, 0)?, types.first())? {
                Texts::One(text) => constant_bool(any.matches(&text)),
                Texts::Many(texts) => {
                    ColumnarValue::Array(Arc::new(BooleanArray::new(any.search(&texts), None)))
                }
            })
        }));
    }
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        let terms = RowTerms::of(function, arguments, &types)?;
        bool_rows(function, arguments, rows, |row| {
            let has =
                |term: &String| Needle::new(term, Place::Term, Case::Insensitive).matches(texts.get(row));
            Ok(Some(terms.get(row).iter().any(has)))
        })
    }))
}

fn bind_all(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    if let Some(mut terms) = constant_terms(call) {
        // Long terms are rare, and rows that lack one need not be searched for the others.
        terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
        let needles: Vec<_> =
            terms.iter().map(|term| Needle::new(term, Place::Term, Case::Insensitive)).collect();
        return Ok(kernel(function, move |arguments, _| {
            Ok(match Texts::of(function, argument(function, arguments, 0)?, types.first())? {
                Texts::One(text) => constant_bool(needles.iter().all(|needle| needle.matches(&text))),
                Texts::Many(texts) => {
                    ColumnarValue::Array(Arc::new(BooleanArray::new(search_all(&needles, &texts), None)))
                }
            })
        }));
    }
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        let terms = RowTerms::of(function, arguments, &types)?;
        bool_rows(function, arguments, rows, |row| {
            let has =
                |term: &String| Needle::new(term, Place::Term, Case::Insensitive).matches(texts.get(row));
            Ok(Some(terms.get(row).iter().all(has)))
        })
    }))
}

/// Which rows have all of the needles.
fn search_all(needles: &[Needle], texts: &StringViewArray) -> BooleanBuffer {
    let mut found = BooleanBuffer::new_set(texts.len());
    for needle in needles {
        let left = found.count_set_bits();
        // Where few rows are left, they are searched one by one.
        found = if left * 4 > texts.len() {
            &found & &search(needle, texts)
        } else {
            let matches = |row: usize| needle.matches(if texts.is_null(row) { "" } else { texts.value(row) });
            BooleanBuffer::collect_bool(texts.len(), |row| found.value(row) && matches(row))
        };
    }
    found
}

fn bind_any_index(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let types = call.argument_types.to_vec();
    let needle = |term: &String| Needle::new(term, Place::Term, Case::Insensitive);
    let constant: Option<Vec<_>> = constant_terms(call).map(|terms| terms.iter().map(needle).collect());
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::of(function, argument(function, arguments, 0)?, types.first())?;
        let index = |needles: &[Needle], row: usize| {
            let found = needles.iter().position(|needle| needle.matches(texts.get(row)));
            found.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1)
        };
        if let Some(needles) = &constant {
            return long_rows(function, arguments, rows, |row| Ok(Some(index(needles, row))));
        }
        let terms = RowTerms::of(function, arguments, &types)?;
        long_rows(function, arguments, rows, |row| {
            let needles: Vec<_> = terms.get(row).iter().map(needle).collect();
            Ok(Some(index(&needles, row)))
        })
    }))
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::ScalarType;

    use crate::strings::calling::{Argument, bools, call, dynamic, jsons, longs, text, texts};

    /// kql-semantics §4, [D datatypes-string-operators.md].
    #[test]
    fn any_and_all() {
        let rows = ["one two", "one"];
        let has = |operator: &str, terms: [&str; 2]| {
            call(operator, ScalarType::Bool, &[texts(&rows), text(terms[0]), text(terms[1])])
        };
        assert_eq!(has("has_any", ["TWO", "three"]), bools(&[true, false]));
        assert_eq!(has("has_all", ["one", "two"]), bools(&[true, false]));
        let north = text("North and South America");
        assert_eq!(call("has_all", ScalarType::Bool, &[north, text("south"), text("north")]), bools(&[true]));
    }

    #[test]
    fn the_terms_may_be_an_array() {
        let rows = texts(&["a b", "b", "x"]);
        let array = dynamic(r#"["A", "B"]"#);
        assert_eq!(
            call("has_any", ScalarType::Bool, &[rows.clone(), array.clone()]),
            bools(&[true, true, false])
        );
        assert_eq!(call("has_all", ScalarType::Bool, &[rows.clone(), array]), bools(&[true, false, false]));
        let column = Argument::Column(ScalarType::Dynamic, jsons(&[r#"["a"]"#, r#"["a"]"#, "null"]));
        assert_eq!(
            call("has_any", ScalarType::Bool, &[rows.clone(), column.clone()]),
            bools(&[true, false, false])
        );
        assert_eq!(call("has_all", ScalarType::Bool, &[rows.clone(), column]), bools(&[true, false, true]));
        assert_eq!(call("has_any", ScalarType::Bool, &[rows, dynamic("[]")]), bools(&[false, false, false]));
    }

    /// [D has-any-index-function.md], kql-semantics §20.
    #[test]
    fn the_index_is_of_the_first_term_that_is_found() {
        let index = |source: &str, array: &str| {
            call("has_any_index", ScalarType::Long, &[text(source), dynamic(array)])
        };
        assert_eq!(index("this is an example", r#"["this", "example"]"#), longs(&[0]));
        assert_eq!(index("this is an example", r#"["not", "example"]"#), longs(&[1]));
        assert_eq!(index("this is an example", r#"["not", "found"]"#), longs(&[-1]));
        assert_eq!(index("Example number 2", "[1,2,3]"), longs(&[1]));
        assert_eq!(index("this is an example", "[]"), longs(&[-1]));
        assert_eq!(index("from 10.1.2.3:80", r#"["x", "10"]"#), longs(&[1]));
        assert_eq!(index("from10.1.2.3", r#"["x", "10"]"#), longs(&[-1]));
    }
}
