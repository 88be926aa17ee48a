//! Unary and binary operators, `between`.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast::{self, BinaryOperator, UnaryOperator};
use wardenry_kql_values::{ScalarType, Value};

use super::expr::Typed;
use super::operand_help::{Meant, meant, with_help};
use super::scope::Cx;
use super::{Checker, constants};
use crate::catalogue::{self, Argument, OperatorMismatch, Resolution, ResultType};
use crate::checked::{Expr, ExprKind};
use crate::codes;

impl<'q> Checker<'q> {
    pub(super) fn unary(
        &mut self,
        operator: UnaryOperator,
        operand: &'q ast::Expr,
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        let operand = self.scalar(operand, cx);
        if operand.unknown {
            return operand;
        }
        let resolution = match catalogue::unary(operator, &operand.argument()) {
            Ok(resolution) => resolution,
            Err(mismatch) => {
                let message = format!("a sign cannot stand before a {}", operand.expr.scalar_type);
                self.report(operand_error(span, message, &mismatch));
                return Typed::unknown(span);
            }
        };
        let Some(function) = catalogue::unary_name(operator) else {
            return Typed { expr: Expr { span, ..operand.expr }, ..operand };
        };
        if let Some(value) = operand.constant.as_ref().and_then(constants::negate)
            && operand.literal
        {
            return Typed::literal(value, span);
        }
        let argument = self.convert_as(operand, resolution.conversions[0]);
        self.typed_call(function, vec![argument], resolution.result, span)
    }

    pub(super) fn typed_call(
        &mut self,
        function: &'static str,
        arguments: Vec<Expr>,
        result: ResultType,
        span: Span,
    ) -> Typed {
        self.charge(1, span);
        match result {
            ResultType::Scalar(scalar_type) => {
                Typed::new(ExprKind::Call { function, arguments }, scalar_type, span)
            }
            _ => Typed::unknown(span),
        }
    }

    /// A binary operator. Chains lean to the left and may be long, so they are taken apart in a loop.
    pub(super) fn binary(&mut self, expr: &'q ast::Expr, cx: &Cx<'_>) -> Typed {
        let mut chain = Vec::new();
        let mut first = expr;
        while let ast::ExprKind::Binary { operator, operator_span, left, right } = &first.kind {
            chain.push((*operator, *operator_span, right.as_ref(), first.span));
            first = left;
        }
        chain.reverse();
        let is_logic =
            |operator: &BinaryOperator| matches!(operator, BinaryOperator::And | BinaryOperator::Or);
        if chain.iter().filter(|(operator, ..)| !is_logic(operator)).count() > super::MAX_DEPTH as usize {
            self.exhausted = true;
            self.error(codes::TOO_DEEP, expr.span, "too many operators in a row");
            return Typed::unknown(expr.span);
        }
        let mut left: Option<Typed> = None;
        let mut rest = chain.as_slice();
        while let [(operator, operator_span, right, span), tail @ ..] = rest {
            if matches!(operator, BinaryOperator::And | BinaryOperator::Or) {
                let same = 1 + tail.iter().take_while(|(other, ..)| other == operator).count();
                let start = match left.take() {
                    Some(left) => left,
                    None => self.scalar(first, cx),
                };
                let operands = rest[..same].iter().map(|(_, _, right, _)| *right);
                let end = rest[same - 1].3;
                left = Some(self.logic(*operator, start, operands, end, cx));
                rest = &rest[same..];
                continue;
            }
            let result = match left.take() {
                None if matches!(first.kind, ast::ExprKind::Star) => {
                    self.all_columns(*operator, right, *span, cx)
                }
                None => {
                    let start = self.scalar(first, cx);
                    self.binary_step(*operator, *operator_span, start, right, *span, cx)
                }
                Some(start) => self.binary_step(*operator, *operator_span, start, right, *span, cx),
            };
            left = Some(result);
            rest = tail;
        }
        left.unwrap_or_else(|| Typed::unknown(expr.span))
    }

