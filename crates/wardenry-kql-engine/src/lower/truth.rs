//! Conditions: where false and null have the same effect.
//!
//! In a filter, in the condition of a `case` and in that of an aggregation a row counts only if the condition is true.
//! There DataFusion's own operators mean the same as KQL's, and they are better: statistics, Bloom filters and dynamic
//! filters work with them.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, and, lit, or};
use wardenry_kql_functions::dynamic::is_letter_by_letter;
use wardenry_kql_semantics::checked::{self, ExprKind, PathStep};
use wardenry_kql_values::{MAX_DATETIME, ScalarType, Value};

use super::Lowerer;
use super::expr::{balanced, or_null};
use crate::RunError;
use crate::function::PATH_IS;

impl Lowerer<'_> {
    /// Lowers a condition: the result is true exactly where it is, and false or null elsewhere.
    pub(crate) fn truth(&mut self, expr: &checked::Expr) -> Result<Expr, RunError> {
        stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.condition(expr))
    }

    fn condition(&mut self, expr: &checked::Expr) -> Result<Expr, RunError> {
        let ExprKind::Call { function, arguments } = &expr.kind else { return self.expr(expr) };
        match (*function, arguments.as_slice()) {
            ("and", _) => self.junction("and", expr, and),
            ("or", _) => self.junction("or", expr, or),
            ("not", [inner]) => self.negation(inner, expr),
            ("==" | "!=" | "<" | "<=" | ">" | ">=", [left, right]) => {
                self.comparison(function, left, right, expr)
            }
            ("between", [value, low, high])
                if is_ordered_natively(value, low) && is_ordered_natively(value, high) =>
            {
                let (value, low, high) = (self.expr(value)?, self.expr(low)?, self.expr(high)?);
                Ok(and(value.clone().gt_eq(low), value.lt_eq(high)))
            }
            // The range starts at an instant and ends some time later.
            ("between", [value, low, high])
                if is_ordered_natively(value, low) && high.scalar_type == ScalarType::Timespan =>
            {
                let (low, high) = (self.expr(low)?, self.expr(high)?);
                match later(&low, &high) {
                    Some(high) => {
                        let value = self.expr(value)?;
                        Ok(and(value.clone().gt_eq(low), value.lt_eq(high)))
                    }
                    None => self.expr(expr),
                }
            }
            ("in" | "!in", [value, items @ ..]) => self.list(function.starts_with('!'), value, items, expr),
            ("isnull", [value]) if value.scalar_type != ScalarType::String => Ok(self.expr(value)?.is_null()),
            ("isnotnull" | "notnull", [value]) if value.scalar_type != ScalarType::String => {
                Ok(self.expr(value)?.is_not_null())
            }
            ("isempty", [value]) if value.scalar_type == ScalarType::String => {
                let value = self.expr(value)?;
                Ok(or_null(value.clone().eq(empty()), value))
            }
            ("isnotempty" | "notempty", [value]) if value.scalar_type == ScalarType::String => {
                Ok(self.expr(value)?.not_eq(empty()))
            }
            _ => self.expr(expr),
        }
    }

    /// `and`, `or`: however many there are in a row, the tree is flat.
    fn junction(
        &mut self,
        name: &str,
        expr: &checked::Expr,
        join: fn(Expr, Expr) -> Expr,
    ) -> Result<Expr, RunError> {
        let mut lowered = Vec::new();
        let mut open = vec![expr];
        while let Some(next) = open.pop() {
            match &next.kind {
                ExprKind::Call { function, arguments } if *function == name => {
                    open.extend(arguments.iter().rev());
                }
                _ => lowered.push(self.truth(next)?),
            }
        }
        Ok(balanced(lowered, join).unwrap_or_else(|| lit(name == "and")))
    }

    /// `not(…)` of what has an opposite.
    fn negation(&mut self, inner: &checked::Expr, whole: &checked::Expr) -> Result<Expr, RunError> {
        let ExprKind::Call { function, arguments } = &inner.kind else { return self.expr(whole) };
        let opposite = match *function {
            "==" => "!=",
            "!=" => "==",
            "in" => "!in",
            "!in" => "in",
            "isempty" => "isnotempty",
            "isnotempty" | "notempty" => "isempty",
            "isnull" => "isnotnull",
            "isnotnull" | "notnull" => "isnull",
            "not" => {
                let [inner] = arguments.as_slice() else { return self.expr(whole) };
                return self.truth(inner);
            }
            _ => return self.expr(whole),
        };
        let opposite = checked::Expr {
            kind: ExprKind::Call { function: opposite, arguments: arguments.clone() },
            scalar_type: inner.scalar_type,
            span: inner.span,
        };
        self.truth(&opposite)
    }

    fn comparison(
        &mut self,
        function: &str,
        left: &checked::Expr,
        right: &checked::Expr,
        whole: &checked::Expr,
    ) -> Result<Expr, RunError> {
        if function == "=="
            && let Some((path, string)) = sought(left, right).or_else(|| sought(right, left))
        {
            return self.path_is(path, string, whole);
        }
        let scalar_type = left.scalar_type;
        let equality = matches!(function, "==" | "!=");
        let native = scalar_type == right.scalar_type
            && if equality { is_equal_natively(scalar_type) } else { is_ordered_natively(left, right) };
        if !native {
            return self.expr(whole);
        }
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        let (left, right, function) =
            if is_literal(&left) { (right, left, mirrored(function)) } else { (left, right, function) };
        if !is_literal(&right) {
            // Of two texts each may be a null slot, which is equal to an empty text.
            if scalar_type == ScalarType::String {
                return self.expr(whole);
            }
            return Ok(binary(left, operator(function, true), right));
        }
        if is_null(&right) {
            return Ok(if function == "!=" { left.is_not_null() } else { lit(false) });
        }
        Ok(match function {
            "==" if is_empty(&right) => or_null(left.clone().eq(right), left),
            "!=" if is_empty(&right) => left.not_eq(right),
            "!=" => or_null(left.clone().not_eq(right), left),
            _ => binary(left, operator(function, false), right),
        })
    }

    /// `path == "string"`: only where the value holds the string somewhere, its structure is looked at.
    fn path_is(
        &mut self,
        (base, steps): (&checked::Expr, &[PathStep]),
        string: &str,
        whole: &checked::Expr,
    ) -> Result<Expr, RunError> {
        let text = |text: &str| lit(ScalarValue::Utf8View(Some(text.to_owned())));
        let mut arguments = vec![self.expr(base)?, text(string)];
        let mut types = vec![base.scalar_type, ScalarType::String];
        for step in steps {
            match step {
                PathStep::Member(name) => {
                    arguments.push(text(name));
                    types.push(ScalarType::String);
                }
                PathStep::Index(index) => {
                    arguments.push(lit(*index));
                    types.push(ScalarType::Long);
                }
                PathStep::Computed(_) => return self.expr(whole),
            }
        }
        self.kernel(PATH_IS, arguments, types, ScalarType::Bool, whole.span)
    }

    fn list(
        &mut self,
        negated: bool,
        value: &checked::Expr,
        items: &[checked::Expr],
        whole: &checked::Expr,
    ) -> Result<Expr, RunError> {
        if !is_equal_natively(value.scalar_type)
            || items.iter().any(|item| item.scalar_type != value.scalar_type)
        {
            return self.expr(whole);
        }
        let mut lowered = Vec::with_capacity(items.len());
        for item in items {
            let item = self.expr(item)?;
            if !is_literal(&item) || is_null(&item) {
                return self.expr(whole);
            }
            lowered.push(item);
        }
        if lowered.is_empty() {
            return Ok(lit(negated));
        }
        let value = self.expr(value)?;
        if is_literal(&value) {
            return self.expr(whole);
        }
        let has_empty = lowered.iter().any(is_empty);
        let list = value.clone().in_list(lowered, negated);
        // A null is in no list; a null slot of a string is in one that has the empty text.
        Ok(if has_empty == negated { list } else { or_null(list, value) })
    }
}

