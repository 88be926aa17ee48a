//! `reduce`: texts that are alike, by patterns. [reduce-operator.md]
//!
//! As the paper does on which the service's operator is based (Vaarandi, "A Data Clustering Algorithm for Mining Patterns From Event
//! Logs"): a text is a row of terms between separators, a term counts at its place, and those that are frequent there make up
//! the text's pattern; `*` stands for what is not. Texts whose pattern is not frequent itself are `others`. Frequent is
//! what more than the threshold's part of all texts have.
//!
//! The service's own patterns cannot be reproduced: its page leaves open what becomes of separators, and its examples do not agree
//! with each other. Here a run of terms that are not frequent is one `*`. A separator beside it stays if it is a blank or a
//! punctuation mark, and goes if it is a letter or a digit. A threshold of 0.9 is no other kind of similarity but a greater part.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringViewArray};
use wardenry_kql_semantics::checked::{Expr, Rel};
use wardenry_kql_values::Value;

use crate::RunError;
use crate::lower::{Lowered, Lowerer};
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

const OPERATOR: &str = "reduce";

/// What more than this part of the texts have is frequent, where the query says nothing.
const THRESHOLD: f64 = 0.1;

/// Terms of a text that are looked at one by one; the last one is all of the rest.
const MAX_TERMS: usize = 1_000;

/// The pattern of texts without one.
const OTHERS: &str = "others";

pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    of: &Expr,
    options: &[(Box<str>, Value)],
) -> Result<Lowered, RunError> {
    let option = |name: &str| options.iter().find(|(its, _)| **its == *name).map(|(_, value)| value);
    #[expect(clippy::cast_precision_loss, reason = "a threshold is 0 or 1 if it is whole")]
    let threshold = match option("threshold") {
        Some(Value::Real(Some(threshold))) => *threshold,
        Some(Value::Long(Some(threshold))) => *threshold as f64,
        Some(Value::Int(Some(threshold))) => f64::from(*threshold),
        _ => THRESHOLD,
    };
    if !(0.0..=1.0).contains(&threshold) {
        let message = "the threshold must be between 0 and 1".to_owned();
        return Err(RunError::Operator { operator: OPERATOR, message, span: rel.span });
    }
    let characters = match option("characters") {
        Some(Value::String(characters)) => Some(characters.chars().collect()),
        _ => None,
    };
    let with_rows = rel.columns.len() > 3;
    let kept = rel.columns.len() - 3;
    let lowered = lowerer.rel(input)?;
    let spec = TransformSpec {
        factory: Arc::new(Reduce { threshold, characters, with_rows }),
        arguments: vec![lowerer.expr(of)?],
        passed: rel.columns[..kept].iter().map(|column| column.id).collect(),
        produced: rel.columns[kept..].to_vec(),
        gather: Gather::All,
        order: RowOrder::Loses,
        input_rows: None,
    };
    lowerer.transform(lowered, spec)
}

#[derive(Clone, Debug)]
struct Reduce {
    threshold: f64,
    /// What separates terms; everything but letters and digits of ASCII, if the query says nothing.
    characters: Option<Vec<char>>,
    /// `kind=source`: the rows with what was found about them.
    with_rows: bool,
}

impl TransformFactory for Reduce {
    fn name(&self) -> &'static str {
        OPERATOR
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        Ok(Box::new(Reducer { reduce: self.clone(), context, batches: Vec::new() }))
    }
}

struct Reducer {
    reduce: Reduce,
    context: TransformContext,
    batches: Vec<(RecordBatch, ArrayRef)>,
}

impl Transform for Reducer {
    fn push(&mut self, input: &Input, _: &mut Output) -> Result<(), RunError> {
        self.context.memory.grow(input.memory_size())?;
        self.batches.push((input.passed.clone(), Arc::clone(&input.arguments[0])));
        Ok(())
    }

    fn finish(&mut self, out: &mut Output) -> Result<(), RunError> {
        let batches = std::mem::take(&mut self.batches);
        let texts = || {
            batches.iter().flat_map(|(_, array)| {
                let array = array.as_string_view();
                (0..array.len()).map(move |row| if array.is_null(row) { "" } else { array.value(row) })
            })
        };
        let groups = self.groups(texts)?;
        if !self.reduce.with_rows {
            let patterns = groups.list.iter().map(|group| group.pattern.as_str());
            let counts = groups.list.iter().map(|group| group.count);
            let representatives = groups.list.iter().map(|group| group.representative.as_str());
            let produced: Vec<ArrayRef> = vec![
                Arc::new(StringViewArray::from_iter_values(patterns)),
                Arc::new(Int64Array::from_iter_values(counts)),
                Arc::new(StringViewArray::from_iter_values(representatives)),
            ];
            return out.columns(produced, groups.list.len());
        }
        let mut numbers = groups.of_texts.iter();
        for (passed, array) in &batches {
            self.context.control.check()?;
            let its: Vec<&Group> =
                numbers.by_ref().take(array.len()).map(|number| &groups.list[*number]).collect();
            let patterns = its.iter().map(|group| group.pattern.as_str());
            let counts = its.iter().map(|group| group.count);
            let representatives = its.iter().map(|group| group.representative.as_str());
            let produced: Vec<ArrayRef> = vec![
                Arc::new(StringViewArray::from_iter_values(patterns)),
                Arc::new(Int64Array::from_iter_values(counts)),
                Arc::new(StringViewArray::from_iter_values(representatives)),
            ];
            out.rows(passed, None, produced)?;
        }
        Ok(())
    }
}

