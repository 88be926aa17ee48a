//! The patterns of `parse` and `parse-where`.
//!
//! A pattern must match the whole text. In the simple and the relaxed mode the literals are plain texts, `*` skips and a
//! column takes as little as it can; in the regex mode the literals are regular expressions and both take as much as they
//! can, unless the flags say otherwise. What a column takes is text: its conversion to the column's type, and what a
//! failed one means, are left to the caller.
//!
//! [D parse-operator.md], [D parse-where-operator.md], kql-semantics §16.

use std::fmt::Write as _;
use std::ops::Range;

use regex::{CaptureLocations, Regex};
use wardenry_kql_values::ScalarType;

use crate::FunctionError;
use crate::strings::compile_pattern;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternItem {
    /// `*`
    Skip,
    Literal(Box<str>),
    /// A column of a type. A number that a `*` follows takes the digits only.
    Column(ScalarType),
}

/// How a pattern is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternMode {
    /// Simple and relaxed patterns match alike: they differ in what a failed conversion does.
    Plain,
    /// With flags such as `U`, `i`, `m`, `s`.
    Regex { flags: Box<str> },
}

/// A prepared pattern.
#[derive(Clone, Debug)]
pub struct TextPattern {
    columns: usize,
    matcher: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    Plain(Vec<PatternItem>),
    /// With the group of each column.
    Regex(Regex, Vec<usize>),
}

/// Where the columns of a pattern are in a text: reused from text to text.
#[derive(Clone, Debug)]
pub struct Captures {
    spans: Vec<Range<usize>>,
    locations: Option<CaptureLocations>,
}

impl Captures {
    /// The part of the text that each column of the pattern takes, in the order of the pattern.
    pub fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }
}

impl TextPattern {
    /// Prepares a pattern. `regex_size` is the largest compiled regular expression, in bytes; a faulty or larger one is
    /// refused.
    pub fn new(items: &[PatternItem], mode: &PatternMode, regex_size: usize) -> Result<Self, FunctionError> {
        let columns = items.iter().filter(|item| matches!(item, PatternItem::Column(_))).count();
        let matcher = match mode {
            PatternMode::Plain => Matcher::Plain(joined(items)),
            PatternMode::Regex { flags } => {
                let regex = compile_pattern("parse", &expression(items, flags), regex_size)?;
                // The literals may have groups of their own, even with names: ours are told apart by their names.
                let groups = (0..columns).filter_map(|column| {
                    let name = group_name(column);
                    regex.capture_names().position(|known| known == Some(&name))
                });
                let groups = groups.collect();
                Matcher::Regex(regex, groups)
            }
        };
        Ok(Self { columns, matcher })
    }

    /// Room for the captures of this pattern.
    pub fn captures(&self) -> Captures {
        Captures {
            spans: vec![0..0; self.columns],
            locations: match &self.matcher {
                Matcher::Plain(_) => None,
                Matcher::Regex(regex, _) => Some(regex.capture_locations()),
            },
        }
    }

    /// Whether the pattern matches the text, and where its columns are.
    pub fn matches(&self, text: &str, captures: &mut Captures) -> bool {
        match &self.matcher {
            Matcher::Plain(items) => match_plain(items, text, &mut captures.spans),
            Matcher::Regex(regex, groups) => {
                let locations = captures.locations.get_or_insert_with(|| regex.capture_locations());
                if regex.captures_read(locations, text).is_none() {
                    return false;
                }
                for (span, group) in captures.spans.iter_mut().zip(groups) {
                    *span = locations.get(*group).map_or(0..0, |(start, end)| start..end);
                }
                true
            }
        }
    }
}

/// The items without empty literals, and with neighbouring literals joined.
fn joined(items: &[PatternItem]) -> Vec<PatternItem> {
    let mut joined: Vec<PatternItem> = Vec::with_capacity(items.len());
    for item in items {
        match (joined.last_mut(), item) {
            (_, PatternItem::Literal(text)) if text.is_empty() => {}
            (Some(PatternItem::Literal(before)), PatternItem::Literal(text)) => {
                *before = format!("{before}{text}").into();
            }
            (Some(PatternItem::Skip), PatternItem::Skip) => {}
            _ => joined.push(item.clone()),
        }
    }
    joined
}

