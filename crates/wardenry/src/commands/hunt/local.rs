//! What the engine adds on this side: the chart that a query asks for, and where a refused query is wrong.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;
use wardenry_diagnostic::Diagnostic;
use wardenry_diagnostic::terminal::Terminal;
use wardenry_hunting::chart;
use wardenry_kql_engine::ResultColumn;
use wardenry_kql_functions::dynamic::{Cell, Dynamic};
use wardenry_kql_semantics::checked::Render;
use wardenry_kql_semantics::hunting::HuntingSchema;
use wardenry_kql_semantics::{CheckOptions, check};
use wardenry_kql_syntax::ast::{ExprKind, NamedOption, OperatorKind, OptionValue, StatementKind};
use wardenry_kql_values::{ScalarType, Value as KqlValue, boolean, datetime, real, timespan};

use super::result::HuntResult;
use crate::failure::Failure;
use crate::output::{self, Format, terminal_width};

/// Draws what the query's `render` asks for: into the file, or below a table.
pub(super) fn draw(
    query: &str,
    hunt: &HuntResult,
    format: Format,
    file: Option<&Path>,
) -> Result<(), Failure> {
    let render = render_of(query).filter(|render| &*render.kind != "table");
    let Some(render) = render else {
        if file.is_some() {
            output::warning("there is no chart: the query does not end with `render`");
        }
        return Ok(());
    };
    if file.is_none() && format != Format::Table {
        return Ok(());
    }
    let (columns, rows) = ChartRows::of(hunt);
    let chart = match chart::of_result(&render, &columns, &[rows]) {
        Ok(chart) => chart,
        Err(reason) => {
            output::warning(&format!("no chart: {reason}"));
            return Ok(());
        }
    };
    if let Some(path) = file {
        let written = std::fs::write(path, chart.to_svg(960, 540));
        written.with_context(|| format!("cannot write {}", path.display()))?;
        output::note(&format!("the chart is in {}", path.display()));
    } else {
        let colour = std::io::stdout().is_terminal();
        let mut out = anstream::stdout().lock();
        write!(out, "\n{}", chart.to_terminal(terminal_width().unwrap_or(100), colour))?;
    }
    Ok(())
}

/// Shows on standard error what the checker finds wrong with a query that a service refused. The service's own tables
/// may be others than the documented ones, so that this is a remark and no verdict.
pub(super) fn say_what_is_wrong(query: &str) {
    let parsed = wardenry_kql_syntax::parse(query);
    let mut diagnostics = parsed.diagnostics;
    if !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(check(&parsed.query, &HuntingSchema, &CheckOptions::default()).diagnostics);
    }
    diagnostics.retain(Diagnostic::is_error);
    if diagnostics.is_empty() {
        return;
    }
    output::note("what the local checker says about the query:");
    let terminal = Terminal { name: None, color: std::io::stderr().is_terminal() };
    // A closed standard error leaves nobody to tell.
    drop(writeln!(anstream::stderr(), "{}", terminal.render(query, &diagnostics).trim_end()));
}

/// The `render` at the end of a query. It is the reader's part of the language; services ignore it.
fn render_of(query: &str) -> Option<Render> {
    let parsed = wardenry_kql_syntax::parse(query);
    let last = parsed.query.statements.last()?;
    let StatementKind::Expression(expression) = &last.kind else { return None };
    let ExprKind::Pipe(pipe) = &expression.kind else { return None };
    let operator = pipe.operators.last()?;
    let OperatorKind::Render { kind, with } = &operator.kind else { return None };
    let kind = kind.as_ref().map_or_else(|| "table".into(), |kind| kind.text.clone());
    let options = with.iter().chain(&operator.options).map(|option| (option.name.clone(), text_of(option)));
    Some(Render { kind, options: options.collect() })
}