struct Group {
    pattern: String,
    count: i64,
    representative: String,
}

struct Groups {
    /// The largest first, and the others last.
    list: Vec<Group>,
    /// The group of each text, in their order.
    of_texts: Vec<usize>,
}

impl Reducer {
    fn groups<'t, I: Iterator<Item = &'t str>>(&self, texts: impl Fn() -> I) -> Result<Groups, RunError> {
        let mut frequency: HashMap<(usize, &str), i64> = HashMap::new();
        let mut total = 0;
        let mut terms = Vec::new();
        for text in texts() {
            self.context.control.check()?;
            total += 1;
            self.reduce.split(text, &mut terms);
            for (place, term) in terms.iter().enumerate() {
                let known = frequency.len();
                *frequency.entry((place, term.text)).or_default() += 1;
                if frequency.len() > known {
                    self.context.memory.grow(size_of::<(usize, &str, i64)>() * 2)?;
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53 rows")]
        let is_frequent = |count: i64| count as f64 > self.reduce.threshold * f64::from(total);
        let mut candidates: HashMap<Option<String>, (i64, &str, usize)> = HashMap::new();
        let mut of_texts = Vec::new();
        for text in texts() {
            self.context.control.check()?;
            self.reduce.split(text, &mut terms);
            let pattern = pattern(&terms, |place, term| {
                frequency.get(&(place, term)).is_some_and(|count| is_frequent(*count))
            });
            let next = candidates.len();
            let size =
                pattern.as_ref().map_or(0, String::len) + size_of::<(Option<String>, i64, &str, usize)>();
            let candidate = candidates.entry(pattern).or_insert((0, text, next));
            candidate.0 += 1;
            if candidate.2 == next {
                self.context.memory.grow(size)?;
            }
            of_texts.push(candidate.2);
        }
        self.context.memory.grow(of_texts.len() * size_of::<usize>())?;
        let mut list = Vec::new();
        let mut places = vec![None; candidates.len()];
        let mut others = 0;
        let mut sorted: Vec<_> = candidates.into_iter().collect();
        sorted.sort_by_key(|(_, (count, _, number))| (-count, *number));
        for (pattern, (count, representative, number)) in sorted {
            let Some(pattern) = pattern.filter(|_| is_frequent(count)) else {
                others += count;
                continue;
            };
            places[number] = Some(list.len());
            list.push(Group { pattern, count, representative: representative.to_owned() });
        }
        let last = list.len();
        if others > 0 {
            list.push(Group { pattern: OTHERS.to_owned(), count: others, representative: String::new() });
        }
        for number in &mut of_texts {
            *number = places[*number].unwrap_or(last);
        }
        Ok(Groups { list, of_texts })
    }
}

/// A term of a text, and the separators before it.
#[derive(Clone, Copy, Debug)]
struct Term<'t> {
    before: &'t str,
    text: &'t str,
}

impl Reduce {
    fn is_separator(&self, c: char) -> bool {
        match &self.characters {
            Some(characters) => characters.contains(&c),
            None => !c.is_ascii_alphanumeric(),
        }
    }

    /// The terms of a text; what is behind the last one is the separator of an empty term.
    fn split<'t>(&self, text: &'t str, terms: &mut Vec<Term<'t>>) {
        terms.clear();
        let mut rest = text;
        while !rest.is_empty() {
            let start = rest.find(|c| !self.is_separator(c)).unwrap_or(rest.len());
            let (before, from) = rest.split_at(start);
            let end = match terms.len() + 1 {
                MAX_TERMS => from.len(),
                _ => from.find(|c| self.is_separator(c)).unwrap_or(from.len()),
            };
            let (term, behind) = from.split_at(end);
            terms.push(Term { before, text: term });
            rest = behind;
        }
    }
}

/// The frequent terms with their separators, and `*` for the runs between. `None` if there are terms and none is frequent.
fn pattern(terms: &[Term<'_>], is_frequent: impl Fn(usize, &str) -> bool) -> Option<String> {
    let mut pattern = String::new();
    let mut behind_wildcard = false;
    let mut any_frequent = terms.is_empty();
    for (place, term) in terms.iter().enumerate() {
        let frequent = is_frequent(place, term.text);
        any_frequent |= frequent;
        let beside_wildcard = behind_wildcard || !frequent;
        let is_sign = !term.before.chars().any(char::is_alphanumeric);
        if frequent || !behind_wildcard {
            if is_sign || !beside_wildcard {
                pattern.push_str(term.before);
            }
            pattern.push_str(if frequent { term.text } else { "*" });
        }
        behind_wildcard = !frequent;
    }
    any_frequent.then_some(pattern)
}
