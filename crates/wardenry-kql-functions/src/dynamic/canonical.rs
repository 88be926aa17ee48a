//! One text for each value: compact for showing, with sorted names for comparing.

use std::borrow::Cow;
use std::cmp::Ordering;

use wardenry_kql_values::real;

use super::scan::{string_end, value_end};
use super::text::{has_minimal_escapes, unescape, write_string};
use super::validate::MAX_DEPTH;
use super::value::{Dynamic, Kind};

impl<'a> Dynamic<'a> {
    /// The JSON text as `tostring` shows it: no blanks, names in their order, reals with a fraction, escapes only where
    /// they are needed. Borrowed if the text is like that already.
    pub fn compact(self) -> Cow<'a, str> {
        let text = self.text();
        let bytes = text.as_bytes();
        let mut out: Option<String> = None;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let end = match byte {
                b' ' | b'\n' | b'\r' | b'\t' => {
                    out.get_or_insert_with(|| text[..at].to_owned());
                    at += 1;
                    continue;
                }
                b'{' | b'}' | b'[' | b']' | b',' | b':' => at + 1,
                b'"' => match string_end(bytes, at + 1) {
                    Some((end, true)) => {
                        let inside = text.get(at + 1..end - 1).unwrap_or_default();
                        if has_minimal_escapes(inside) {
                            if let Some(out) = &mut out {
                                out.push_str(text.get(at..end).unwrap_or_default());
                            }
                            at = end;
                            continue;
                        }
                        let out = out.get_or_insert_with(|| text[..at].to_owned());
                        write_string(out, &unescape(inside));
                        at = end;
                        continue;
                    }
                    Some((end, false)) => end,
                    None => bytes.len(),
                },
                _ => {
                    let end = value_end(bytes, at).unwrap_or(bytes.len());
                    let token = text.get(at..end).unwrap_or_default();
                    if let Cow::Owned(number) = compact_number(token) {
                        out.get_or_insert_with(|| text[..at].to_owned()).push_str(&number);
                        at = end;
                        continue;
                    }
                    end
                }
            };
            if let Some(out) = &mut out {
                out.push_str(text.get(at..end).unwrap_or_default());
            }
            at = end;
        }
        out.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// The compact text with the members of bags sorted by name, and the first of several members of one name only.
    ///
    /// Two values are equal where KQL compares dynamic values (sets, `array_index_of`, `make_set`) exactly if these texts
    /// are: `1` and `1.0` differ, as `long` and `real` do, and `1.0` and `1.00` do not.
    pub fn canonical(self) -> Cow<'a, str> {
        if !self.text().contains('{') {
            return self.compact();
        }
        let mut out = String::with_capacity(self.text().len());
        self.write_canonical(&mut out, 0);
        Cow::Owned(out)
    }

    fn write_canonical(self, out: &mut String, depth: usize) {
        match self.kind() {
            Kind::Array if depth < MAX_DEPTH => {
                out.push('[');
                for (index, element) in self.elements().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    element.write_canonical(out, depth + 1);
                }
                out.push(']');
            }
            Kind::Bag if depth < MAX_DEPTH => {
                let mut members: Vec<_> = self.members().map(|(key, value)| (key.name(), value)).collect();
                members.sort_by(|(left, _), (right, _)| left.cmp(right));
                members.dedup_by(|(later, _), (earlier, _)| later == earlier);
                out.push('{');
                for (index, (name, value)) in members.into_iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_string(out, &name);
                    out.push(':');
                    value.write_canonical(out, depth + 1);
                }
                out.push('}');
            }
            _ => out.push_str(&self.compact()),
        }
    }

    /// The order of `array_sort_asc`, nulls aside: numbers, then texts, then everything else.
    pub fn order(self, other: Self) -> Ordering {
        self.sort_rank().cmp(&other.sort_rank()).then_with(|| match self.sort_rank() {
            SortRank::Number => match (self.as_i64(), other.as_i64()) {
                (Some(left), Some(right)) => left.cmp(&right),
                _ => self.as_f64().unwrap_or(f64::NAN).total_cmp(&other.as_f64().unwrap_or(f64::NAN)),
            },
            SortRank::Text => self.as_str().cmp(&other.as_str()),
            SortRank::Other => self.canonical().cmp(&other.canonical()),
        })
    }

    pub(super) fn sort_rank(self) -> SortRank {
        match self.kind() {
            Kind::Long | Kind::Real => SortRank::Number,
            Kind::String => SortRank::Text,
            Kind::Bool | Kind::Array | Kind::Bag | Kind::Null => SortRank::Other,
        }
    }
}