/// A path and the string that it is compared with, if a search for the string can rule that out.
fn sought<'a>(
    path: &'a checked::Expr,
    string: &'a checked::Expr,
) -> Option<((&'a checked::Expr, &'a [PathStep]), &'a str)> {
    let path = match &path.kind {
        ExprKind::Call { function: "tostring", arguments } => arguments.first()?,
        _ => path,
    };
    let ExprKind::Path { base, steps } = &path.kind else { return None };
    let ExprKind::Literal(Value::String(string)) = &string.kind else { return None };
    is_letter_by_letter(string).then_some(((base, steps), string))
}

/// Whether `==` of two values that are not null is the same in KQL and in DataFusion.
fn is_equal_natively(scalar_type: ScalarType) -> bool {
    !matches!(scalar_type, ScalarType::Real | ScalarType::Dynamic)
}

/// Whether `<` is.
pub(super) fn is_ordered_natively(left: &checked::Expr, right: &checked::Expr) -> bool {
    left.scalar_type == right.scalar_type
        && matches!(
            left.scalar_type,
            ScalarType::Int
                | ScalarType::Long
                | ScalarType::Datetime
                | ScalarType::Timespan
                | ScalarType::Decimal
        )
}

fn mirrored(function: &str) -> &str {
    match function {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

/// `nullable`: whether both sides may be null.
fn operator(function: &str, nullable: bool) -> Operator {
    match function {
        "==" => Operator::Eq,
        // True where one side is null, false where both are.
        "!=" if nullable => Operator::IsDistinctFrom,
        "!=" => Operator::NotEq,
        "<" => Operator::Lt,
        "<=" => Operator::LtEq,
        ">" => Operator::Gt,
        _ => Operator::GtEq,
    }
}

fn binary(left: Expr, operator: Operator, right: Expr) -> Expr {
    Expr::BinaryExpr(BinaryExpr::new(Box::new(left), operator, Box::new(right)))
}

/// A constant datetime some constant time after another.
fn later(datetime: &Expr, timespan: &Expr) -> Option<Expr> {
    let ticks = |expr: &Expr| match expr {
        Expr::Literal(ScalarValue::Int64(ticks), _) => *ticks,
        _ => None,
    };
    let ticks = ticks(datetime)?.checked_add(ticks(timespan)?)?;
    (0..=MAX_DATETIME).contains(&ticks).then(|| lit(ticks))
}

fn empty() -> Expr {
    lit(ScalarValue::Utf8View(Some(String::new())))
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(..))
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(scalar, _) if scalar.is_null())
}

fn is_empty(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(ScalarValue::Utf8View(Some(text)), _) if text.is_empty())
}