/// Matches literals at their first places: that leaves most to what follows, so that no other choice could match where
/// this does not. Only a literal at the end of the pattern is held to the end of the text.
fn match_plain(items: &[PatternItem], text: &str, spans: &mut [Range<usize>]) -> bool {
    let mut place = 0;
    let mut column = 0;
    let mut index = 0;
    while index < items.len() {
        // Skips and columns up to the next literal, which says where they end.
        let open = index;
        while index < items.len() && !matches!(items[index], PatternItem::Literal(_)) {
            index += 1;
        }
        let end = match items.get(index) {
            None => text.len(),
            Some(PatternItem::Literal(literal)) => {
                let is_last = index + 1 == items.len();
                let rest = &text[place..];
                let found = match (open == index, is_last) {
                    (true, false) => rest.starts_with(&**literal).then_some(0),
                    (true, true) => (rest == &**literal).then_some(0),
                    (false, true) => rest.ends_with(&**literal).then(|| rest.len() - literal.len()),
                    (false, false) => rest.find(&**literal),
                };
                let Some(found) = found else { return false };
                place + found
            }
            Some(_) => return false,
        };
        take(&items[open..index], text, place..end, spans, &mut column);
        place = match items.get(index) {
            Some(PatternItem::Literal(literal)) => end + literal.len(),
            _ => end,
        };
        index += 1;
    }
    place == text.len()
}

/// Shares `range` among neighbouring skips and columns: the last one takes the rest, those before it as little as they
/// can, which for a number is its digits and for all else nothing.
fn take(
    items: &[PatternItem],
    text: &str,
    range: Range<usize>,
    spans: &mut [Range<usize>],
    column: &mut usize,
) {
    let mut start = range.start;
    for (index, item) in items.iter().enumerate() {
        let end = match item {
            _ if index + 1 == items.len() => range.end,
            PatternItem::Column(scalar_type) if scalar_type.is_number() => {
                start + number_len(&text[start..range.end], *scalar_type)
            }
            _ => start,
        };
        if let PatternItem::Column(_) = item {
            if let Some(span) = spans.get_mut(*column) {
                *span = start..end;
            }
            *column += 1;
        }
        start = end;
    }
}

