//! Finds the type that fits all values of a column.

use wardenry_kql_values::ScalarType;

use crate::cell;

/// What the values of a column have been so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Guess {
    /// Nothing but missing values.
    #[default]
    Unknown,
    Is(ScalarType),
}

impl Guess {
    /// A column without values is text: the one type that takes whatever comes later.
    pub(crate) fn scalar_type(self) -> ScalarType {
        match self {
            Self::Unknown => ScalarType::String,
            Self::Is(scalar_type) => scalar_type,
        }
    }

    /// Takes another value's type into account. Whole numbers and fractions are `real` together; otherwise values of
    /// two types are one in `mixed`.
    #[must_use]
    pub(crate) fn with(self, found: ScalarType, mixed: ScalarType) -> Self {
        use ScalarType::{Long, Real};
        Self::Is(match self {
            Self::Unknown => found,
            Self::Is(before) if before == found => before,
            Self::Is(Long | Real) if matches!(found, Long | Real) => Real,
            Self::Is(_) => mixed,
        })
    }

    /// Takes a cell of a text file into account. An empty one says nothing.
    #[must_use]
    pub(crate) fn with_text(self, text: &str) -> Self {
        if text.is_empty() || self == Self::Is(ScalarType::String) {
            return self;
        }
        self.with(type_of_text(text), ScalarType::String)
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

    fn guess(values: &[&str]) -> ScalarType {
        values.iter().fold(Guess::default(), |guess, value| guess.with_text(value)).scalar_type()
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
            assert_eq!(guess(values), expected, "{values:?}");
        }
    }
}
