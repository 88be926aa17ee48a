//! Calls of the language's functions.

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::expr::Typed;
use super::scope::{Binding, Cx};
use super::special_calls::is_array_sort;
use super::{Checker, habits, operand_help, suggest};
use crate::catalogue::{
    self, Argument, Function, FunctionKind, Mismatch, ParameterType, ResultRule, ResultType, Support,
};
use crate::checked::{Expr, ExprKind, PathStep};
use crate::codes;
use crate::written_name;

/// An argument that is checked.
#[derive(Clone, Debug)]
pub(super) enum Checked {
    Scalar(Typed),
    Type(ScalarType),
    Schema,
    Star,
}

impl Checked {
    pub(super) fn argument(&self) -> Argument<'_> {
        match self {
            Self::Scalar(typed) => typed.argument(),
            Self::Type(scalar_type) => Argument::Type(*scalar_type),
            Self::Schema => Argument::Schema,
            Self::Star => Argument::Star,
        }
    }
}

impl<'q> Checker<'q> {
    pub(super) fn call(
        &mut self,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        match self.lookup(cx.env, &name.text).cloned() {
            Some(Binding::Function { function, env, .. }) => {
                return self.call_scalar_function(&name.text, function, env, arguments, span, cx);
            }
            Some(Binding::Unknown) => {
                self.check_arguments(arguments, cx);
                return Typed::unknown(span);
            }
            _ => {}
        }
        if let Some(aggregation) = cx.aggregation
            && let Some(function) = catalogue::aggregate(&name.text)
        {
            return self.single_aggregate(function, name, arguments, span, cx, aggregation);
        }
        match (&*name.text, arguments) {
            ("toscalar", [argument]) => return self.toscalar(argument, span, cx),
            ("column_ifexists" | "columnifexists", [column, default]) => {
                return self.column_if_exists(column, default, span, cx);
            }
            ("pack_all", _) => return self.pack_all(arguments, span, cx),
            ("bag_pack_columns", _) => return self.bag_pack_columns(arguments, span, cx),
            ("materialize", [argument]) if !self.is_tabular(argument, cx) => {
                return self.scalar(argument, cx);
            }
            _ => {}
        }
        let Some(function) = catalogue::scalar(&name.text)
            .filter(|f| f.support == Support::No || f.kind != FunctionKind::Source)
        else {
            return self.unknown_function(name, arguments, span, cx);
        };
        if function.support == Support::No {
            // Its arguments may mean something that only it knows.
            self.require_support(function, name);
            return declared_result(function, span);
        }
        let checked = self.check_arguments(arguments, cx);
        self.call_function(function, name, checked, span, cx)
    }

    pub(super) fn check_arguments(&mut self, arguments: &'q [ast::Expr], cx: &Cx<'_>) -> Vec<Checked> {
        arguments.iter().map(|argument| self.check_argument(argument, cx)).collect()
    }

    pub(super) fn check_argument(&mut self, argument: &'q ast::Expr, cx: &Cx<'_>) -> Checked {
        match &argument.kind {
            ast::ExprKind::Typeof(schema) => match schema.scalar_type {
                Some(scalar_type) => Checked::Type(scalar_type),
                None => Checked::Schema,
            },
            ast::ExprKind::Star => Checked::Star,
            _ => Checked::Scalar(self.scalar(argument, cx)),
        }
    }

