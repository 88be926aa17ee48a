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
        quotes: Vec<(char, char)>,
        escape: Vec<char>,
        greedy: bool,
    },
    /// Whatever is no letter or digit parts words; a word behind a key is its value.
    Words { quotes: Vec<(char, char)>, escape: Vec<char> },
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
        let texts = |name: &'static str| {
            options.iter().filter(move |(its, _)| **its == *name).filter_map(|(_, value)| match value {
                Value::String(text) => Some(text),
                _ => None,
            })
        };
        let quotes: Vec<_> = texts("quote")
            .filter_map(|quote| {
                let mut characters = quote.chars();
                let opening = characters.next()?;
                Some((opening, characters.next().unwrap_or(opening)))
            })
            .collect();
        let escape = texts("escape").filter_map(|escape| escape.chars().next()).collect();
        let delimiter =
            |name: &str| Ok::<_, RunError>(text(name).transpose()?.filter(|text| !text.is_empty()));
        let (pair, key_value) = (delimiter("pair_delimiter")?, delimiter("kv_delimiter")?);
        if pair.is_none() && key_value.is_none() {
            return Ok(Self::Words { quotes, escape });
        }
        let greedy =
            options.iter().any(|(name, value)| &**name == "greedy" && *value == Value::Bool(Some(true)));
        Ok(Self::Delimited {
            pair: pair.unwrap_or_else(|| " ".into()),
            key_value: key_value.unwrap_or_else(|| "=".into()),
            quotes,
            escape,
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
                    let key = key_before(&rest[..at], pair, quotes);
                    rest = &rest[at + key_value.len()..];
                    let quoted = quoted(rest, quotes, escape);
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
            Self::Words { quotes, escape } => {
                let mut rest = text;
                let mut last: Option<&str> = None;
                while let Some(character) = rest.chars().next() {
                    let (word, value, end) = if let Some((value, end)) = quoted(rest, quotes, escape) {
                        (&rest[character.len_utf8()..], value.into(), end)
                    } else if character.is_alphanumeric() {
                        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                        (&rest[..end], std::borrow::Cow::from(&rest[..end]), end)
                    } else {
                        rest = &rest[character.len_utf8()..];
                        continue;
                    };
                    if let Some(key) = last {
                        found(key, value.clone());
                    }
                    // A quoted word is a key as it stands between its quotes.
                    last = Some(word.get(..value.len()).unwrap_or(word));
                    rest = &rest[end..];
                }
            }
        }
    }
}

/// The key that ends a text: what stands between the last quotes, or behind the last delimiter.
fn key_before<'t>(text: &'t str, pair: &str, quotes: &[(char, char)]) -> &'t str {
    let text = text.trim();
    for (opening, closing) in quotes {
        if let Some(inside) = text.strip_suffix(*closing)
            && let Some(at) = inside.rfind(*opening)
        {
            return &inside[at + opening.len_utf8()..];
        }
    }
    text.rfind(pair).map_or(text, |at| text[at + pair.len()..].trim())
}

/// A quoted value at the start of a text, and where it ends.
fn quoted(text: &str, quotes: &[(char, char)], escape: &[char]) -> Option<(String, usize)> {
    quotes.iter().find_map(|pair| quoted_by(text, *pair, escape))
}

fn quoted_by(text: &str, (opening, closing): (char, char), escape: &[char]) -> Option<(String, usize)> {
    let blank = text.len() - text.trim_start().len();
    let inside = text[blank..].strip_prefix(opening)?;
    let mut value = String::new();
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        if escape.contains(&character) {
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
    fn keys_may_be_quoted_and_stand_behind_other_words() {
        let options = [("pair_delimiter", " "), ("kv_delimiter", "="), ("quote", "\""), ("quote", "()")];
        assert_eq!(
            pairs(r#"noise a=1 "b c"=2 (d e)=(f g)"#, &options),
            owned(&[("a", "1"), ("b c", "2"), ("d e", "f g")])
        );
    }

    #[test]
    fn without_delimiters_each_word_may_be_the_key_of_the_next() {
        assert_eq!(pairs("[A] Id:7, b='c d'", &[("quote", "'")]), {
            owned(&[("A", "Id"), ("Id", "7"), ("7", "b"), ("b", "c d")])
        });
    }

    #[test]
    fn a_regular_expression_may_say_what_a_pair_is() {
        assert_eq!(
            pairs("[k1]: v1, [k2]: v2", &[("regex", r"\[(\w+)\]: (\w+)")]),
            owned(&[("k1", "v1"), ("k2", "v2")])
        );
    }
}
