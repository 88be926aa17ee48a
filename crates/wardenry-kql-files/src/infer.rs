//! Finds the type that fits all values of a column.

use wardenry_kql_values::ScalarType;

use crate::cell;
use crate::reader::shown;
use crate::{MixedColumn, Place};

/// Types that values are taken for, in the order of [`Tally::kinds`].
const KINDS: [ScalarType; 7] = [
    ScalarType::Bool,
    ScalarType::Long,
    ScalarType::Real,
    ScalarType::Datetime,
    ScalarType::Guid,
    ScalarType::Dynamic,
    ScalarType::String,
];

/// What the values of a column have been so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    kinds: [Kind; KINDS.len()],
    /// Whether some are digits that would be changed as a number.
    has_identifiers: bool,
}

#[derive(Clone, Debug, Default)]
struct Kind {
    values: u64,
    first: Option<Place>,
    shown: String,
}

/// What a column of two types is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mixture {
    /// In a text file, everything is also a text.
    Text,
    /// In a JSON file, values keep their types as a dynamic value; texts and times are texts.
    Json,
}

impl Tally {
    /// Takes a cell of a text file into account. An empty one says nothing.
    pub(crate) fn add_text(&mut self, text: &str, place: Place) {
        if text.is_empty() {
            return;
        }
        let found = type_of_text(text);
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        self.has_identifiers |= found == ScalarType::String && is_number;
        self.add(found, text, place);
    }

    /// Takes a member of a JSON object into account. `null` says nothing, and no more does an empty text.
    pub(crate) fn add_json(&mut self, raw: &str, place: Place) {
        let found = match raw.as_bytes()[0] {
            b'n' => return,
            b't' | b'f' => ScalarType::Bool,
            b'{' | b'[' => ScalarType::Dynamic,
            b'"' => match &raw[1..raw.len() - 1] {
                // Missing texts are written as empty ones: they do not make a column of times a column of texts.
                "" => return,
                inner if cell::looks_like_datetime(inner) && cell::datetime::parse(inner).is_some() => {
                    ScalarType::Datetime
                }
                _ => ScalarType::String,
            },
            _ if raw.parse::<i64>().is_ok() => ScalarType::Long,
            _ => ScalarType::Real,
        };
        self.add(found, raw, place);
    }

    fn add(&mut self, found: ScalarType, text: &str, place: Place) {
        let Some(index) = KINDS.iter().position(|kind| *kind == found) else { return };
        let kind = &mut self.kinds[index];
        if kind.first.is_none() {
            kind.first = Some(place);
            kind.shown = shown(text);
        }
        kind.values += 1;
    }

    fn found(&self) -> impl Iterator<Item = (ScalarType, &Kind)> {
        KINDS.into_iter().zip(&self.kinds).filter(|(_, kind)| kind.values > 0)
    }

    /// The type of the column. Without values it is text: the one type that takes whatever comes later. Whole numbers and fractions are
    /// `real` together.
    pub(crate) fn scalar_type(&self, mixture: Mixture) -> ScalarType {
        let is_all = |of: &[ScalarType]| self.found().all(|(kind, _)| of.contains(&kind));
        match self.found().next() {
            None => ScalarType::String,
            Some((first, _)) if is_all(&[first]) => first,
            _ if is_all(&[ScalarType::Long, ScalarType::Real]) => ScalarType::Real,
            _ if mixture == Mixture::Text || is_all(&[ScalarType::String, ScalarType::Datetime]) => {
                ScalarType::String
            }
            _ => ScalarType::Dynamic,
        }
    }

    /// What to say of a column whose type follows from few of its values, if it has one other type but for these.
    pub(crate) fn mixed(&self, name: &str, mixture: Mixture) -> Option<MixedColumn> {
        let scalar_type = self.scalar_type(mixture);
        let (number, text) = (|kind| matches!(kind, ScalarType::Long | ScalarType::Real), ScalarType::String);
        let values: u64 = self.found().map(|(_, kind)| kind.values).sum();
        let numbers: u64 = self.found().filter(|(kind, _)| number(*kind)).map(|(_, kind)| kind.values).sum();
        let (mostly, fitting) = if numbers * 2 > values {
            let whole = self.found().all(|(kind, _)| kind != ScalarType::Real);
            (if whole { ScalarType::Long } else { ScalarType::Real }, numbers)
        } else {
            let (kind, found) = self.found().max_by_key(|(_, kind)| kind.values)?;
            (kind, found.values)
        };
        let is_worth_a_word = mostly != scalar_type && mostly != text && fitting * 2 > values;
        if !is_worth_a_word || self.has_identifiers {
            return None;
        }
        let others = self.found().filter(|(kind, _)| *kind != mostly && !(number(*kind) && number(mostly)));
        let first = others.map(|(_, kind)| kind).min_by_key(|kind| kind.first)?;
        Some(MixedColumn {
            column: name.into(),
            scalar_type,
            mostly,
            values,
            others: values - fitting,
            first: first.first?,
            value: first.shown.clone(),
        })
    }
}