    /// A call of a function of the catalogue.
    pub(super) fn call_function(
        &mut self,
        function: &'static Function,
        name: &ast::Name,
        arguments: Vec<Checked>,
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        self.require_support(function, name);
        let Some((result, converted)) = self.resolve(function, name, arguments, span) else {
            return declared_result(function, span);
        };
        if function.kind == FunctionKind::Window {
            return self.window(function, converted, result, name, span, cx);
        }
        let converted =
            function.lower(converted, |number| Typed::literal(Value::Long(Some(number)), span).expr);
        match (function.canonical, converted.as_slice()) {
            ("now", []) => return Typed::new(ExprKind::Now, ScalarType::Datetime, span),
            ("now" | "ago", [_]) => {
                let now = Expr { kind: ExprKind::Now, scalar_type: ScalarType::Datetime, span };
                let operator = if function.canonical == "now" { "+" } else { "-" };
                let arguments = std::iter::once(now).chain(converted).collect();
                return self.typed_call(operator, arguments, ResultType::Scalar(ScalarType::Datetime), span);
            }
            ("extract_all", [regex, ..]) => self.require_capture_group(regex),
            ("isnull" | "isnotnull", [value]) if value.scalar_type == ScalarType::String => {
                self.string_is_never_null(name, value.span, span);
            }
            _ => {}
        }
        let arrays = converted.iter().filter(|argument| argument.scalar_type == ScalarType::Dynamic).count();
        if is_array_sort(function) && arrays > 1 {
            // Of several values the first.
            let sorted = self.typed_call(function.canonical, converted, result, span);
            return self.path(sorted, PathStep::Index(0), span);
        }
        if result == ResultType::Columns {
            let columns = function.result_columns("");
            let Some((_, first)) = columns.first() else { return Typed::unknown(span) };
            let tuple =
                self.typed_call(function.canonical, converted, ResultType::Scalar(ScalarType::Dynamic), span);
            let value = self.path(tuple, PathStep::Index(0), span);
            return self.convert(value, *first);
        }
        self.typed_call(function.canonical, converted, result, span)
    }

    /// Resolves a call and converts its arguments; type arguments are gone then. `None` where an argument is unknown or wrong
    /// and the result with it.
    pub(super) fn resolve(
        &mut self,
        function: &'static Function,
        name: &ast::Name,
        arguments: Vec<Checked>,
        span: Span,
    ) -> Option<(ResultType, Vec<Expr>)> {
        let mut list: Vec<Argument<'_>> = arguments.iter().map(Checked::argument).collect();
        let mut resolved = function.resolve(&list);
        while let Err(Mismatch::NotConstant { argument }) = resolved
            && let Some(Checked::Scalar(typed)) = arguments.get(argument)
            && let Some(Argument::Scalar { literal, .. }) = list.get_mut(argument)
            && !*literal
            && is_fixed(&typed.expr)
        {
            // A call that reads no row is as good as a constant here.
            *literal = true;
            resolved = function.resolve(&list);
        }
        let resolution = match resolved {
            Ok(resolution) => resolution,
            Err(mismatch) => {
                if !list.iter().any(|argument| matches!(argument, Argument::Unknown)) {
                    let spans: Vec<Span> = arguments
                        .iter()
                        .map(|argument| match argument {
                            Checked::Scalar(typed) => typed.expr.span,
                            _ => span,
                        })
                        .collect();
                    self.mismatch(function, name, &mismatch, &arguments, &spans, span);
                }
                return None;
            }
        };
        if resolution.result == ResultType::Unknown
            && !list.iter().any(|argument| matches!(argument, Argument::Unknown))
        {
            let message = format!("`{}` needs the name of a type", function.name);
            self.error(codes::ARGUMENT_TYPE, span, message);
            return None;
        }
        let mut converted = Vec::with_capacity(arguments.len());
        for (argument, to) in arguments.into_iter().zip(resolution.conversions) {
            if let Checked::Scalar(typed) = argument {
                converted.push(self.convert_as(typed, to));
            }
        }
        Some((resolution.result, converted))
    }

    pub(super) fn require_support(&mut self, function: &'static Function, name: &ast::Name) {
        if function.support == Support::No {
            self.error(codes::NOT_SUPPORTED, name.span, format!("`{}` is not supported", function.name));
        }
    }

