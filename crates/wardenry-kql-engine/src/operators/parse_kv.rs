//! `parse-kv`: columns out of pairs of keys and values. [parse-kv-operator.md]

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder};
use regex::Regex;
use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{Column, ParseKv, Rel};
use wardenry_kql_values::{ScalarType, Value};

use super::conversion::converted;
use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_expr, column_name};
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, parse: &ParseKv) -> Result<Lowered, RunError> {
    let input = lowerer.rel(&parse.input)?;
    let pairs = Pairs::new(&parse.options, lowerer.functions.regex_size, rel.span)?;
    let texts: Vec<Column> = parse.keys.iter().map(|_| lowerer.new_column(ScalarType::String)).collect();
    let made = |id| parse.keys.iter().position(|(_, column, _)| *column == id);
    let passed: Vec<_> =
        rel.columns.iter().map(|column| column.id).filter(|id| made(*id).is_none()).collect();
    let spec = TransformSpec {
        factory: Arc::new(Factory {
            pairs: Arc::new(pairs),
            keys: parse.keys.iter().map(|(key, ..)| key.clone()).collect(),
        }),
        arguments: vec![lowerer.expr(&parse.expr)?],
        passed,
        produced: texts.clone(),
        gather: Gather::Nothing,
        order: RowOrder::Keeps,
        input_rows: None,
    };
    let lowered = lowerer.transform(input, spec)?;
    let mut projected = Vec::with_capacity(rel.columns.len());
    for column in &rel.columns {
        let name = column_name(column.id);
        let expr = match made(column.id) {
            Some(index) => lowerer.expr(&converted(&texts[index], column.scalar_type, rel.span))?,
            None => column_expr(&name),
        };
        projected.push((expr, name));
    }
    lowered.project(projected)
}

/// How pairs are told apart.
#[derive(Debug)]
enum Pairs {
    Delimited {
        pair: Box<str>,
        key_value: Box<str>,
        quotes: Option<(char, char)>,
        escape: Option<char>,
        greedy: bool,
    },
    /// Each match is a pair: group 1 is the key, group 2 the value.
    Regex(Regex),
}

impl Pairs {
    fn new(options: &[(Box<str>, Value)], regex_size: usize, span: Span) -> Result<Self, RunError> {
        let refused = |message: String| RunError::Operator { operator: "parse-kv", message, span };
        let text = |name: &str| {
            options.iter().find(|(its, _)| **its == *name).map(|(_, value)| match value {
                Value::String(text) => Ok(text.clone()),
                _ => Err(refused(format!("{name} takes a text"))),
            })
        };
        if let Some(pattern) = text("regex").transpose()? {
            let regex = regex::RegexBuilder::new(&pattern)
                .size_limit(regex_size)
                .build()
                .map_err(|error| refused(format!("the regular expression does not compile: {error}")))?;
            if regex.captures_len() != 3 {
                return Err(refused(
                    "the regular expression needs two groups: the key and the value".to_owned(),
                ));
            }
            return Ok(Self::Regex(regex));
        }
        let mut quote =
            text("quote").transpose()?.into_iter().flat_map(|quote| quote.chars().collect::<Vec<_>>());
        let opening = quote.next();
        let quotes = opening.map(|opening| (opening, quote.next().unwrap_or(opening)));
        let greedy =
            options.iter().any(|(name, value)| &**name == "greedy" && *value == Value::Bool(Some(true)));
        Ok(Self::Delimited {
            pair: text("pair_delimiter")
                .transpose()?
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| " ".into()),
            key_value: text("kv_delimiter")
                .transpose()?
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| "=".into()),
            quotes,
            escape: text("escape").transpose()?.and_then(|escape| escape.chars().next()),
            greedy,
        })
    }

    /// Calls `found` with each key and value.
    fn each<'t>(&self, text: &'t str, found: &mut dyn FnMut(&'t str, std::borrow::Cow<'t, str>)) {
        match self {
            Self::Regex(regex) => {
                for pair in regex.captures_iter(text) {
                    if let (Some(key), Some(value)) = (pair.get(1), pair.get(2)) {
                        found(key.as_str(), value.as_str().into());
                    }
                }
            }
            Self::Delimited { pair, key_value, quotes, escape, greedy } => {
                let mut rest = text;
                while let Some(at) = rest.find(&**key_value) {
                    let key = rest[..at].trim();
                    rest = &rest[at + key_value.len()..];
                    let quoted = quotes.and_then(|quotes| quoted(rest, quotes, *escape));
                    let end = match &quoted {
                        Some((_, end)) => *end,
                        None if *greedy => greedy_end(rest, pair, key_value),
                        None => rest.find(&**pair).unwrap_or(rest.len()),
                    };
                    let value = quoted.map_or_else(|| rest[..end].trim().into(), |(value, _)| value.into());
                    // Whatever stands before the next pair, behind a quote, belongs to none.
                    let next = rest[end..].find(&**pair).map_or(rest.len(), |at| end + at + pair.len());
                    found(key, value);
                    rest = &rest[next..];
                }
            }
        }
    }
}

