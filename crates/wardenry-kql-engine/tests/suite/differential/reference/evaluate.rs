//! Expressions over a row.

use wardenry_kql_values::{ScalarType, datetime, timespan};

use super::super::expression::Expr;
use super::super::tables::Data;
use super::{Cell, Unknown, operators};

pub(crate) struct Row<'a> {
    pub(crate) columns: &'a [(String, ScalarType)],
    pub(crate) cells: &'a [Cell],
    pub(crate) data: &'a Data,
}

type Result<T> = std::result::Result<T, Unknown>;

/// Of which type an expression is, as far as it matters: what is not known is not evaluated.
pub(crate) fn evaluate(expr: &Expr, row: &Row<'_>) -> Result<Cell> {
    Ok(match expr {
        Expr::Column(name) => {
            let at = row.columns.iter().position(|(column, _)| column == name).ok_or(Unknown)?;
            row.cells[at].clone()
        }
        Expr::Literal(of, text) => literal(*of, text)?,
        Expr::Constant(text) => match text.parse::<i64>() {
            Ok(number) => Cell::Whole(number),
            Err(_) => return Err(Unknown),
        },
        Expr::Call(name, arguments) => {
            let mut cells = Vec::new();
            for argument in arguments {
                cells.push(evaluate(argument, row)?);
            }
            call(name, &cells)?
        }
        Expr::Scalar(query) => {
            let (_, rows) = operators::run(query, row.data)?;
            rows.first().and_then(|row| row.first()).cloned().unwrap_or(Cell::Null)
        }
        Expr::Within(operator, value, query) => {
            let value = evaluate(value, row)?;
            let (_, rows) = operators::run(query, row.data)?;
            let items: Vec<_> = rows.into_iter().filter_map(|row| row.into_iter().next()).collect();
            // Whether a null is among nulls the reference does not say.
            if value == Cell::Null || items.contains(&Cell::Null) {
                return Err(Unknown);
            }
            Cell::Bool(items.contains(&value) != operator.starts_with('!'))
        }
    })
}

fn literal(of: ScalarType, text: &str) -> Result<Cell> {
    if text.ends_with("(null)") {
        return Ok(Cell::Null);
    }
    let inner = text.split_once('(').map_or(text, |(_, rest)| rest.trim_end_matches(')'));
    Ok(match of {
        ScalarType::Bool => Cell::Bool(text == "true"),
        ScalarType::Int | ScalarType::Long => Cell::Whole(inner.parse().map_err(|_| Unknown)?),
        ScalarType::Real => Cell::Real(inner.parse().map_err(|_| Unknown)?),
        ScalarType::String => Cell::Text(serde_json::from_str(text).map_err(|_| Unknown)?),
        ScalarType::Datetime => Cell::Time(datetime::parse(inner).ok_or(Unknown)?),
        ScalarType::Timespan => {
            let ticks = timespan::parse(inner).or_else(|| timespan::parse_with_unit(inner));
            Cell::Time(ticks.ok_or(Unknown)?)
        }
        _ => return Err(Unknown),
    })
}