    pub(super) fn mismatch(
        &mut self,
        function: &'static Function,
        name: &ast::Name,
        mismatch: &Mismatch,
        arguments: &[Checked],
        spans: &[Span],
        span: Span,
    ) {
        let at = |argument: usize| spans.get(argument).copied().unwrap_or(span);
        let label = function.name;
        let type_of = |argument: usize| match arguments.get(argument) {
            Some(Checked::Scalar(typed)) => typed.expr.scalar_type.name(),
            Some(Checked::Type(_) | Checked::Schema) => "type",
            Some(Checked::Star) => "`*`",
            None => "nothing",
        };
        let diagnostic = match mismatch {
            Mismatch::Count { least, most } => {
                let expected = match most {
                    Some(most) if most == least => count_of(*most),
                    Some(most) => format!("{least} to {}", count_of(*most)),
                    None => format!("at least {}", count_of(*least)),
                };
                let message = format!("`{label}` takes {expected}, not {}", arguments.len());
                Diagnostic::error(codes::ARGUMENT_COUNT, name.span, message)
            }
            Mismatch::Type { argument, expected } => {
                let message = format!("`{label}` needs a {expected} here, not a {}", type_of(*argument));
                Diagnostic::error(codes::ARGUMENT_TYPE, at(*argument), message)
            }
            Mismatch::NotConstant { argument } => Diagnostic::error(
                codes::CONSTANT_EXPECTED,
                at(*argument),
                format!("`{label}` needs a constant here"),
            ),
            Mismatch::NotLiteral { argument } => Diagnostic::error(
                codes::CONSTANT_EXPECTED,
                at(*argument),
                format!("`{label}` needs a literal here"),
            ),
            Mismatch::NotColumn { argument } => Diagnostic::error(
                codes::COLUMN_EXPECTED,
                at(*argument),
                format!("`{label}` needs the name of a column here"),
            ),
            Mismatch::Value { argument, allowed } => {
                let allowed: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
                Diagnostic::error(
                    codes::ARGUMENT_VALUE,
                    at(*argument),
                    format!("`{label}` takes {} here", allowed.join(", ")),
                )
            }
            Mismatch::NoCommonType { argument } => {
                let types: Vec<&str> = (*argument..arguments.len()).map(type_of).collect();
                let mut distinct: Vec<&str> = Vec::new();
                for name in types {
                    if !distinct.contains(&name) {
                        distinct.push(name);
                    }
                }
                Diagnostic::error(
                    codes::BRANCH_TYPES,
                    name.span,
                    format!("`{label}` needs values of one type, not {}", distinct.join(" and ")),
                )
                .with_note("convert them, for example with `tostring()` or `toreal()`")
            }
            Mismatch::NoSignature => {
                let types: Vec<&str> = (0..arguments.len()).map(type_of).collect();
                Diagnostic::error(
                    codes::ARGUMENT_TYPE,
                    name.span,
                    format!("`{label}` is not defined for ({})", types.join(", ")),
                )
            }
        };
        self.report(with_help(diagnostic, function, mismatch, arguments, span));
    }

    fn unknown_function(
        &mut self,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        let text = &*name.text;
        let found = catalogue::aggregate(text);
        let row = match (found, cx.aggregation) {
            (Some(_), _) => Cx { aggregation: None, ..*cx },
            (None, Some(aggregation)) if habits::is_aggregate(text) => {
                Cx { row: Some(&aggregation.row), aggregation: None, ..*cx }
            }
            _ => *cx,
        };
        let mut checked = Vec::with_capacity(arguments.len());
        for argument in arguments.iter().filter(|argument| !matches!(argument.kind, ast::ExprKind::Star)) {
            if !self.is_tabular(argument, &row) {
                checked.push(self.check_argument(argument, &row));
            }
        }
        if let Some(function) = found {
            let diagnostic = Diagnostic::error(
                codes::MISPLACED_AGGREGATE,
                name.span,
                format!("`{}` is an aggregate and belongs into `summarize`", function.name),
            );
            self.report(diagnostic);
            return Typed::unknown(span);
        }
        if self.is_table_function(text) {
            let diagnostic = Diagnostic::error(
                codes::SCALAR_EXPECTED,
                name.span,
                format!("`{text}` yields a table, not a single value"),
            );
            self.report(diagnostic);
            return Typed::unknown(span);
        }
        self.report_unknown_function(name, &checked, cx);
        Typed::unknown(span)
    }

