//! Parts of files that a query need not read, because they lack the terms that it needs.

use datafusion::logical_expr::Expr;
use wardenry_kql_engine::Needed;

use crate::data_file::DataFile;
use crate::schema::Table;
use crate::terms::Question;

/// Filters that need more terms are not worth it.
const MOST_TERMS: usize = 4096;

/// What filters need, as far as terms tell.
#[derive(Debug)]
pub(crate) struct TermFilter {
    needed: Option<Needed>,
}

impl TermFilter {
    pub(crate) fn of(filters: &[Expr], table: &Table) -> Self {
        let type_of = |name: &str| {
            let mut columns = table.all.iter();
            columns.find(|(column, _)| **column == *name).map(|(_, of_type)| *of_type)
        };
        let needed: Vec<_> = filters.iter().filter_map(|filter| Needed::of(filter, &type_of)).collect();
        let mut questions = Vec::new();
        for needed in &needed {
            ask(needed, &mut questions);
        }
        let terms: usize = questions.iter().map(|question| question.terms.len()).sum();
        Self { needed: (!needed.is_empty() && terms <= MOST_TERMS).then_some(Needed::All(needed)) }
    }

    /// For each row group of a file, whether the filters may be true in it. `None` if nothing is known.
    pub(crate) async fn groups(&self, file: &DataFile, group_rows: &[u64]) -> Option<Vec<bool>> {
        let needed = self.needed.as_ref()?;
        let mut questions = Vec::new();
        ask(needed, &mut questions);
        let answers = if questions.is_empty() { None } else { file.answers(&questions, group_rows).await };
        let mut answers = answers.unwrap_or_else(|| vec![None; questions.len()]).into_iter();
        conclude(needed, &mut answers, group_rows.len())
    }
}

/// The questions of which the answers tell whether there is what is needed.
fn ask<'n>(needed: &'n Needed, questions: &mut Vec<Question<'n>>) {
    match needed {
        Needed::Terms { column, terms } => questions.push(Question { column, terms }),
        Needed::All(parts) | Needed::Any(parts) => {
            for part in parts {
                ask(part, questions);
            }
        }
    }
}

/// What follows from the answers, in the order of the questions. All of them are taken.
fn conclude(
    needed: &Needed,
    answers: &mut impl Iterator<Item = Option<Vec<bool>>>,
    groups: usize,
) -> Option<Vec<bool>> {
    match needed {
        Needed::Terms { .. } => answers.next().flatten(),
        Needed::All(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| conclude(part, answers, groups)).collect();
            let known = parts.into_iter().flatten();
            known.reduce(|left, right| left.iter().zip(&right).map(|(left, right)| *left && *right).collect())
        }
        Needed::Any(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| conclude(part, answers, groups)).collect();
            parts.into_iter().try_fold(vec![false; groups], |any, part| {
                Some(any.iter().zip(&part?).map(|(left, right)| *left || *right).collect())
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(column: &str) -> Needed {
        Needed::Terms { column: column.to_owned(), terms: vec!["x".to_owned()] }
    }

    #[test]
    fn answers_are_put_together() {
        let needed = Needed::All(vec![
            Needed::Any(vec![term("a"), term("b")]),
            Needed::Any(vec![term("c"), Needed::All(vec![term("d"), term("e")])]),
            term("f"),
        ]);
        let mut questions = Vec::new();
        ask(&needed, &mut questions);
        assert_eq!(questions.iter().map(|question| question.column).collect::<String>(), "abcdef");
        let yes_no =
            |text: &str| (!text.contains('?')).then(|| text.chars().map(|c| c == '1').collect::<Vec<_>>());
        for (answers, expected) in [
            (["10", "00", "11", "00", "00", "11"], "10"),
            (["10", "01", "00", "11", "01", "11"], "01"),
            // An alternative of which nothing is known may be.
            (["00", "??", "11", "00", "00", "01"], "01"),
            (["00", "??", "??", "00", "00", "??"], "??"),
            // Of two that must be, one is enough to say no.
            (["11", "11", "01", "??", "00", "11"], "01"),
        ] {
            let found = conclude(&needed, &mut answers.into_iter().map(yes_no), 2);
            assert_eq!(found, yes_no(expected), "{answers:?}");
        }
        let never = Needed::Any(Vec::new());
        assert_eq!(conclude(&never, &mut std::iter::empty(), 2), Some(vec![false, false]));
    }
}