fn call(name: &str, cells: &[Cell]) -> Result<Cell> {
    if let Some(positive) = name.strip_prefix('!').filter(|name| !name.starts_with(['=', '~'])) {
        return Ok(match call(positive, cells)? {
            Cell::Bool(found) => Cell::Bool(!found),
            other => other,
        });
    }
    match (name, cells) {
        ("and", [left, right]) => Ok(match (left, right) {
            (Cell::Bool(false), _) | (_, Cell::Bool(false)) => Cell::Bool(false),
            (Cell::Null, _) | (_, Cell::Null) => Cell::Null,
            _ => Cell::Bool(true),
        }),
        ("or", [left, right]) => Ok(match (left, right) {
            (Cell::Bool(true), _) | (_, Cell::Bool(true)) => Cell::Bool(true),
            (Cell::Null, _) | (_, Cell::Null) => Cell::Null,
            _ => Cell::Bool(false),
        }),
        ("not", [Cell::Bool(value)]) => Ok(Cell::Bool(!value)),
        ("not", [Cell::Null]) => Ok(Cell::Null),
        ("==" | "!=", [left, right]) => equal(left, right, name == "!="),
        ("<" | "<=" | ">" | ">=", [left, right]) => order(name, left, right),
        ("between", [value, low, high]) => match (order(">=", value, low)?, order("<=", value, high)?) {
            (Cell::Bool(low), Cell::Bool(high)) => Ok(Cell::Bool(low && high)),
            _ => Err(Unknown),
        },
        ("in", [value, items @ ..]) => {
            if *value == Cell::Null || items.contains(&Cell::Null) {
                return Err(Unknown);
            }
            for item in items {
                if equal(value, item, false)? == Cell::Bool(true) {
                    return Ok(Cell::Bool(true));
                }
            }
            Ok(Cell::Bool(false))
        }
        ("isnull" | "isnotnull", [value]) => Ok(Cell::Bool((*value == Cell::Null) == (name == "isnull"))),
        ("isempty" | "isnotempty", [value]) => {
            let empty = match value {
                Cell::Null => true,
                Cell::Text(text) => text.is_empty(),
                Cell::Other(_) | Cell::Many(_) => return Err(Unknown),
                _ => false,
            };
            Ok(Cell::Bool(empty == (name == "isempty")))
        }
        ("iff" | "case", _) => {
            let mut rest = cells;
            while let [condition, then, others @ ..] = rest {
                if *condition == Cell::Bool(true) {
                    return Ok(then.clone());
                }
                rest = others;
            }
            rest.first().cloned().ok_or(Unknown)
        }
        ("coalesce", _) => {
            let is_empty = |cell: &&Cell| **cell != Cell::Null && **cell != Cell::Text(String::new());
            let text = cells.iter().any(|cell| matches!(cell, Cell::Text(_)));
            let none = if text { Cell::Text(String::new()) } else { Cell::Null };
            Ok(cells.iter().find(is_empty).cloned().unwrap_or(none))
        }
        ("+" | "-" | "*" | "/" | "%" | "negate" | "abs" | "binary_and" | "binary_or" | "binary_xor", _) => {
            arithmetic(name, cells)
        }
        _ => text(name, cells),
    }
}

fn equal(left: &Cell, right: &Cell, negated: bool) -> Result<Cell> {
    let same = match (left, right) {
        (Cell::Null, Cell::Null) => return Ok(Cell::Null),
        (Cell::Null, _) | (_, Cell::Null) => false,
        (Cell::Whole(left), Cell::Real(right)) | (Cell::Real(right), Cell::Whole(left)) => {
            as_real(*left)?.partial_cmp(right).is_some_and(std::cmp::Ordering::is_eq)
        }
        (Cell::Other(_), _) | (_, Cell::Other(_)) => return Err(Unknown),
        (left, right) => left == right,
    };
    Ok(Cell::Bool(same != negated))
}

fn order(operator: &str, left: &Cell, right: &Cell) -> Result<Cell> {
    let ordering = match (left, right) {
        (Cell::Null, _) | (_, Cell::Null) => return Ok(Cell::Null),
        (Cell::Whole(left), Cell::Whole(right)) | (Cell::Time(left), Cell::Time(right)) => {
            Some(left.cmp(right))
        }
        (Cell::Real(left), Cell::Real(right)) => left.partial_cmp(right),
        (Cell::Whole(left), Cell::Real(right)) => as_real(*left)?.partial_cmp(right),
        (Cell::Real(left), Cell::Whole(right)) => left.partial_cmp(&as_real(*right)?),
        _ => return Err(Unknown),
    };
    Ok(Cell::Bool(ordering.is_some_and(|ordering| match operator {
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        _ => ordering.is_ge(),
    })))
}

/// Only what is exact.
fn as_real(value: i64) -> Result<f64> {
    i32::try_from(value).map(f64::from).map_err(|_| Unknown)
}

fn arithmetic(name: &str, cells: &[Cell]) -> Result<Cell> {
    if cells.contains(&Cell::Null) {
        return Ok(Cell::Null);
    }
    let whole = |value: Option<i64>| value.map_or(Cell::Null, Cell::Whole);
    Ok(match (name, cells) {
        ("negate", [Cell::Whole(value)]) => Cell::Whole(value.wrapping_neg()),
        ("abs", [Cell::Whole(value)]) if *value != i64::MIN => Cell::Whole(value.abs()),
        ("negate", [Cell::Real(value)]) => Cell::Real(-value),
        ("abs", [Cell::Real(value)]) => Cell::Real(value.abs()),
        (_, [Cell::Whole(left), Cell::Whole(right)]) => match name {
            "+" => Cell::Whole(left.wrapping_add(*right)),
            "-" => Cell::Whole(left.wrapping_sub(*right)),
            "*" => Cell::Whole(left.wrapping_mul(*right)),
            "/" if *right == -1 => Cell::Whole(left.wrapping_neg()),
            "/" => whole(left.checked_div(*right)),
            "%" if *right == -1 => Cell::Whole(0),
            "%" => whole(left.checked_rem_euclid(*right)),
            "binary_and" => Cell::Whole(left & right),
            "binary_or" => Cell::Whole(left | right),
            "binary_xor" => Cell::Whole(left ^ right),
            _ => return Err(Unknown),
        },
        (_, [Cell::Real(left), Cell::Real(right)]) => match name {
            "+" => Cell::Real(left + right),
            "-" => Cell::Real(left - right),
            "*" => Cell::Real(left * right),
            "/" => Cell::Real(left / right),
            _ => return Err(Unknown),
        },
        _ => return Err(Unknown),
    })
}

