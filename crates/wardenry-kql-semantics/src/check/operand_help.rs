//! What would make operands fit whose types do not.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast::BinaryOperator;
use wardenry_kql_values::{ScalarType, Value, datetime, integer, real, timespan};

use super::expr::Typed;
use crate::checked::{Expr, ExprKind};

/// Adds what to write instead, if that can be told from the operands.
pub(super) fn with_help(
    diagnostic: Diagnostic,
    operator: BinaryOperator,
    left: &Typed,
    right: &Typed,
) -> Diagnostic {
    use BinaryOperator as B;
    let types = [left.expr.scalar_type, right.expr.scalar_type];
    let compares = matches!(
        operator,
        B::Equal | B::NotEqual | B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual
    );
    let computes = matches!(operator, B::Add | B::Subtract | B::Multiply | B::Divide | B::Modulo);
    for (operand, other) in [(right, types[0]), (left, types[1])] {
        let own = operand.expr.scalar_type;
        if compares && let Some(fix) = meant(operand, other) {
            return fix.apply(diagnostic);
        }
        match (own, other) {
            (ScalarType::String, number) if number.is_number() && (compares || computes) => {
                return match number_in_text(operand) {
                    Some(fix) => fix.apply(diagnostic),
                    None if operator == B::Add => diagnostic.with_note(
                        "`strcat()` puts texts together; `tolong()` and `todouble()` make numbers of texts",
                    ),
                    None => diagnostic
                        .with_note("make a number of the text with `tolong()` or `todouble()` first"),
                };
            }
            (ScalarType::Timespan, ScalarType::Datetime) if compares => {
                return diagnostic.with_note("`ago(1d)` is the instant that lies so far back");
            }
            (number, ScalarType::Datetime) if number.is_number() && compares => {
                return diagnostic.with_note("an instant is written `datetime(2026-01-31)` or `ago(7d)`");
            }
            (number, ScalarType::Datetime)
                if number.is_number() && matches!(operator, B::Add | B::Subtract) =>
            {
                return diagnostic.with_note("a duration has a unit: `7d`, `1h`, `30m`");
            }
            (number, ScalarType::Timespan) if number.is_number() && (compares || computes) => {
                return diagnostic.with_note("a duration has a unit: `7d`, `1h`, `30m`");
            }
            _ => {}
        }
    }
    diagnostic
}

/// A replacement of an operand, and what to know about it.
pub(super) struct Meant {
    pub(super) span: Span,
    pub(super) replacement: String,
    note: Option<String>,
}

impl Meant {
    fn apply(self, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = match self.note {
            Some(note) => diagnostic.with_note(note),
            None => diagnostic,
        };
        diagnostic.with_replacement(format!("use `{}`", self.replacement), self.span, self.replacement)
    }
}

/// What was meant by an operand where another type is needed: `2026-06-01` or `"2026-06-01"` for an instant, `"7d"` for a
/// timespan.
pub(super) fn meant(operand: &Typed, needed: ScalarType) -> Option<Meant> {
    match needed {
        ScalarType::Datetime => date_of_differences(&operand.expr).or_else(|| date_in_text(operand)),
        ScalarType::Timespan => timespan_in_text(operand),
        _ => None,
    }
}

/// The text of a literal that stands there as such.
fn written_text(operand: &Typed) -> Option<&str> {
    match &operand.constant {
        Some(Value::String(text)) if operand.written => Some(text),
        _ => None,
    }
}

fn date_in_text(operand: &Typed) -> Option<Meant> {
    let text = written_text(operand)?.trim();
    let is_plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | '/' | ' ' | 'T' | 'Z' | '+'));
    if !is_plain || !text.contains(['-', '/']) {
        return None;
    }
    datetime::parse_literal(text)?;
    Some(Meant { span: operand.expr.span, replacement: format!("datetime({text})"), note: None })
}

fn timespan_in_text(operand: &Typed) -> Option<Meant> {
    let text = written_text(operand)?.trim();
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '.')) {
        return None;
    }
    let replacement = match timespan::parse_with_unit(text) {
        Some(_) => text.to_owned(),
        None => {
            timespan::parse(text)?;
            format!("timespan({text})")
        }
    };
    Some(Meant { span: operand.expr.span, replacement, note: None })
}

fn number_in_text(operand: &Typed) -> Option<Meant> {
    let text = written_text(operand)?.trim();
    let is_plain =
        text.chars().all(|c| c.is_ascii_digit() || c == '.') && text.starts_with(|c: char| c != '.');
    if !is_plain || integer::parse_long(text).is_none() && real::parse(text).is_none() {
        return None;
    }
    Some(Meant {
        span: operand.expr.span,
        replacement: text.to_owned(),
        note: Some("a number stands without quotes".to_owned()),
    })
}

/// `2026-06-01`, which subtracts.
fn date_of_differences(expr: &Expr) -> Option<Meant> {
    let (rest, day) = difference(expr)?;
    let (year, month) = difference(rest)?;
    let year = written_number(year, 4)?;
    let (month, day) = (written_number(month, 2)?, written_number(day, 2)?);
    let date = format!("{year:04}-{month:02}-{day:02}");
    if expr.span.end - expr.span.start != 10 || !(1000..=9999).contains(&year) {
        return None;
    }
    datetime::parse_literal(&date)?;
    Some(Meant {
        span: expr.span,
        replacement: format!("datetime({date})"),
        note: Some(format!("`{date}` subtracts whole numbers: it is {}", year - month - day)),
    })
}

fn difference(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match &expr.kind {
        ExprKind::Call { function: "-", arguments } => match arguments.as_slice() {
            [left, right] => Some((left, right)),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number that is written with so many digits.
fn written_number(expr: &Expr, digits: u32) -> Option<i64> {
    match expr.kind {
        ExprKind::Literal(Value::Long(Some(number))) if expr.span.end - expr.span.start == digits => {
            Some(number)
        }
        _ => None,
    }
}
