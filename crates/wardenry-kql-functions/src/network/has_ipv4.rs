//! `has_ipv4` and its neighbours: addresses in a text.

use arrow::array::ArrayRef;
use wardenry_kql_values::{ScalarType, Value};

use super::ipv4::{address, octet};
use crate::dynamic::Dynamic;
use crate::rows::{Argument, Bool, Json, Sink, Source, Text, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let is_prefix = matches!(function, "has_ipv4_prefix" | "has_any_ipv4_prefix");
    let is_array = call.argument_types.get(1) == Some(&ScalarType::Dynamic);
    let constants: Option<Vec<&Value>> = call.constants.iter().skip(1).map(Option::as_ref).collect();
    if let Some(constants) = constants {
        let mut wanted = Vec::new();
        for constant in constants {
            match constant {
                Value::String(text) => wanted.extend(Wanted::parse(text, is_prefix)),
                Value::Dynamic(Some(array)) => wanted.extend(elements(array, is_prefix)),
                _ => {}
            }
        }
        return Ok(kernel(function, move |arguments, rows| {
            let [source, ..] = arguments else { return Err(FunctionError::misplaced(function)) };
            map1::<Text, Bool>(source, rows, |source| Some(wanted.iter().any(|wanted| wanted.is_in(source))))
        }));
    }
    Ok(kernel(function, move |arguments, rows| {
        let [source, wanted @ ..] = arguments else { return Err(FunctionError::misplaced(function)) };
        evaluate(source, wanted, rows, is_prefix, is_array)
    }))
}

fn evaluate(
    source: &Argument,
    wanted: &[Argument],
    rows: usize,
    is_prefix: bool,
    is_array: bool,
) -> Result<ArrayRef, FunctionError> {
    let sources = Text::column(source)?;
    let columns = wanted.iter().map(|argument| Ok((argument, Json::column(argument)?)));
    let columns = columns.collect::<Result<Vec<_>, FunctionError>>()?;
    Ok(Bool::collect(rows, None, |row| {
        let text = Text::get(&sources, source.row(row));
        Some(columns.iter().any(|(argument, column)| {
            let wanted = Text::get(column, argument.row(row));
            if is_array {
                elements(wanted, is_prefix).any(|wanted| wanted.is_in(text))
            } else {
                Wanted::parse(wanted, is_prefix).is_some_and(|wanted| wanted.is_in(text))
            }
        }))
    }))
}

fn elements(array: &str, is_prefix: bool) -> impl Iterator<Item = Wanted> {
    Dynamic::new(array).elements().filter_map(move |text| Wanted::parse(&text.as_str()?, is_prefix))
}

/// An address, or the start of one.
#[derive(Debug)]
struct Wanted {
    text: Box<str>,
    /// The text is all of the address.
    is_whole: bool,
}

impl Wanted {
    /// `None` if it is no address, nor, where that is enough, one to three numbers with a point behind each.
    fn parse(text: &str, is_prefix: bool) -> Option<Self> {
        if matches!(address(text.as_bytes()), Some((_, []))) {
            return Some(Self { text: text.into(), is_whole: true });
        }
        if !is_prefix {
            return None;
        }
        let mut rest = text.as_bytes();
        for _ in 0..3 {
            rest = octet(rest)?.1.strip_prefix(b".")?;
            if rest.is_empty() {
                return Some(Self { text: text.into(), is_whole: false });
            }
        }
        None
    }

    /// Whether it stands in a text, with neither letters nor digits nor more numbers around the address.
    fn is_in(&self, source: &str) -> bool {
        source.match_indices(&*self.text).any(|(at, found)| {
            let (before, from) = source.split_at(at);
            let after = if self.is_whole {
                from.get(found.len()..)
            } else {
                address(from.as_bytes()).and_then(|(_, rest)| from.get(from.len() - rest.len()..))
            };
            after.is_some_and(|after| is_end(before.chars().rev()) && is_end(after.chars()))
        })
    }
}

/// Whether an address ends where these characters begin (or begins where they end).
fn is_end(mut outside: impl Iterator<Item = char>) -> bool {
    match outside.next() {
        None => true,
        Some('.') => !outside.next().is_some_and(|next| next.is_ascii_digit()),
        Some(next) => !next.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn addresses_stand_alone() {
        // kql-semantics, addresses; [D has-ipv4-function.md, has-any-ipv4-function.md]
        check(
            "has_ipv4",
            "string, string -> bool",
            "from 10.1.2.3:80 | 10.1.2.3 | true\nfrom10.1.2.3 | 10.1.2.3 | false\n10.1.2.30 | 10.1.2.3 | false\n\
             05:04:54 127.0.0.1 GET /favicon.ico 404 | 127.0.0.1 | true\n127.0.0.256 GET | 127.0.0.256 | false\n\
             05:04:54127.0.0.1 GET | 127.0.0.1 | false\nIt was 10.1.2.3. | 10.1.2.3 | true\n\
             1.10.1.2.3 | 10.1.2.3 | false\n110.1.2.3 10.1.2.3 | 10.1.2.3 | true",
        );
        check(
            "has_any_ipv4",
            "string, dynamic -> bool",
            "127.0.0.1 GET | [\"127.0.0.1\", \"127.0.0.2\"] | true\n127.0.0.256 | [\"127.0.0.256\",\"192.168.1.1\"] | false",
        );
        check(
            "has_any_ipv4",
            "string, string, string -> bool",
            "127.0.0.1 GET | 127.0.0.2 | 127.0.0.1 | true\n127.0.0.3 | 127.0.0.2 | 127.0.0.1 | false",
        );
    }

    #[test]
    fn starts_of_addresses_end_with_a_point() {
        // kql-semantics, addresses; [D has-ipv4-prefix-function.md, has-any-ipv4-prefix-function.md]
        check(
            "has_ipv4_prefix",
            "string, string -> bool",
            "from 10.1.2.3:80 | 10.1. | true\nfrom10.1.2.3 | 10.1. | false\n10.1.2.300 | 10.1. | false\n\
             GET 127.0.0.1 | 127.0 | false\nGET 127.0.0.256 | 127.0. | false\n127.0.0.1 | 127.0.0.1 | true\n\
             127.0.0.1 | 127.0.0.1. | false",
        );
        check(
            "has_any_ipv4_prefix",
            "string, dynamic -> bool",
            "GET 127.0.0.1 | [\"127.0.\", \"192.168.\"] | true\nGET 127.0.0.1 | [\"128.0.\"] | false",
        );
    }
}