    fn binary_step(
        &mut self,
        operator: BinaryOperator,
        operator_span: Span,
        left: Typed,
        right: &'q ast::Expr,
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        if matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual)
            && let ast::ExprKind::Name(name) = &right.kind
            && name.text.eq_ignore_ascii_case("null")
            && self.lookup(cx.env, &name.text).is_none()
            && self.find_column(&name.text, cx).is_none()
        {
            self.compared_with_null(operator, &left, right.span);
            return bool_unknown(span);
        }
        let right = self.scalar(right, cx);
        self.apply(operator, operator_span, left, right, span)
    }

    /// `x == null`: nothing is equal to a null.
    fn compared_with_null(&mut self, operator: BinaryOperator, left: &Typed, null: Span) {
        let negated = operator == BinaryOperator::NotEqual;
        let function = match (left.scalar_type(), negated) {
            (Some(ScalarType::String), false) => "isempty",
            (Some(ScalarType::String), true) => "isnotempty",
            (_, false) => "isnull",
            (_, true) => "isnotnull",
        };
        let value = left.expr.span;
        let diagnostic = Diagnostic::error(codes::UNKNOWN_COLUMN, null, "no value is named `null`")
            .with_note(format!("what is missing is found with `{function}()`"))
            .with_replacements(
                format!("use `{function}`"),
                [
                    (Span::at(value.start), format!("{function}(")),
                    (Span::new(value.end, null.end), ")".to_owned()),
                ],
            );
        self.report(diagnostic);
    }

    /// Applies an operator to operands that are checked.
    pub(super) fn apply(
        &mut self,
        operator: BinaryOperator,
        operator_span: Span,
        left: Typed,
        right: Typed,
        span: Span,
    ) -> Typed {
        let name = catalogue::binary_name(operator);
        let resolution = match catalogue::binary(operator, &left.argument(), &right.argument()) {
            Ok(resolution) => resolution,
            Err(mismatch) => {
                let message = format!(
                    "`{name}` is not defined for {} and {}",
                    left.expr.scalar_type, right.expr.scalar_type
                );
                let diagnostic = operand_error(operator_span, message, &mismatch);
                self.report(with_help(diagnostic, operator, &left, &right));
                return match operator {
                    BinaryOperator::Add
                    | BinaryOperator::Subtract
                    | BinaryOperator::Multiply
                    | BinaryOperator::Divide
                    | BinaryOperator::Modulo => Typed::unknown(span),
                    _ => bool_unknown(span),
                };
            }
        };
        if left.unknown || right.unknown {
            return match resolution.result {
                ResultType::Scalar(scalar_type) => {
                    Typed::new(ExprKind::Literal(Value::null(scalar_type)), scalar_type, span)
                }
                _ => Typed::unknown(span),
            };
        }
        let constant = match (&left.constant, &right.constant) {
            (Some(left), Some(right)) => constants::fold(name, left, right),
            _ => None,
        };
        let Resolution { result, conversions, .. } = resolution;
        let left = self.convert_as(left, conversions[0]);
        let right = self.convert_as(right, conversions[1]);
        Typed { constant, ..self.typed_call(name, vec![left, right], result, span) }
    }

    /// `a and b and c …` as a tree of little depth.
    fn logic(
        &mut self,
        operator: BinaryOperator,
        first: Typed,
        rest: impl Iterator<Item = &'q ast::Expr>,
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        let name = catalogue::binary_name(operator);
        let mut operands = vec![self.logic_operand(name, first)];
        for operand in rest {
            let operand = self.scalar(operand, cx);
            operands.push(self.logic_operand(name, operand));
        }
        Typed::new(self.balanced(name, operands, span).kind, ScalarType::Bool, span)
    }

    fn logic_operand(&mut self, name: &str, operand: Typed) -> Expr {
        match operand.scalar_type() {
            None | Some(ScalarType::Bool) => operand.expr,
            Some(ScalarType::Dynamic) => self.convert(operand, ScalarType::Bool).expr,
            Some(other) => {
                let message = format!("`{name}` needs conditions, not a {other}");
                let diagnostic = Diagnostic::error(codes::OPERAND_TYPES, operand.expr.span, message);
                self.report(match other {
                    ScalarType::String => diagnostic.with_note(
                        "each condition compares by itself, `a == 1 or a == 2`; texts are put together with `strcat()`",
                    ),
                    _ => diagnostic,
                });
                operand.expr
            }
        }
    }

    /// Conditions joined by `and` or `or`, of which there is at least one.
    pub(super) fn balanced(&mut self, function: &'static str, mut operands: Vec<Expr>, span: Span) -> Expr {
        self.charge(operands.len(), span);
        while operands.len() > 1 {
            let mut pairs = Vec::with_capacity(operands.len().div_ceil(2));
            let mut iter = operands.into_iter();
            while let Some(left) = iter.next() {
                pairs.push(match iter.next() {
                    Some(right) => {
                        let span = left.span.to(right.span);
                        let arguments = vec![left, right];
                        Expr {
                            kind: ExprKind::Call { function, arguments },
                            scalar_type: ScalarType::Bool,
                            span,
                        }
                    }
                    None => left,
                });
            }
            operands = pairs;
        }
        operands.pop().unwrap_or(Expr {
            kind: ExprKind::Literal(Value::Bool(Some(function == "and"))),
            scalar_type: ScalarType::Bool,
            span,
        })
    }

    pub(super) fn between(
        &mut self,
        negated: bool,
        operands: [&'q ast::Expr; 3],
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        let [value, low, high] = operands.map(|operand| self.scalar(operand, cx));
        let arguments = [value.argument(), low.argument(), high.argument()];
        if arguments.iter().any(|argument| matches!(argument, Argument::Unknown)) {
            return bool_unknown(span);
        }
        let resolution = match catalogue::between(&arguments[0], &arguments[1], &arguments[2]) {
            Ok(resolution) => resolution,
            Err(mismatch) => {
                let message = format!(
                    "`between` is not defined for {}, {} and {}",
                    value.expr.scalar_type, low.expr.scalar_type, high.expr.scalar_type
                );
                let mut diagnostic = operand_error(span, message, &mismatch);
                let ends: Vec<Meant> =
                    [&low, &high].into_iter().filter_map(|end| meant(end, value.expr.scalar_type)).collect();
                if !ends.is_empty() {
                    let edits = ends.into_iter().map(|end| (end.span, end.replacement));
                    diagnostic =
                        diagnostic.with_replacements(format!("write {}s", value.expr.scalar_type), edits);
                }
                self.report(diagnostic);
                return bool_unknown(span);
            }
        };
        let arguments = [value, low, high]
            .into_iter()
            .zip(resolution.conversions)
            .map(|(operand, to)| self.convert_as(operand, to))
            .collect();
        let name = if negated { "!between" } else { "between" };
        self.typed_call(name, arguments, resolution.result, span)
    }
}

fn operand_error(span: Span, message: String, mismatch: &OperatorMismatch) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::OPERAND_TYPES, span, message);
    match mismatch.hint {
        Some(hint) => diagnostic.with_note(hint),
        None => diagnostic,
    }
}

/// A condition of which only the type is known.
pub(super) fn bool_unknown(span: Span) -> Typed {
    Typed::new(ExprKind::Literal(Value::Bool(None)), ScalarType::Bool, span)
}
