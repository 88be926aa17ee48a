//! `pivot`: the values of a column become columns. [pivot-plugin.md]

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use wardenry_diagnostic::Span;
use wardenry_kql_semantics::checked::{
    AggregateCall, CheckedPlugin, Column, ColumnId, Expr, ExprKind, PluginArgument, Rel, RelKind,
};
use wardenry_kql_values::{ScalarType, Value};

use super::found_columns::{COLUMNS, Collect, Collector};
use crate::RunError;
use crate::lower::{Lowered, Lowerer};
use crate::operators::conversion::{call, converted, null, read};

/// Rows are first grouped by the keys and the pivoted value, as `summarize` does; then each key's values are taken apart.
pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    plugin: &CheckedPlugin,
) -> Result<Lowered, RunError> {
    let span = rel.span;
    let pivoted = pivoted(plugin).ok_or_else(|| RunError::internal("lowering", "pivot has no column"))?;
    let aggregate = aggregate(plugin, span);
    let key_of =
        |column: &Column| input.columns.iter().find(|its| its.id == column.id || is_key(plugin, its, column));
    let keys: Vec<(&Column, &Column)> =
        rel.columns.iter().filter_map(|column| Some((column, key_of(column)?))).collect();

    let grouped: Vec<Column> = keys.iter().map(|(_, key)| lowerer.new_column(key.scalar_type)).collect();
    let (value, result) = (lowerer.new_column(ScalarType::String), lowerer.new_column(aggregate.scalar_type));
    let kind = RelKind::Summarize {
        input: Box::new(input.clone()),
        keys: keys.iter().map(|(_, key)| read(key, span)).chain([as_text(pivoted)]).collect(),
        aggregates: vec![aggregate.clone()],
    };
    let columns = grouped.iter().chain([&value, &result]).cloned().collect();
    let groups = Rel { kind, columns, span };

    let made: Vec<&Column> =
        rel.columns.iter().filter(|column| !keys.iter().any(|(key, _)| key.id == column.id)).collect();
    let taken: Vec<Column> = made.iter().map(|_| lowerer.new_column(aggregate.scalar_type)).collect();
    let mut aggregates = Vec::with_capacity(made.len());
    for column in &made {
        let name = Expr {
            kind: ExprKind::Literal(Value::String((&*column.name).into())),
            scalar_type: ScalarType::String,
            span,
        };
        let condition = call("==", vec![read(&value, span), name], ScalarType::Bool, span);
        aggregates.push(AggregateCall {
            function: "take_anyif",
            arguments: vec![read(&result, span), condition],
            scalar_type: aggregate.scalar_type,
            span,
        });
    }
    let spread: Vec<Column> = keys.iter().map(|(_, key)| lowerer.new_column(key.scalar_type)).collect();
    let columns = spread.iter().chain(&taken).cloned().collect();
    let keys_read = grouped.iter().map(|key| read(key, span)).collect();
    let kind = RelKind::Summarize { input: Box::new(groups), keys: keys_read, aggregates };
    let spread_rel = Rel { kind, columns, span };

    // Where a key has no row with a value, its count is 0.
    let is_count =
        matches!(aggregate.function, "count" | "countif" | "dcount" | "dcountif" | "sum" | "sumif");
    let exprs = rel.columns.iter().map(|column| {
        if let Some(index) = keys.iter().position(|(key, _)| key.id == column.id) {
            return read(&spread[index], span);
        }
        let index = made.iter().position(|its| its.id == column.id).unwrap_or_default();
        let value = converted(&taken[index], column.scalar_type, span);
        if is_count && column.scalar_type.is_number() {
            let zero = match column.scalar_type {
                ScalarType::Int => Value::Int(Some(0)),
                ScalarType::Real => Value::Real(Some(0.0)),
                ScalarType::Long => Value::Long(Some(0)),
                other => return call("coalesce", vec![value, null(other, span)], other, span),
            };
            let scalar_type = column.scalar_type;
            let zero = Expr { kind: ExprKind::Literal(zero), scalar_type, span };
            return call("coalesce", vec![value, zero], scalar_type, span);
        }
        value
    });
    let kind = RelKind::Project { exprs: exprs.collect(), input: Box::new(spread_rel) };
    lowerer.rel(&Rel { kind, columns: rel.columns.clone(), span })
}

