//! Expressions.

use datafusion::logical_expr::{Case, ColumnarValue, Expr, ScalarUDF, cast, lit, or};
use datafusion::scalar::ScalarValue;
use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{self, ExprKind, PathStep};
use wardenry_kql_values::{ScalarType, Value};

use super::{Lowerer, column_expr, column_name};
use crate::function::{KqlFunction, PATH, is_volatile};
use crate::{RunError, literal};

/// What a lowered expression takes from the stack at most, in debug builds.
const RED_ZONE: usize = 128 * 1024;
const STACK: usize = 2 * 1024 * 1024;

impl Lowerer<'_> {
    /// Lowers an expression over the columns of a plan.
    pub(crate) fn expr(&mut self, expr: &checked::Expr) -> Result<Expr, RunError> {
        stacker::maybe_grow(RED_ZONE, STACK, || self.value(expr))
    }

    fn value(&mut self, expr: &checked::Expr) -> Result<Expr, RunError> {
        Ok(match &expr.kind {
            ExprKind::Literal(value) => Expr::Literal(literal::scalar(value), None),
            ExprKind::Column(id) => column_expr(&column_name(*id)),
            ExprKind::Now => lit(self.functions.now),
            ExprKind::Call { function, arguments } => self.call(function, arguments, expr)?,
            ExprKind::Path { base, steps } => self.path(base, steps, expr)?,
            ExprKind::Window { function, .. } => {
                return Err(RunError::Unsupported { what: format!("{function} here"), span: expr.span });
            }
            ExprKind::ScalarSubquery(_) | ExprKind::SetSubquery(_) => {
                return Err(RunError::Unsupported { what: "a subquery here".to_owned(), span: expr.span });
            }
        })
    }

    /// A path whose result is converted to the type of `result`.
    fn path(
        &mut self,
        base: &checked::Expr,
        steps: &[PathStep],
        result: &checked::Expr,
    ) -> Result<Expr, RunError> {
        let mut arguments = vec![self.expr(base)?];
        let mut types = vec![base.scalar_type];
        for step in steps {
            let (argument, scalar_type) = match step {
                PathStep::Member(name) => {
                    (lit(ScalarValue::Utf8View(Some(name.to_string()))), ScalarType::String)
                }
                PathStep::Index(index) => (lit(*index), ScalarType::Long),
                PathStep::Computed(step) => (self.expr(step)?, step.scalar_type),
            };
            arguments.push(argument);
            types.push(scalar_type);
        }
        self.kernel(PATH, arguments, types, result.scalar_type, result.span)
    }

    fn call(
        &mut self,
        function: &'static str,
        arguments: &[checked::Expr],
        expr: &checked::Expr,
    ) -> Result<Expr, RunError> {
        if let [argument] = arguments
            && is_identity(function, argument.scalar_type, expr.scalar_type)
        {
            return self.expr(argument);
        }
        if let [argument] = arguments
            && let ExprKind::Path { base, steps } = &argument.kind
            && is_conversion(function)
        {
            return self.path(base, steps, expr);
        }
        match (function, arguments) {
            ("iff" | "iif" | "case", [.., otherwise]) if arguments.len() >= 3 && arguments.len() % 2 == 1 => {
                return self.case(&arguments[..arguments.len() - 1], otherwise);
            }
            ("tolong", [argument]) if argument.scalar_type == ScalarType::Int => {
                return Ok(cast(self.expr(argument)?, arrow::datatypes::DataType::Int64));
            }
            ("<" | "<=" | ">" | ">=", [left, right]) if super::truth::is_ordered_natively(left, right) => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                return Ok(match function {
                    "<" => left.lt(right),
                    "<=" => left.lt_eq(right),
                    ">" => left.gt(right),
                    _ => left.gt_eq(right),
                });
            }
            // `extract(…, typeof(long))`: the kernel gives texts.
            ("extract", _) if expr.scalar_type != ScalarType::String => {
                let mut texts = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    texts.push(self.expr(argument)?);
                }
                let types = arguments.iter().map(|argument| argument.scalar_type).collect();
                let text = self.kernel("extract", texts, types, ScalarType::String, expr.span)?;
                let conversion = expr.scalar_type.conversion();
                return self.kernel(
                    conversion,
                    vec![text],
                    vec![ScalarType::String],
                    expr.scalar_type,
                    expr.span,
                );
            }
            // A subquery without rows leaves a list without items.
            ("in" | "in~" | "has_any", [_]) => return Ok(lit(false)),
            ("!in" | "!in~" | "has_all", [_]) => return Ok(lit(true)),
            _ => {}
        }
        let mut lowered = Vec::with_capacity(arguments.len());
        for argument in arguments {
            lowered.push(self.expr(argument)?);
        }
        let types = arguments.iter().map(|argument| argument.scalar_type).collect();
        self.kernel(function, lowered, types, expr.scalar_type, expr.span)
    }

    /// `iff` and `case`: a condition that is null counts as false, as in SQL's `CASE`.
    fn case(&mut self, branches: &[checked::Expr], otherwise: &checked::Expr) -> Result<Expr, RunError> {
        let mut when_then = Vec::with_capacity(branches.len() / 2);
        for branch in branches.chunks_exact(2) {
            when_then.push((Box::new(self.truth(&branch[0])?), Box::new(self.expr(&branch[1])?)));
        }
        let otherwise = self.expr(otherwise)?;
        if when_then.iter().all(|(condition, _)| is_false(condition)) {
            return Ok(otherwise);
        }
        Ok(Expr::Case(Case::new(None, when_then, Some(Box::new(otherwise)))))
    }

    /// A call of a kernel, or its value if the arguments are constant.
    pub(super) fn kernel(
        &mut self,
        name: &'static str,
        arguments: Vec<Expr>,
        types: Vec<ScalarType>,
        result_type: ScalarType,
        span: Span,
    ) -> Result<Expr, RunError> {
        let constants: Vec<Option<Value>> = arguments
            .iter()
            .zip(&types)
            .map(|(argument, scalar_type)| constant(argument, *scalar_type))
            .collect();
        let foldable = !is_volatile(name) && constants.iter().all(Option::is_some);
        let Some(function) = KqlFunction::bind(name, types, constants, result_type, self.functions, span)
        else {
            return Err(RunError::Unsupported { what: format!("`{name}`"), span });
        };
        let function = function?;
        if foldable {
            let scalars: Vec<_> = arguments
                .iter()
                .filter_map(|argument| match argument {
                    Expr::Literal(scalar, _) => Some(ColumnarValue::Scalar(scalar.clone())),
                    _ => None,
                })
                .collect();
            let value = match function.fold(&scalars)? {
                ColumnarValue::Scalar(scalar) => scalar,
                ColumnarValue::Array(array) => ScalarValue::try_from_array(&array, 0)
                    .map_err(|error| RunError::internal("folding", error))?,
            };
            return Ok(Expr::Literal(value, None));
        }
        Ok(ScalarUDF::new_from_impl(function).call(arguments))
    }

    /// The value of an expression that reads no column, for example the count of `take`.
    pub(crate) fn constant(&mut self, expr: &checked::Expr) -> Result<Value, RunError> {
        let lowered = self.expr(expr)?;
        constant(&lowered, expr.scalar_type).ok_or_else(|| RunError::Unsupported {
            what: "an expression that is not constant".to_owned(),
            span: expr.span,
        })
    }

    /// A constant number of rows; what is null or negative counts as none.
    pub(crate) fn row_count(&mut self, expr: &checked::Expr) -> Result<usize, RunError> {
        let count = match self.constant(expr)? {
            Value::Int(count) => count.map(i64::from),
            Value::Long(count) => count,
            #[expect(clippy::cast_possible_truncation, reason = "saturates, as wanted")]
            Value::Real(count) => count.map(|count| count as i64),
            _ => None,
        };
        Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(0))
    }
}