/// Functions of texts.
fn text(name: &str, cells: &[Cell]) -> Result<Cell> {
    let mut texts = Vec::new();
    for cell in cells {
        match cell {
            Cell::Text(text) => texts.push(text.as_str()),
            _ => return Err(Unknown),
        }
    }
    let lower = |text: &str| text.to_lowercase();
    Ok(match (name, texts.as_slice()) {
        ("=~", [left, right]) => Cell::Bool(folded(left)? == folded(right)?),
        ("!~", [left, right]) => Cell::Bool(folded(left)? != folded(right)?),
        ("in~", [value, items @ ..]) => {
            let value = folded(value)?;
            let mut found = false;
            for item in items {
                found |= folded(item)? == value;
            }
            Cell::Bool(found)
        }
        ("contains", [text, needle]) => Cell::Bool(folded(text)?.contains(&folded(needle)?)),
        ("contains_cs", [text, needle]) => Cell::Bool(text.contains(needle)),
        ("startswith", [text, needle]) => Cell::Bool(folded(text)?.starts_with(&folded(needle)?)),
        ("startswith_cs", [text, needle]) => Cell::Bool(text.starts_with(needle)),
        ("endswith", [text, needle]) => Cell::Bool(folded(text)?.ends_with(&folded(needle)?)),
        ("endswith_cs", [text, needle]) => Cell::Bool(text.ends_with(needle)),
        ("has", [text, needle]) => Cell::Bool(has(&folded(text)?, &folded(needle)?, true, true)),
        ("has_cs", [text, needle]) => Cell::Bool(has(text, needle, true, true)),
        ("hasprefix", [text, needle]) => Cell::Bool(has(&folded(text)?, &folded(needle)?, true, false)),
        ("hassuffix", [text, needle]) => Cell::Bool(has(&folded(text)?, &folded(needle)?, false, true)),
        ("has_any" | "has_all", [text, needles @ ..]) => {
            let text = folded(text)?;
            let mut found = Vec::new();
            for needle in needles {
                found.push(has(&text, &folded(needle)?, true, true));
            }
            Cell::Bool(if name == "has_any" { found.contains(&true) } else { !found.contains(&false) })
        }
        ("strcat", texts) => Cell::Text(texts.concat()),
        ("strlen", [text]) => Cell::Whole(i64::try_from(text.chars().count()).map_err(|_| Unknown)?),
        ("string_size", [text]) => Cell::Whole(i64::try_from(text.len()).map_err(|_| Unknown)?),
        ("tolower", [text]) if text.is_ascii() => Cell::Text(lower(text)),
        ("toupper", [text]) if text.is_ascii() => Cell::Text(text.to_uppercase()),
        ("strcmp", [left, right]) => Cell::Whole(match left.cmp(right) {
            std::cmp::Ordering::Less => -1,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        }),
        _ => return Err(Unknown),
    })
}

/// One character for one; those of the tables have no other folding.
fn folded(text: &str) -> Result<String> {
    text.chars()
        .map(|character| {
            let mut lower = character.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(lower), None) => Ok(lower),
                _ => Err(Unknown),
            }
        })
        .collect()
}

/// Whether a needle occurs with a boundary at its start and at its end, where these are letters or digits.
fn has(text: &str, needle: &str, at_start: bool, at_end: bool) -> bool {
    let text: Vec<char> = text.chars().collect();
    let needle: Vec<char> = needle.chars().collect();
    let word = |at: Option<&char>| at.is_some_and(|character| character.is_alphanumeric());
    (0..=text.len().saturating_sub(needle.len())).any(|start| {
        let end = start + needle.len();
        text.get(start..end) == Some(&needle)
            && !(at_start && word(needle.first()) && start > 0 && word(text.get(start - 1)))
            && !(at_end && word(needle.last()) && word(text.get(end)))
    })
}