/// How many bytes at the start of a text make a number.
fn number_len(text: &str, scalar_type: ScalarType) -> usize {
    let digits =
        |from: usize| text.as_bytes()[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(text.starts_with(['-', '+']));
    let whole = digits(sign);
    if whole == 0 {
        return 0;
    }
    let end = sign + whole;
    if !scalar_type.is_integer() && text[end..].starts_with('.') {
        return end + 1 + digits(end + 1);
    }
    end
}

/// The regular expression of a pattern in the regex mode.
fn expression(items: &[PatternItem], flags: &str) -> String {
    let known: String = flags.chars().filter(|flag| "imsUu".contains(*flag)).collect();
    let mut expression = String::from(r"\A");
    if !known.is_empty() {
        let _infallible = write!(expression, "(?{known})");
    }
    let mut column = 0;
    for item in items {
        match item {
            PatternItem::Skip => expression.push_str(".*?"),
            PatternItem::Literal(literal) => {
                let _infallible = write!(expression, "(?:{literal})");
            }
            PatternItem::Column(scalar_type) => {
                let taken = match scalar_type {
                    ScalarType::Int | ScalarType::Long => r"[-+]?\d+",
                    ScalarType::Real | ScalarType::Decimal => r"[-+]?\d+(?:\.\d*)?",
                    _ => ".*",
                };
                let _infallible = write!(expression, "(?P<{}>{taken})", group_name(column));
                column += 1;
            }
        }
    }
    expression.push_str(r"\z");
    expression
}

fn group_name(column: usize) -> String {
    format!("wardenry_column_{column}")
}

#[cfg(test)]
mod tests {
    use ScalarType::{Datetime, Long, Real, String as Text};

    use super::*;

    fn literal(text: &str) -> PatternItem {
        PatternItem::Literal(text.into())
    }

    fn column(scalar_type: ScalarType) -> PatternItem {
        PatternItem::Column(scalar_type)
    }

    /// What the columns take of a text, or `None` if the pattern does not match.
    fn taken<'t>(items: &[PatternItem], mode: &PatternMode, text: &'t str) -> Option<Vec<&'t str>> {
        let pattern = TextPattern::new(items, mode, 1 << 20).expect("the pattern is in order");
        let mut captures = pattern.captures();
        let matches = pattern.matches(text, &mut captures);
        matches.then(|| captures.spans().iter().map(|span| &text[span.clone()]).collect())
    }

    fn plain<'t>(items: &[PatternItem], text: &'t str) -> Option<Vec<&'t str>> {
        taken(items, &PatternMode::Plain, text)
    }

    fn regex<'t>(items: &[PatternItem], flags: &str, text: &'t str) -> Option<Vec<&'t str>> {
        taken(items, &PatternMode::Regex { flags: flags.into() }, text)
    }

    /// kql-semantics §16.
    #[test]
    fn columns_take_what_lies_between_literals() {
        let items = [literal("user="), column(Text), literal(" id="), column(Long)];
        assert_eq!(plain(&items, "user=bob id=42"), Some(vec!["bob", "42"]));
        assert_eq!(plain(&items, "user=eve id=x"), Some(vec!["eve", "x"]));
        assert_eq!(plain(&items, "other"), None);
        let items = [PatternItem::Skip, literal("b="), column(Long), literal(";"), PatternItem::Skip];
        assert_eq!(plain(&items, "a=1;b=2;c=3"), Some(vec!["2"]));
        assert_eq!(plain(&items, "b=9;"), Some(vec!["9"]));
    }

    #[test]
    fn the_whole_text_must_match() {
        assert_eq!(plain(&[literal("a")], "ab"), None);
        assert_eq!(plain(&[literal("a")], "a"), Some(vec![]));
        assert_eq!(plain(&[literal("a"), literal("b")], "ab"), Some(vec![]));
        assert_eq!(plain(&[literal("b"), column(Text)], "ab"), None);
        assert_eq!(plain(&[column(Text), literal(";")], "1;2;"), Some(vec!["1;2"]));
        assert_eq!(plain(&[column(Text), literal(";")], "1;2"), None);
        assert_eq!(plain(&[literal("aa"), PatternItem::Skip, literal("aa")], "aaa"), None);
        assert_eq!(plain(&[], ""), Some(vec![]));
        assert_eq!(plain(&[], "a"), None);
        assert_eq!(plain(&[PatternItem::Skip], "a"), Some(vec![]));
    }

    /// [D parse-operator.md]: the example writes `totalSlices: long * "sliceNumber="`.
    #[test]
    fn a_number_before_an_asterisk_takes_its_digits() {
        let items = [
            PatternItem::Skip,
            literal("resourceName="),
            column(Text),
            literal(", totalSlices="),
            column(Long),
            PatternItem::Skip,
            literal("sliceNumber="),
            column(Long),
            PatternItem::Skip,
            literal("lockTime="),
            column(Text),
            literal(", releaseTime="),
            column(Datetime),
            literal(","),
            PatternItem::Skip,
            literal("previousLockTime="),
            column(Datetime),
            literal(")"),
            PatternItem::Skip,
        ];
        let text = "Event: NotifySliceRelease (resourceName=PipelineScheduler, totalSlices=27, sliceNumber=23, \
                    lockTime=02/17/2016 08:40:01, releaseTime=02/17/2016 08:40:01, previousLockTime=02/17/2016 08:39:01)";
        let expected = vec![
            "PipelineScheduler",
            "27",
            "23",
            "02/17/2016 08:40:01",
            "02/17/2016 08:40:01",
            "02/17/2016 08:39:01",
        ];
        assert_eq!(plain(&items, text), Some(expected));
        assert_eq!(plain(&[column(Real), PatternItem::Skip], "-1.5e"), Some(vec!["-1.5"]));
        assert_eq!(plain(&[column(Long), column(Text)], "-15x"), Some(vec!["-15", "x"]));
    }

    /// [D parse-operator.md]
    #[test]
    fn expressions_are_greedy_unless_told_otherwise() {
        let text =
            "(resourceName=PipelineScheduler, totalSlices=27, releaseTime=02/17/2016 08:40:01, previous)";
        let items =
            [PatternItem::Skip, literal("resourceName="), column(Text), literal(","), PatternItem::Skip];
        assert_eq!(
            regex(&items, "", text),
            Some(vec!["PipelineScheduler, totalSlices=27, releaseTime=02/17/2016 08:40:01"])
        );
        let items =
            [PatternItem::Skip, literal("RESOURCENAME="), column(Text), literal(","), PatternItem::Skip];
        assert_eq!(regex(&items, "", text), None);
        assert_eq!(regex(&items, "Ui", text), Some(vec!["PipelineScheduler"]));
    }

    /// [D parse-operator.md]: literals with groups of their own, and numbers.
    #[test]
    fn expressions_may_have_groups() {
        let items = [
            literal("(.*?)[a-zA-Z]*="),
            column(Text),
            literal(r", totalSlices=\s*\d+\s*.*?sliceNumber="),
            column(Long),
            literal(".*?(previous)?lockTime="),
            column(Text),
            literal(r"\)"),
        ];
        let text = "Event (resourceName=Pipeline, totalSlices=27, sliceNumber=15, lockTime=02/17/2016)";
        assert_eq!(regex(&items, "", text), Some(vec!["Pipeline", "15", "02/17/2016"]));
        let error = TextPattern::new(&[literal("(")], &PatternMode::Regex { flags: "".into() }, 1 << 20)
            .expect_err("faulty");
        assert!(error.to_string().starts_with("parse: the regular expression is faulty: "), "{error}");
    }
}