/// The narrowest type whose text form this is.
///
/// Digits behind a leading zero, and more digits than a `long` has, are text: they are identifiers, and as numbers they
/// would be changed.
fn type_of_text(text: &str) -> ScalarType {
    let first = text.as_bytes()[0];
    match first {
        b'{' | b'[' if cell::is_json(text) => return ScalarType::Dynamic,
        b't' | b'T' | b'f' | b'F'
            if matches!(text, "true" | "false" | "True" | "False" | "TRUE" | "FALSE") =>
        {
            return ScalarType::Bool;
        }
        b'0'..=b'9' | b'-' | b'.' => {}
        _ if text.len() == 36 && cell::guid::parse(text).is_some() => return ScalarType::Guid,
        _ => return ScalarType::String,
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let identifier = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = !identifier && text.parse::<i64>().is_ok();
        return if number { ScalarType::Long } else { ScalarType::String };
    }
    if text.len() == 36 && cell::guid::parse(text).is_some() {
        ScalarType::Guid
    } else if cell::looks_like_datetime(text) && cell::datetime::parse(text).is_some() {
        ScalarType::Datetime
    } else if !identifier && digits.starts_with(|c: char| c.is_ascii_digit()) && is_decimal_fraction(digits) {
        ScalarType::Real
    } else {
        ScalarType::String
    }
}

/// `12.5`, `1e9`, `1.5E-3`.
fn is_decimal_fraction(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for (line, value) in (2..).zip(values) {
            tally.add_text(value, Place::Line(line));
        }
        tally
    }

    fn json(values: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for (line, value) in (1..).zip(values) {
            tally.add_json(value, Place::Line(line));
        }
        tally
    }

    #[test]
    fn the_narrowest_type_that_fits_every_cell() {
        for (values, expected) in [
            (&["1", "", "-20"][..], ScalarType::Long),
            (&["1", "2.5"], ScalarType::Real),
            (&["2.5", "1"], ScalarType::Real),
            (&["1", "x"], ScalarType::String),
            (&["0123"], ScalarType::String),
            (&["0", "0.5"], ScalarType::Real),
            (&["99999999999999999999"], ScalarType::String),
            (&["true", "False"], ScalarType::Bool),
            (&["true", "1"], ScalarType::String),
            (&["2024-02-03T04:05:06Z", "2024-02-03"], ScalarType::Datetime),
            (&["2024-02-03", "yesterday"], ScalarType::String),
            (&["74be27de-1e4e-49d9-b579-fe0b331d3642"], ScalarType::Guid),
            (&["a4be27de-1e4e-49d9-b579-fe0b331d3642"], ScalarType::Guid),
            (&["{\"a\":1}", "[1]"], ScalarType::Dynamic),
            (&["{not json"], ScalarType::String),
            (&["10.1.2.3"], ScalarType::String),
            (&["", ""], ScalarType::String),
            (&[], ScalarType::String),
        ] {
            assert_eq!(texts(values).scalar_type(Mixture::Text), expected, "{values:?}");
        }
        for (values, expected) in [
            (&["1", "null", "2"][..], ScalarType::Long),
            (&["1", "\"x\""], ScalarType::Dynamic),
            (&["\"\"", "\"2024-02-03\""], ScalarType::Datetime),
            (&["\"2024-02-03\"", "\"soon\""], ScalarType::String),
            (&["\"2024-02-03\"", "5"], ScalarType::Dynamic),
            (&["{}", "[1]"], ScalarType::Dynamic),
            (&["\"\"", "\"\""], ScalarType::String),
        ] {
            assert_eq!(json(values).scalar_type(Mixture::Json), expected, "{values:?}");
        }
    }

    #[test]
    fn few_values_that_make_the_type_are_named() {
        use ScalarType::{Datetime, Dynamic, Long, Real, String};
        let column = |scalar_type, mostly, values, others, line, value: &str| MixedColumn {
            column: "c".into(),
            scalar_type,
            mostly,
            values,
            others,
            first: Place::Line(line),
            value: value.to_owned(),
        };
        for (values, expected) in [
            (&["1", "2", "n/a"][..], Some(column(String, Long, 3, 1, 4, "`n/a`"))),
            (&["-", "1.5", "2"], Some(column(String, Real, 3, 1, 2, "`-`"))),
            (&["2024-02-03", "2024-02-04", "5"], Some(column(String, Datetime, 3, 1, 4, "`5`"))),
            // Half of them is no accident, and a leading zero is meant.
            (&["1", "x"], None),
            (&["94105", "94107", "02134"], None),
            (&["1", "2.5"], None),
            (&["a", "b", "1"], None),
        ] {
            assert_eq!(texts(values).mixed("c", Mixture::Text), expected, "{values:?}");
        }
        assert_eq!(
            json(&["1", "2", "\"3\""]).mixed("c", Mixture::Json),
            Some(column(Dynamic, Long, 3, 1, 3, "`\"3\"`"))
        );
        assert_eq!(json(&["{}", "[]", "1"]).mixed("c", Mixture::Json), None);
    }
}