fn text_of(option: &NamedOption) -> Box<str> {
    let name = |kind: &ExprKind| if let ExprKind::Name(name) = kind { Some(name.text.clone()) } else { None };
    match &option.value {
        OptionValue::Word(word) => word.text.clone(),
        OptionValue::Expr(expr) => match &expr.kind {
            ExprKind::Literal(KqlValue::String(text)) => text.clone(),
            ExprKind::List(items) => {
                let names: Vec<_> = items.iter().filter_map(|item| name(&item.kind)).collect();
                names.join(",").into()
            }
            other => name(other).unwrap_or_default(),
        },
    }
}

/// Rows as a chart reads them.
struct ChartRows {
    types: Vec<ScalarType>,
    values: Vec<Vec<Value>>,
    /// Nested values as text, by row and column.
    nested: Vec<Vec<String>>,
}

impl ChartRows {
    /// The tenant goes last: where a query does not say which column is the axis, it is the first, and tenants are series.
    /// Of one tenant alone it says nothing.
    fn of(hunt: &HuntResult) -> (Vec<ResultColumn>, Self) {
        let order =
            |len: usize| if hunt.outcomes.len() > 1 { (1..len).chain(0..1) } else { (1..len).chain(0..0) };
        let merged = hunt.merge.columns();
        let column = |index: usize| ResultColumn {
            name: merged[index].name.as_str().into(),
            scalar_type: ScalarType::parse(merged[index].column_type.name()).unwrap_or(ScalarType::Dynamic),
        };
        let columns: Vec<ResultColumn> = order(merged.len()).map(column).collect();
        let arranged =
            |mut row: Vec<Value>| -> Vec<Value> { order(row.len()).map(|index| row[index].take()).collect() };
        let values: Vec<Vec<Value>> = hunt.rows().map(arranged).collect();
        let types: Vec<ScalarType> = columns.iter().map(|column| column.scalar_type).collect();
        let text = |(value, scalar_type): (&Value, &ScalarType)| match scalar_type {
            ScalarType::Dynamic => value.to_string(),
            _ => String::new(),
        };
        let nested = values.iter().map(|row| row.iter().zip(&types).map(text).collect()).collect();
        (columns, Self { types, values, nested })
    }
}

impl chart::Grid for ChartRows {
    fn rows(&self) -> usize {
        self.values.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let cell = match (self.types[column], &self.values[row][column]) {
            (_, Value::Null) => None,
            (ScalarType::Dynamic, _) => Some(Cell::Dynamic(Dynamic::new(&self.nested[row][column]))),
            (_, Value::Bool(value)) => Some(Cell::Bool(*value)),
            (ScalarType::Bool, Value::String(text)) => boolean::parse(text).map(Cell::Bool),
            (ScalarType::Datetime, Value::String(text)) => datetime::parse(text).map(Cell::Datetime),
            (ScalarType::Timespan, Value::String(text)) => timespan::parse(text).map(Cell::Timespan),
            (ScalarType::Real | ScalarType::Decimal, Value::String(text)) => {
                real::parse(text).map(Cell::Real)
            }
            (_, Value::String(text)) => Some(Cell::String(text)),
            (_, Value::Number(number)) => {
                let whole = number.as_i64().map(Cell::Long);
                whole.or_else(|| number.as_f64().map(Cell::Real))
            }
            (_, Value::Array(_) | Value::Object(_)) => None,
        };
        cell.unwrap_or(Cell::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn render_is_found_at_the_end_only() {
        let render = |query: &str| {
            render_of(query).map(|render| {
                let options = render.options.iter().map(|(name, text)| format!("{name}={text}"));
                format!("{} {}", render.kind, options.collect::<Vec<_>>().join(" ")).trim_end().to_owned()
            })
        };
        assert_eq!(
            render("let x = 1; T | summarize count() by A | render piechart").as_deref(),
            Some("piechart")
        );
        assert_eq!(
            render("T | render columnchart with (title=\"a b\", ycolumns=N, M, kind=stacked)").as_deref(),
            Some("columnchart title=a b ycolumns=N,M kind=stacked")
        );
        assert_eq!(render("T | take 1"), None);
        assert_eq!(render("print 'render piechart'"), None);
        assert_eq!(render("| | ((("), None);
    }
}