/// The value of a lowered expression, if it is constant.
pub(super) fn constant(expr: &Expr, scalar_type: ScalarType) -> Option<Value> {
    match expr {
        Expr::Literal(scalar, _) => literal::value(scalar, scalar_type),
        _ => None,
    }
}

fn is_false(condition: &Expr) -> bool {
    matches!(condition, Expr::Literal(ScalarValue::Boolean(Some(false)), _))
}

/// Whether a conversion has nothing to convert.
fn is_identity(function: &str, from: ScalarType, to: ScalarType) -> bool {
    from == to
        && match function {
            "tostring" => to == ScalarType::String,
            "tolong" => to == ScalarType::Long,
            "toint" => to == ScalarType::Int,
            "toreal" | "todouble" => to == ScalarType::Real,
            "tobool" => to == ScalarType::Bool,
            "todatetime" => to == ScalarType::Datetime,
            "totimespan" => to == ScalarType::Timespan,
            "toguid" => to == ScalarType::Guid,
            "todecimal" => to == ScalarType::Decimal,
            _ => false,
        }
}

/// Whether a function converts a dynamic value to a scalar; a path does so by itself.
fn is_conversion(function: &str) -> bool {
    matches!(
        function,
        "tostring"
            | "tolong"
            | "toint"
            | "toreal"
            | "todouble"
            | "tobool"
            | "todatetime"
            | "totimespan"
            | "toguid"
            | "todecimal"
    )
}

/// Puts conditions together in a tree of small depth, however many there are.
pub(super) fn balanced(mut conditions: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    while conditions.len() > 1 {
        let mut next = Vec::with_capacity(conditions.len().div_ceil(2));
        let mut rest = conditions.into_iter();
        while let Some(left) = rest.next() {
            next.push(match rest.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        conditions = next;
    }
    conditions.pop()
}

/// `expr`, or true where it is null and `other` is.
pub(super) fn or_null(expr: Expr, of: Expr) -> Expr {
    or(expr, of.is_null())
}

/// `expr`, or `otherwise` where it is null.
pub(super) fn or_else(expr: Expr, otherwise: Expr) -> Expr {
    Expr::Case(Case::new(
        None,
        vec![(Box::new(expr.clone().is_not_null()), Box::new(expr))],
        Some(Box::new(otherwise)),
    ))
}