/// Elements of a lower rank come first, whatever the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortRank {
    Number,
    Text,
    Other,
}

/// A number with its fraction as short as can be. Integers of any size keep their digits.
fn compact_number(token: &str) -> Cow<'_, str> {
    if token == "-0" {
        return Cow::Owned("0".to_owned());
    }
    if !token.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) || is_short_decimal(token) {
        return Cow::Borrowed(token);
    }
    match token.parse::<f64>() {
        Ok(number) if number.is_finite() => {
            let text = real::text(number);
            if text == token { Cow::Borrowed(token) } else { Cow::Owned(text) }
        }
        _ => Cow::Borrowed(token),
    }
}

/// Whether a number is as short as can be without a look at its value: 15 digits at most, no needless zero at the end, neither
/// large nor small enough for an exponent. Doubles tell all decimals of 15 digits apart, so that none of them has a
/// shorter form.
fn is_short_decimal(token: &str) -> bool {
    let digits = token.strip_prefix('-').unwrap_or(token);
    let Some((whole, fraction)) = digits.split_once('.') else {
        return false;
    };
    digits.len() <= 16
        && (fraction == "0" || !fraction.ends_with('0'))
        && (whole != "0" || !fraction.starts_with("0000"))
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Dynamic;

    #[test]
    fn tostring_shows_no_blanks_and_short_reals() {
        // kql-semantics, casts and text forms [D tostring-function.md].
        assert_eq!(
            Dynamic::new(r#"{"on": true, "n": 1.50, "l": [1, 2]}"#).compact(),
            r#"{"on":true,"n":1.5,"l":[1,2]}"#
        );
        let escapes = Dynamic::new(r#" "a\/b \u0041\u00e9\ud83d\ude00 \"q\" \t\u0001" "#);
        assert_eq!(escapes.compact(), r#""a/b Aé😀 \"q\" \t\u0001""#);
        assert_eq!(
            Dynamic::new("[1e3, 10.0, 12345678901234567890]").compact(),
            "[1000.0,10.0,12345678901234567890]"
        );
    }

    #[test]
    fn short_decimals_are_what_the_long_way_would_write() {
        for token in [
            "0.5",
            "1.25",
            "-12.125",
            "0.0001",
            "0.00001",
            "1.0",
            "0.0",
            "99999999999999.9",
            "0.10",
            "1e3",
            "1.5e3",
        ] {
            let number: f64 = token.parse().expect("a number");
            assert_eq!(Dynamic::new(token).compact(), wardenry_kql_values::real::text(number), "{token}");
        }
    }

    #[test]
    fn canonical_text_is_sorted_at_every_depth() {
        // [D dynamic-to-json-function.md]
        let bag = r#"{"Y10":{},"X8":{"c3":1,"d8":5,"a4":6},"D1":114,"A1":12,"B1":2,"C1":3,"A14":[15,13,18]}"#;
        assert_eq!(
            Dynamic::new(bag).canonical(),
            r#"{"A1":12,"A14":[15,13,18],"B1":2,"C1":3,"D1":114,"X8":{"a4":6,"c3":1,"d8":5},"Y10":{}}"#
        );
    }
}
