//! Expressions.

use std::fmt::Write as _;

use wardenry_kql_values::Value;

use super::super::{AggregateCall, Expr, ExprKind, PathStep, SortKey};
use super::{Names, subquery};

/// How tightly operators bind, as in the grammar. What needs no parentheses anywhere binds tightest.
mod level {
    pub(super) const LOOSEST: u8 = 0;
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const EQUALITY: u8 = 3;
    pub(super) const RELATION: u8 = 4;
    pub(super) const SUM: u8 = 5;
    pub(super) const PRODUCT: u8 = 6;
    pub(super) const TEXT: u8 = 7;
    pub(super) const SIGN: u8 = 8;
    pub(super) const OPERAND: u8 = 9;
}

pub(super) fn expression(expr: &Expr, names: &Names<'_>) -> String {
    at_level(expr, names, level::LOOSEST)
}

pub(super) fn list(exprs: &[Expr], names: &Names<'_>) -> String {
    exprs.iter().map(|expr| expression(expr, names)).collect::<Vec<_>>().join(", ")
}

/// An expression in parentheses if it binds more loosely than its place asks for.
fn at_level(expr: &Expr, names: &Names<'_>, least: u8) -> String {
    let (text, level) = text_and_level(expr, names);
    if level < least { format!("({text})") } else { text }
}

fn text_and_level(expr: &Expr, names: &Names<'_>) -> (String, u8) {
    let text = match &expr.kind {
        ExprKind::Literal(value) => {
            let text = literal(value);
            let level = if text.starts_with('-') { level::SIGN } else { level::OPERAND };
            return (text, level);
        }
        ExprKind::Column(id) => names.name(*id),
        ExprKind::Call { function, arguments } => return call(function, arguments, names),
        ExprKind::Path { base, steps } => {
            let mut text = at_level(base, names, level::OPERAND);
            for step in steps {
                _ = match step {
                    PathStep::Member(name) => match crate::written_name(name) {
                        word if word.starts_with('[') => write!(text, "[{}]", quoted(name)),
                        word => write!(text, ".{word}"),
                    },
                    PathStep::Index(index) => write!(text, "[{index}]"),
                    PathStep::Computed(index) => write!(text, "[{}]", expression(index, names)),
                };
            }
            text
        }
        ExprKind::Window { function, arguments } => format!("{function}({})", list(arguments, names)),
        ExprKind::ScalarSubquery(rel) => format!("toscalar{}", subquery(rel, None)),
        ExprKind::SetSubquery(rel) => subquery(rel, None),
        ExprKind::Now => "now()".to_owned(),
    };
    (text, level::OPERAND)
}

fn call(function: &str, arguments: &[Expr], names: &Names<'_>) -> (String, u8) {
    match (function, arguments) {
        ("and" | "or", [_, _]) => {
            let level = if function == "or" { level::OR } else { level::AND };
            let mut operands = Vec::new();
            chain(function, arguments, &mut operands);
            let operands: Vec<String> =
                operands.into_iter().map(|operand| at_level(operand, names, level + 1)).collect();
            (operands.join(&format!(" {function} ")), level)
        }
        ("negate", [operand]) => (format!("-{}", at_level(operand, names, level::OPERAND)), level::SIGN),
        ("between" | "!between", [value, low, high]) => {
            let [value, low, high] = [value, low, high].map(|operand| at_level(operand, names, level::SUM));
            (format!("{value} {function} ({low} .. {high})"), level::EQUALITY)
        }
        ("in" | "!in" | "in~" | "!in~" | "has_any" | "has_all", [left, items @ ..]) => {
            let left = at_level(left, names, level::RELATION);
            let items = match items {
                [Expr { kind: ExprKind::SetSubquery(rel), .. }] => subquery(rel, None),
                items => format!("({})", list(items, names)),
            };
            (format!("{left} {function} {items}"), level::EQUALITY)
        }
        (operator, [left, right]) if binary_level(operator).is_some() => {
            let level = binary_level(operator).unwrap_or(level::OPERAND);
            // Sums and products lean to the left; comparisons do not chain.
            let leans = matches!(level, level::SUM | level::PRODUCT);
            let left = at_level(left, names, if leans { level } else { level + 1 });
            (format!("{left} {operator} {}", at_level(right, names, level + 1)), level)
        }
        _ => (format!("{function}({})", list(arguments, names)), level::OPERAND),
    }
}