    /// `arguments` are those that are known, to offer a function that takes them.
    pub(super) fn report_unknown_function(&mut self, name: &ast::Name, arguments: &[Checked], cx: &Cx<'_>) {
        let text = &*name.text;
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_FUNCTION, name.span, format!("no function named `{text}`"));
        let replace = |diagnostic: Diagnostic, with: &str| {
            diagnostic.with_replacement(format!("use `{with}`"), name.span, written_name(with))
        };
        if let Some(habit) = habits::find(habits::FUNCTIONS, text) {
            let arguments: Vec<Argument<'_>> = arguments.iter().map(Checked::argument).collect();
            let resolve = |function: &str| {
                let function = catalogue::scalar(function).or_else(|| catalogue::aggregate(function))?;
                function.resolve(&arguments).ok()
            };
            let takes_as_they_are = |function: &&&str| {
                resolve(function).is_some_and(|call| call.conversions.iter().all(Option::is_none))
            };
            if !habit.note.is_empty() {
                diagnostic = diagnostic.with_note(habit.note);
            }
            let best = habit.instead.iter().find(takes_as_they_are);
            let fitting = habit.instead.iter().find(|function| resolve(function).is_some());
            if let Some(function) = best.or(fitting).or(habit.instead.first()) {
                diagnostic = replace(diagnostic, function);
            }
            return self.report(diagnostic);
        }
        let mut candidates = self.variables(cx.env, |binding| matches!(binding, Binding::Function { .. }));
        candidates.extend(
            catalogue::functions()
                .iter()
                .filter(|function| !function.deprecated && function.kind != FunctionKind::Plugin)
                .map(|function| function.name),
        );
        if let Some(nearest) = suggest::nearest(text, candidates.iter().copied()) {
            diagnostic = replace(diagnostic, nearest);
        } else {
            let similar = suggest::similar(text, candidates);
            if !similar.is_empty() {
                diagnostic = diagnostic.with_note(format!("similar names: {}", suggest::listed(&similar)));
            }
        }
        self.report(diagnostic);
    }

    /// A function that reads other rows.
    fn window(
        &mut self,
        function: &'static Function,
        arguments: Vec<Expr>,
        result: ResultType,
        name: &ast::Name,
        span: Span,
        cx: &Cx<'_>,
    ) -> Typed {
        if !cx.row.is_some_and(|row| row.ordered || row.open) {
            let diagnostic = Diagnostic::error(
                codes::NOT_SERIALIZED,
                name.span,
                format!("`{}` needs rows in a defined order", function.name),
            )
            .with_note("put `sort by …` or `serialize` before it");
            self.report(diagnostic);
        }
        if let ("prev" | "next", Some(default)) = (function.canonical, arguments.get(2))
            && matches!(default.kind, ExprKind::Column(_))
        {
            self.error(
                codes::CONSTANT_EXPECTED,
                default.span,
                format!("`{}` needs a constant here", function.name),
            );
        }
        match result {
            ResultType::Scalar(scalar_type) => {
                let function = function.canonical;
                Typed::new(ExprKind::Window { function, arguments }, scalar_type, span)
            }
            _ => Typed::unknown(span),
        }
    }

    /// `isnull(text)` and `text is null`.
    fn string_is_never_null(&mut self, name: &ast::Name, value: Span, span: Span) {
        let (instead, always) = match &*name.text {
            "isnull" => ("isempty", "false"),
            _ => ("isnotempty", "true"),
        };
        let diagnostic = Diagnostic::warning(
            codes::STRING_NULL,
            name.span,
            format!("a string is never null, so this is always {always}"),
        )
        .with_note(format!("`{instead}()` looks for text that is missing"));
        let title = format!("use `{instead}`");
        let is_call = (name.span.end - name.span.start) as usize == name.text.len();
        self.report(if is_call {
            diagnostic.with_replacement(title, name.span, instead)
        } else {
            diagnostic.with_replacements(
                title,
                [
                    (Span::at(span.start), format!("{instead}(")),
                    (Span::new(value.end, span.end), ")".to_owned()),
                ],
            )
        });
    }

    fn require_capture_group(&mut self, regex: &Expr) {
        if let ExprKind::Literal(Value::String(text)) = &regex.kind
            && !has_capture_group(text)
        {
            self.error(
                codes::ARGUMENT_VALUE,
                regex.span,
                "`extract_all` needs a regex with at least one capture group",
            );
        }
    }
}

