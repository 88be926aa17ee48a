//! `sliding_window_counts`, `activity_counts_metrics`: who was active when.
//! [sliding-window-counts-plugin.md, activity-counts-metrics-plugin.md]
//!
//! Distinct values are counted exactly, where the service estimates their number. Rows behind the end are left out. A window that
//! reaches back before the start counts the rows there; windows without rows are left out.

use std::fmt::Write as _;
use std::sync::Arc;

use wardenry_kql_semantics::checked::{CheckedPlugin, Expr, PluginArgument, Rel, RelKind};
use wardenry_kql_values::{ScalarType, Value};

use crate::RunError;
use crate::lower::{Lowered, Lowerer};
use crate::operators::conversion::{converted, converted_expr};
use crate::operators::template::{Source, Template};

/// The steps of one window: each row is counted in so many.
pub(super) const MAX_STEPS: i64 = 10_000;

pub(super) fn sliding_window_counts(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    plugin: &CheckedPlugin,
) -> Result<Lowered, RunError> {
    let [id, at, start, end, window, step, dimensions @ ..] = &*scalars(plugin) else {
        return Err(RunError::internal("lowering", "the arguments of sliding_window_counts"));
    };
    let (start, end) = (lowerer.constant(start)?, lowerer.constant(end)?);
    let (window, step) = (lowerer.constant(window)?, lowerer.constant(step)?);
    let steps = match quotient(&window, &step) {
        Some(steps) if steps <= MAX_STEPS => steps.max(1),
        Some(_) => {
            let message = format!("a window has more than {MAX_STEPS} steps");
            return Err(RunError::OperatorLimit {
                operator: "sliding_window_counts",
                message,
                span: rel.span,
            });
        }
        None => return Err(bad_step("sliding_window_counts", rel)),
    };
    let names = names(dimensions.len());
    let text = format!(
        "T | where at <= end | extend b = bin_at(at, step, start) \
         | where b > start - step * steps \
         | summarize n = count() by id, b{names} \
         | mv-expand k = range(0, steps - 1) to typeof(long) | extend w = b + step * k \
         | where w between (start .. end) \
         | summarize n = sum(n), d = count_distinct(id) by w{names} \
         | project w{names}, n, d"
    );
    let parameters =
        vec![("start", start), ("end", end), ("step", step), ("steps", Value::Long(Some(steps)))];
    expanded(
        lowerer,
        rel,
        plugin.name,
        &text,
        source(input, &[("id", id), ("at", at)], dimensions),
        parameters,
    )
}

pub(super) fn activity_counts_metrics(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    plugin: &CheckedPlugin,
) -> Result<Lowered, RunError> {
    let [id, at, start, end, step, dimensions @ ..] = &*scalars(plugin) else {
        return Err(RunError::internal("lowering", "the arguments of activity_counts_metrics"));
    };
    let (start, end) = (lowerer.constant(start)?, lowerer.constant(end)?);
    let step = lowerer.constant(step)?;
    if quotient(&step, &step).is_none() {
        return Err(bad_step("activity_counts_metrics", rel));
    }
    let names = names(dimensions.len());
    // One text for the dimensions: the windows of each combination are added up.
    let key = match dimensions.len() {
        0 => "\"\"".to_owned(),
        _ => format!("tostring(pack_array({}))", names.trim_start_matches(", ")),
    };
    let text = format!(
        "let Active = T | where at between (start .. end) | extend b = bin_at(at, step, start) \
         | summarize n = count() by id, b{names}; \
         Active | join kind=inner (Active | summarize earliest = min(b) by id{names}) on id{names} \
         | summarize n = sum(n), d = count(), first_seen = countif(b == earliest) by b{names} \
         | extend key = {key} \
         | partition by key (sort by b asc | extend total = row_cumsum(first_seen)) \
         | project b{names}, n, d, first_seen, total"
    );
    let parameters = vec![("start", start), ("end", end), ("step", step)];
    expanded(
        lowerer,
        rel,
        plugin.name,
        &text,
        source(input, &[("id", id), ("at", at)], dimensions),
        parameters,
    )
}

/// The arguments that are no tables and no aggregates: all of them.
pub(super) fn scalars(plugin: &CheckedPlugin) -> Vec<&Expr> {
    (plugin.arguments.iter())
        .filter_map(|argument| match argument {
            PluginArgument::Expr(expr) => Some(expr),
            PluginArgument::Rel(_) | PluginArgument::Aggregate(_) => None,
        })
        .collect()
}

/// `, d0, d1, …`
pub(super) fn names(dimensions: usize) -> String {
    let mut names = String::new();
    for index in 0..dimensions {
        let _infallible = write!(names, ", d{index}");
    }
    names
}

/// The input with the columns that a query reads, and dimensions. An `int` is read as a `long`: windows are calculated as such.
pub(super) fn source(input: &Rel, read: &[(&str, &Expr)], dimensions: &[&Expr]) -> Source {
    let long = |expr: &Expr| match expr.scalar_type {
        ScalarType::Int => converted_expr(expr.clone(), ScalarType::Long),
        _ => expr.clone(),
    };
    let read = read.iter().map(|(name, expr)| (Arc::from(*name), long(expr)));
    let dimensions =
        dimensions.iter().enumerate().map(|(index, expr)| (format!("d{index}").into(), (*expr).clone()));
    Source { name: "T", rows: input.clone(), columns: read.chain(dimensions).collect() }
}

/// The query's columns as those of the plugin. The query is sound if its parameters and columns are of types that go together.
pub(super) fn expanded(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    operator: &'static str,
    text: &str,
    source: Source,
    parameters: Vec<(&str, Value)>,
) -> Result<Lowered, RunError> {
    let span = rel.span;
    let template = Template { text, sources: vec![source], parameters };
    let result = template.rel(lowerer, span)?.ok_or_else(|| {
        let message = "the types of the timeline, its limits and its step do not go together".to_owned();
        RunError::Operator { operator, message, span }
    })?;
    let exprs = (result.columns.iter().zip(&rel.columns))
        .map(|(from, to)| converted(from, to.scalar_type, span))
        .collect();
    let kind = RelKind::Project { input: Box::new(result), exprs };
    lowerer.rel(&Rel { kind, columns: rel.columns.clone(), span })
}

/// How often `step` fits into `length`; `None` if either is null, or the step is not positive.
fn quotient(length: &Value, step: &Value) -> Option<i64> {
    let (length, step) = (number(length)?, number(step)?);
    #[expect(clippy::cast_possible_truncation, reason = "saturates, as wanted")]
    (step > 0.0).then(|| (length / step).floor() as i64)
}

#[expect(clippy::cast_precision_loss, reason = "a count of steps is small")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(value) => value.map(f64::from),
        Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => {
            value.map(|value| value as f64)
        }
        Value::Real(value) => value.filter(|value| value.is_finite()),
        Value::Decimal(value) => value.as_deref().and_then(|text| text.parse().ok()),
        _ => None,
    }
}

fn bad_step(operator: &'static str, rel: &Rel) -> RunError {
    RunError::Operator { operator, message: "the step must be greater than zero".to_owned(), span: rel.span }
}