/// The column whose values become columns.
pub(super) fn pivoted(plugin: &CheckedPlugin) -> Option<&Expr> {
    match plugin.arguments.first() {
        Some(PluginArgument::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// The pivoted values as names of columns.
pub(super) fn as_text(pivoted: &Expr) -> Expr {
    match pivoted.scalar_type {
        ScalarType::String => pivoted.clone(),
        _ => call("tostring", vec![pivoted.clone()], ScalarType::String, pivoted.span),
    }
}

/// What each cell holds: `count()` if the query does not say.
fn aggregate(plugin: &CheckedPlugin, span: Span) -> AggregateCall {
    let given = plugin.arguments.iter().find_map(|argument| match argument {
        PluginArgument::Aggregate(aggregate) => Some(aggregate.clone()),
        _ => None,
    });
    given.unwrap_or_else(|| AggregateCall {
        function: "count",
        arguments: Vec::new(),
        scalar_type: ScalarType::Long,
        span,
    })
}

/// Whether a declared column is a column of the input: the one of its name that the plugin does not read otherwise.
fn is_key(plugin: &CheckedPlugin, its: &Column, declared: &Column) -> bool {
    let read_otherwise = |expr: &Expr| matches!(expr.kind, ExprKind::Column(id) if id == its.id);
    let otherwise = plugin.arguments.iter().take(2).any(|argument| match argument {
        PluginArgument::Expr(expr) => read_otherwise(expr),
        PluginArgument::Aggregate(aggregate) => aggregate.arguments.iter().any(read_otherwise),
        PluginArgument::Rel(_) => false,
    });
    its.name == declared.name && its.scalar_type == declared.scalar_type && !otherwise
}

/// The columns that the values of a query make, in alphabetical order.
#[derive(Clone, Debug)]
pub(super) struct Names {
    keys: Vec<(Arc<str>, ScalarType)>,
    /// Of each cell.
    scalar_type: ScalarType,
    span: Span,
    found: BTreeSet<String>,
}

impl Names {
    pub(super) fn new(input: &Rel, plugin: &CheckedPlugin, span: Span) -> Self {
        let named: Vec<ColumnId> = plugin.arguments.iter().filter_map(column_of).skip(1).collect();
        let is_key = |column: &&Column| {
            if named.is_empty() { is_key(plugin, column, column) } else { named.contains(&column.id) }
        };
        let keys = input.columns.iter().filter(is_key);
        Self {
            keys: keys.map(|key| (Arc::clone(&key.name), key.scalar_type)).collect(),
            scalar_type: aggregate(plugin, span).scalar_type,
            span,
            found: BTreeSet::new(),
        }
    }
}

fn column_of(argument: &PluginArgument) -> Option<ColumnId> {
    match argument {
        PluginArgument::Expr(Expr { kind: ExprKind::Column(id), .. }) => Some(*id),
        _ => None,
    }
}

impl Collect for Names {
    fn start(&self) -> Box<dyn Collector> {
        Box::new(self.clone())
    }
}

impl Collector for Names {
    fn add(&mut self, values: &ArrayRef) -> Result<(), RunError> {
        let values = values.as_string_view();
        for row in 0..values.len() {
            let value = if values.is_valid(row) { values.value(row) } else { "" };
            if !self.found.contains(value) {
                self.found.insert(value.to_owned());
            }
        }
        if self.found.len() > COLUMNS {
            let message = format!("the column has more than {COLUMNS} different values");
            return Err(RunError::OperatorLimit { operator: "pivot", message, span: self.span });
        }
        Ok(())
    }

    fn columns(&self) -> Result<Vec<(Arc<str>, ScalarType)>, RunError> {
        let mut columns = self.keys.clone();
        for name in &self.found {
            let mut unique: Arc<str> = name.as_str().into();
            let mut number = 0;
            while columns.iter().any(|(its, _)| *its == unique) {
                number += 1;
                unique = format!("{name}{number}").into();
            }
            columns.push((unique, self.scalar_type));
        }
        Ok(columns)
    }
}