/// The operands of a tree of the same operator.
fn chain<'e>(function: &str, arguments: &'e [Expr], operands: &mut Vec<&'e Expr>) {
    for argument in arguments {
        match &argument.kind {
            ExprKind::Call { function: inner, arguments } if *inner == function => {
                chain(function, arguments, operands);
            }
            _ => operands.push(argument),
        }
    }
}

fn binary_level(operator: &str) -> Option<u8> {
    Some(match operator {
        "==" | "!=" => level::EQUALITY,
        "<" | "<=" | ">" | ">=" => level::RELATION,
        "+" | "-" => level::SUM,
        "*" | "/" | "%" => level::PRODUCT,
        _ if crate::catalogue::scalar_operator(operator).is_some() => level::TEXT,
        _ => return None,
    })
}

/// A value as a query writes it.
pub(super) fn literal(value: &Value) -> String {
    let scalar_type = value.scalar_type();
    if value.is_null() {
        return format!("{scalar_type}(null)");
    }
    let text = value.text();
    match value {
        Value::String(text) => quoted(text),
        Value::Bool(Some(value)) => value.to_string(),
        Value::Long(_) => text,
        Value::Timespan(Some(ticks)) => in_one_unit(*ticks).unwrap_or_else(|| format!("timespan({text})")),
        Value::Datetime(_) => {
            let instant = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
            let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
            let instant = if instant.len() < seconds.len() { seconds } else { instant };
            format!("datetime({})", instant.strip_suffix("T00:00:00").unwrap_or(instant))
        }
        Value::Real(Some(number)) if number.is_finite() => {
            // A real without a point would be a long.
            if text.contains(['.', 'e', 'E']) { text } else { format!("{text}.0") }
        }
        _ => format!("{scalar_type}({text})"),
    }
}

/// `7d`, `90m`: a timespan as a number of the largest unit that gives a whole one.
fn in_one_unit(ticks: i64) -> Option<String> {
    const MOST: i64 = 9_999;
    const UNITS: [(&str, i64); 5] = [
        ("d", 864_000_000_000),
        ("h", 36_000_000_000),
        ("m", 600_000_000),
        ("s", 10_000_000),
        ("ms", 10_000),
    ];
    UNITS
        .iter()
        .find(|(_, length)| ticks != 0 && ticks % length == 0 && (ticks / length).abs() <= MOST)
        .map(|(unit, length)| format!("{}{unit}", ticks / length))
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

pub(super) fn aggregate(call: &AggregateCall, names: &Names<'_>) -> String {
    format!("{}({})", call.function, list(&call.arguments, names))
}

pub(super) fn sort_keys(keys: &[SortKey], names: &Names<'_>) -> String {
    keys.iter().map(|key| sort_key(key, names)).collect::<Vec<_>>().join(", ")
}

fn sort_key(key: &SortKey, names: &Names<'_>) -> String {
    let direction = if key.descending { "desc" } else { "asc" };
    // Nulls are the least values unless the query says otherwise.
    let nulls = match (key.descending, key.nulls_first) {
        (true, true) => " nulls first",
        (false, false) => " nulls last",
        _ => "",
    };
    format!("{} {direction}{nulls}", expression(&key.expr, names))
}

pub(super) fn options(options: &[(Box<str>, Value)]) -> Vec<String> {
    options.iter().map(|(name, value)| format!("{name}={}", literal(value))).collect()
}