/// What a call that was found wrong would have yielded, if all signatures agree on it.
fn declared_result(function: &Function, span: Span) -> Typed {
    let mut results = function.signatures.iter().map(|signature| signature.result);
    match results.next() {
        Some(ResultRule::Declared(scalar_type))
            if results.all(|other| other == ResultRule::Declared(scalar_type)) =>
        {
            Typed::new(ExprKind::Literal(Value::null(scalar_type)), scalar_type, span)
        }
        _ => Typed::unknown(span),
    }
}

/// Whether an expression has one value for all rows.
fn is_fixed(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Now | ExprKind::ScalarSubquery(_) => true,
        ExprKind::Call { function, arguments } => {
            !matches!(*function, "rand" | "new_guid") && arguments.iter().all(is_fixed)
        }
        ExprKind::Path { base, steps } => {
            is_fixed(base)
                && steps.iter().all(|step| match step {
                    PathStep::Computed(index) => is_fixed(index),
                    PathStep::Member(_) | PathStep::Index(_) => true,
                })
        }
        ExprKind::Column(_) | ExprKind::Window { .. } | ExprKind::SetSubquery(_) => false,
    }
}

/// Adds what a newcomer may have meant by a call that does not fit.
fn with_help(
    diagnostic: Diagnostic,
    function: &Function,
    mismatch: &Mismatch,
    arguments: &[Checked],
    span: Span,
) -> Diagnostic {
    let needs_timespan = |argument: &usize| {
        function.signatures.iter().any(|signature| {
            signature.parameters.get(*argument).is_some_and(|parameter| {
                parameter.accepts == ParameterType::Declared(vec![ScalarType::Timespan])
            })
        })
    };
    match (function.canonical, mismatch) {
        ("count", _) if matches!(arguments, [Checked::Star]) => {
            diagnostic.with_note("`count()` counts rows").with_replacement("use `count()`", span, "count()")
        }
        ("count", _) => diagnostic.with_note(
            "`count()` counts rows, `countif(…)` those that fulfil a condition, `dcount(…)` distinct values",
        ),
        ("isnull", Mismatch::Count { .. }) if arguments.len() > 1 => {
            diagnostic.with_note("`coalesce(a, b)` takes the first value that is not null")
        }
        ("trim" | "trim_start" | "trim_end", Mismatch::Count { .. }) => diagnostic.with_note(format!(
            r#"the regex of what to cut off comes first: `{}(@"\s", text)`"#,
            function.name
        )),
        (_, Mismatch::Type { argument, .. }) if needs_timespan(argument) => match arguments.get(*argument) {
            Some(Checked::Scalar(typed)) => {
                let diagnostic =
                    diagnostic.with_note("a duration has a unit and no quotes: `7d`, `1h`, `30m`");
                match operand_help::meant(typed, ScalarType::Timespan) {
                    Some(meant) => diagnostic.with_replacement(
                        format!("use `{}`", meant.replacement),
                        meant.span,
                        meant.replacement,
                    ),
                    None => diagnostic,
                }
            }
            _ => diagnostic,
        },
        _ => diagnostic,
    }
}

fn count_of(count: usize) -> String {
    match count {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        _ => format!("{count} arguments"),
    }
}

/// Whether a regular expression has a group that captures.
fn has_capture_group(regex: &str) -> bool {
    let mut chars = regex.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                if chars.peek() != Some(&'?') {
                    return true;
                }
                chars.next();
                let named = match chars.peek() {
                    Some('P') => true,
                    Some('<') => {
                        let mut ahead = chars.clone();
                        ahead.next();
                        !matches!(ahead.peek(), Some('=' | '!'))
                    }
                    _ => false,
                };
                if named {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}