/// A quoted value at the start of a text, and where it ends.
fn quoted(text: &str, (opening, closing): (char, char), escape: Option<char>) -> Option<(String, usize)> {
    let blank = text.len() - text.trim_start().len();
    let inside = text[blank..].strip_prefix(opening)?;
    let mut value = String::new();
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        if Some(character) == escape {
            value.extend(characters.next().map(|(_, escaped)| escaped));
        } else if character == closing {
            return Some((value, blank + opening.len_utf8() + at + closing.len_utf8()));
        } else {
            value.push(character);
        }
    }
    None
}

/// The end of a value that may hold the pair delimiter: it ends at the last one before the next key.
fn greedy_end(text: &str, pair: &str, key_value: &str) -> usize {
    match text.find(key_value) {
        None => text.len(),
        Some(next) => text[..next].rfind(pair).unwrap_or(next),
    }
}

#[derive(Debug)]
struct Factory {
    pairs: Arc<Pairs>,
    keys: Arc<[Box<str>]>,
}

impl TransformFactory for Factory {
    fn name(&self) -> &'static str {
        "parse-kv"
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        let (pairs, keys) = (Arc::clone(&self.pairs), Arc::clone(&self.keys));
        Ok(Box::new(Extract { pairs, keys, context }))
    }
}

struct Extract {
    pairs: Arc<Pairs>,
    keys: Arc<[Box<str>]>,
    context: TransformContext,
}

impl Transform for Extract {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError> {
        self.context.control.check()?;
        let texts = input.arguments[0].as_string_view();
        let mut builders: Vec<StringViewBuilder> =
            self.keys.iter().map(|_| StringViewBuilder::with_capacity(input.rows)).collect();
        let mut found = vec![None; self.keys.len()];
        for row in 0..input.rows {
            let text = if texts.is_valid(row) { texts.value(row) } else { "" };
            self.pairs.each(text, &mut |key, value| {
                // Of a key that occurs twice the first value counts.
                if let Some(index) = self.keys.iter().position(|its| **its == *key) {
                    let slot = &mut found[index];
                    *slot = slot.take().or(Some(value));
                }
            });
            for (builder, slot) in builders.iter_mut().zip(&mut found) {
                builder.append_value(slot.take().unwrap_or_default());
            }
        }
        let produced = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        out.rows(&input.passed, None, produced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str, options: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut values: Vec<(Box<str>, Value)> =
            options.iter().map(|(name, value)| ((*name).into(), Value::String((*value).into()))).collect();
        if let Some(greedy) = values.iter_mut().find(|(name, _)| &**name == "greedy") {
            greedy.1 = Value::Bool(Some(true));
        }
        let pairs = Pairs::new(&values, 1 << 20, Span::default()).expect("the options are sound");
        let mut found = Vec::new();
        pairs.each(text, &mut |key, value| found.push((key.to_owned(), value.into_owned())));
        found
    }

    fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn pairs_are_delimited_trimmed_and_may_be_quoted() {
        let delimiters = [("pair_delimiter", ","), ("kv_delimiter", "=")];
        assert_eq!(pairs("k=v, n=5, z", &delimiters), owned(&[("k", "v"), ("n", "5")]));
        let quote = [("pair_delimiter", ","), ("kv_delimiter", ":"), ("quote", "\""), ("escape", "\\")];
        assert_eq!(pairs(r#"a:"x, \"y",b:2"#, &quote), owned(&[("a", "x, \"y"), ("b", "2")]));
        let brackets = [("pair_delimiter", " "), ("kv_delimiter", "="), ("quote", "[]")];
        assert_eq!(pairs("a=[x y] b=1", &brackets), owned(&[("a", "x y"), ("b", "1")]));
    }

    #[test]
    fn greedy_values_reach_to_the_next_key() {
        let options = [("pair_delimiter", " "), ("kv_delimiter", "="), ("greedy", "true")];
        assert_eq!(
            pairs("name=John Doe phone=555 5789 city=New York", &options),
            owned(&[("name", "John Doe"), ("phone", "555 5789"), ("city", "New York")])
        );
    }

    #[test]
    fn a_regular_expression_may_say_what_a_pair_is() {
        assert_eq!(
            pairs("[k1]: v1, [k2]: v2", &[("regex", r"\[(\w+)\]: (\w+)")]),
            owned(&[("k1", "v1"), ("k2", "v2")])
        );
    }
}
