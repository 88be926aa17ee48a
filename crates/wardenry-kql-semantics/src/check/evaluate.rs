//! `evaluate`: plugins.

use std::sync::Arc;

use wardenry_diagnostic::{Diagnostic, Span};
use wardenry_kql_syntax::ast::{self, OperatorKind};
use wardenry_kql_values::{ScalarType, Value};

use super::aggregates::Aggregation;
use super::calls::Checked;
use super::expr::Typed;
use super::names::Names;
use super::pipeline::At;
use super::relation::Relation;
use super::scope::{Cx, Row};
use super::{Checker, Pending, suggest};
use crate::catalogue::{self, Argument, Function, FunctionKind, Support};
use crate::checked::{
    AggregateCall, CheckedPlugin, Column, ColumnId, ExprKind, PluginArgument, PluginSchema, PluginSite,
    RelKind,
};
use crate::codes;
use crate::written_name;

/// A plugin's argument while it is being checked.
enum PluginValue {
    Scalar(Typed),
    Table(Box<Relation>),
    Aggregate(AggregateCall),
}

impl PluginValue {
    /// The column that it is.
    fn column(&self) -> Option<ColumnId> {
        match self {
            Self::Scalar(Typed { expr, .. }) => match expr.kind {
                ExprKind::Column(id) => Some(id),
                _ => None,
            },
            Self::Table(_) | Self::Aggregate(_) => None,
        }
    }
}

/// The arguments by position, and those that are given by name. The former are `None` if they are wrong.
type PluginArguments = (Option<Vec<PluginValue>>, Vec<(Box<str>, Value)>);

impl<'q> Checker<'q> {
    pub(super) fn evaluate(&mut self, at: At<'q>, input: Option<Relation>) -> Relation {
        let OperatorKind::Evaluate { name, arguments, schema, schema_star } = &at.operator.kind else {
            return Relation::unknown(at.span());
        };
        let span = at.span();
        let site = PluginSite(self.next_site);
        self.next_site += 1;
        let Some(plugin) = catalogue::plugin(&name.text) else {
            self.report_unknown_plugin(name);
            return Relation::unknown(span);
        };
        if plugin.support == Support::No {
            self.error(
                codes::NOT_SUPPORTED,
                name.span,
                format!("the plugin `{}` is not supported", plugin.name),
            );
            return match schema {
                Some(schema) => {
                    let columns = self.declared_columns(schema);
                    let mut relation = Relation::new(RelKind::Values { rows: Vec::new() }, columns, span);
                    relation.open = *schema_star;
                    relation
                }
                None => Relation::unknown(span),
            };
        }
        let Some(input) = input else {
            self.error(codes::TABLE_EXPECTED, name.span, format!("`{}` works on a table", plugin.name));
            return Relation::unknown(span);
        };
        let (values, options) = self.plugin_arguments(at, plugin, name, arguments, &input);
        let Some(values) = values else { return Relation::unknown(span) };
        let declared = schema.as_ref().map(|schema| self.declared_columns(schema));
        self.plugin_result(at, site, plugin.name, input, values, options, declared, *schema_star)
    }

    fn report_unknown_plugin(&mut self, name: &ast::Name) {
        let plugins = catalogue::functions().iter().filter(|function| function.kind == FunctionKind::Plugin);
        let nearest = suggest::nearest(&name.text, plugins.map(|plugin| plugin.name));
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_PLUGIN, name.span, format!("no plugin named `{}`", name.text));
        if let Some(nearest) = nearest {
            diagnostic =
                diagnostic.with_replacement(format!("use `{nearest}`"), name.span, written_name(nearest));
        }
        self.report(diagnostic);
    }

    fn plugin_arguments(
        &mut self,
        at: At<'q>,
        plugin: &'static Function,
        name: &'q ast::Name,
        arguments: &'q [ast::Expr],
        input: &Relation,
    ) -> PluginArguments {
        let row = Row::of(input);
        let cx = Cx::row(at.env, &row);
        let mut values: Vec<PluginValue> = Vec::with_capacity(arguments.len());
        let mut options = Vec::new();
        for argument in arguments {
            if let ast::ExprKind::Named { name, value } = &argument.kind {
                let constant = match self.constant_of(value, at.env) {
                    None => self.scalar(value, &Cx::constant(at.env)).constant,
                    constant => constant,
                };
                match constant {
                    Some(constant) => options.push((name.text.clone(), constant)),
                    None => {
                        self.error(codes::CONSTANT_EXPECTED, value.span, "a literal must stand here");
                    }
                }
                continue;
            }
            if self.is_tabular(argument, &cx) {
                values.push(PluginValue::Table(Box::new(self.table(argument, &Cx::constant(at.env)))));
                continue;
            }
            if plugin.name == "pivot"
                && values.len() == 1
                && let ast::ExprKind::Call { .. } = &argument.kind
            {
                if let Some(aggregate) = self.pivot_aggregate(at, argument, row) {
                    values.push(PluginValue::Aggregate(aggregate));
                }
                continue;
            }
            // Columns of the table that is looked up stand behind it, and behind the first column of the input.
            let table = match values.first() {
                Some(PluginValue::Table(relation)) if values.len() >= 2 => Some(relation.clone()),
                _ => None,
            };
            let typed = match &table {
                Some(relation) if matches!(argument.kind, ast::ExprKind::Name(_)) => {
                    let row = Row::of(relation);
                    self.scalar(argument, &Cx::row(at.env, &row))
                }
                _ => self.scalar(argument, &cx),
            };
            values.push(PluginValue::Scalar(typed));
        }
        // An aggregate stands for a value of its type.
        let list: Vec<Argument<'_>> = values
            .iter()
            .map(|value| match value {
                PluginValue::Scalar(typed) => typed.argument(),
                PluginValue::Table(relation) => {
                    Argument::Tabular { first: relation.columns().first().map(|column| column.scalar_type) }
                }
                PluginValue::Aggregate(_) => Argument::Unknown,
            })
            .collect();
        let unknown = values.iter().any(|value| matches!(value, PluginValue::Scalar(typed) if typed.unknown));
        if let Err(mismatch) = plugin.resolve(&list) {
            if !unknown {
                let checked: Vec<Checked> = values
                    .iter()
                    .map(|value| match value {
                        PluginValue::Scalar(typed) => Checked::Scalar(typed.clone()),
                        PluginValue::Table(_) | PluginValue::Aggregate(_) => Checked::Schema,
                    })
                    .collect();
                let spans: Vec<Span> = arguments.iter().map(|argument| argument.span).collect();
                self.mismatch(plugin, name, &mismatch, &checked, &spans, at.span());
            }
            return (None, options);
        }
        ((!unknown).then_some(values), options)
    }

    fn pivot_aggregate(
        &mut self,
        at: At<'q>,
        argument: &'q ast::Expr,
        row: Row<'_>,
    ) -> Option<AggregateCall> {
        let aggregation = Aggregation::new(row, &[]);
        let cx = Cx { aggregation: Some(&aggregation), ..Cx::constant(at.env) };
        let typed = self.scalar(argument, &cx);
        let mut calls = aggregation.calls.into_inner();
        match (calls.pop(), &typed.expr.kind) {
            (Some((call, column)), ExprKind::Column(id)) if calls.is_empty() && column.id == *id => {
                Some(call)
            }
            _ => {
                if !typed.unknown {
                    self.error(codes::ARGUMENT_TYPE, argument.span, "`pivot` needs an aggregate here");
                }
                None
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a plugin's call")]
    fn plugin_result(
        &mut self,
        at: At<'q>,
        site: PluginSite,
        name: &'static str,
        input: Relation,
        values: Vec<PluginValue>,
        options: Vec<(Box<str>, Value)>,
        declared: Option<Vec<Column>>,
        declared_star: bool,
    ) -> Relation {
        let span = at.span();
        let (kept, known): (Vec<Column>, Option<Vec<Column>>) = match name {
            "bag_unpack" => {
                let bag = values.first().and_then(PluginValue::column);
                let kept = input.columns().iter().filter(|column| Some(column.id) != bag).cloned().collect();
                (kept, None)
            }
            "pivot" => (pivot_keys(&input, &values), None),
            "ipv4_lookup" | "ipv6_lookup" => {
                let right: Vec<Column> = match values.first() {
                    Some(PluginValue::Table(relation)) => relation.rel.columns.clone(),
                    _ => Vec::new(),
                };
                // Further keys are on both sides and stay on the left only.
                let keys: Vec<_> = values.iter().skip(3).filter_map(PluginValue::column).collect();
                let right: Vec<Column> =
                    right.into_iter().filter(|column| !keys.contains(&column.id)).collect();
                let columns = self.joined_columns(&input, &right);
                (Vec::new(), Some(columns))
            }
            "narrow" => {
                let columns = [
                    ("Row", ScalarType::Long),
                    ("Column", ScalarType::String),
                    ("Value", ScalarType::String),
                ];
                let columns =
                    columns.map(|(name, scalar_type)| self.fresh_column(name, scalar_type)).to_vec();
                (Vec::new(), Some(columns))
            }
            "sliding_window_counts" => {
                let added = [("Count", ScalarType::Long), ("Dcount", ScalarType::Long)];
                (Vec::new(), Some(self.window_columns(&input, &values, 1, 6, &added)))
            }
            "activity_counts_metrics" => {
                let added = ["count", "dcount", "new_dcount", "aggregated_dcount"];
                let added = added.map(|name| (name, ScalarType::Long));
                (Vec::new(), Some(self.window_columns(&input, &values, 1, 5, &added)))
            }
            "rolling_percentile" => {
                let (name, scalar_type) = rolling_percentile(&input, &values);
                let added = [(&*name, scalar_type)];
                (Vec::new(), Some(self.window_columns(&input, &values, 2, 5, &added)))
            }
            "identity" => (Vec::new(), Some(input.columns().to_vec())),
            _ => (Vec::new(), None),
        };
        let found = self.options.plugin_columns.get(&site).cloned();
        let mut schema = PluginSchema::Known;
        let columns = match (declared, known, found) {
            (None, Some(known), _) => known,
            (Some(declared), _, _) if declared_star => self.with_declared(kept, declared),
            (Some(declared), _, _) => declared,
            (None, None, Some(found)) => {
                schema = PluginSchema::Found;
                self.found_columns(found, &kept)
            }
            (None, None, None) => {
                schema = PluginSchema::Data;
                kept
            }
        };
        let pending = schema == PluginSchema::Data;
        let open = input.open || pending;
        let depth = input.depth.saturating_add(1);
        let mut arguments = Vec::with_capacity(values.len());
        for value in values {
            arguments.push(match value {
                PluginValue::Scalar(typed) => PluginArgument::Expr(typed.expr),
                PluginValue::Table(relation) => PluginArgument::Rel(relation.rel),
                PluginValue::Aggregate(aggregate) => PluginArgument::Aggregate(aggregate),
            });
        }
        let input_open = input.open;
        let plugin = CheckedPlugin { name, input: Some(Box::new(input.rel)), arguments, options, schema };
        if pending && !input_open && self.pending.is_none() && !self.exhausted {
            if self.pending_allowed {
                self.pending = Some(Pending { site, plugin: plugin.clone(), shared: Vec::new(), span });
            } else if !self.looking_only {
                self.report(
                    Diagnostic::error(
                        codes::SCHEMA_NEEDED,
                        at.keyword(),
                        format!("the columns that `{name}` yields here must be declared"),
                    )
                    .with_note(format!("write them behind it: `evaluate {name}(…) : (Name: type, …)`")),
                );
            }
        }
        let mut relation = Relation::new(RelKind::Evaluate(plugin), columns, span);
        relation.open = open;
        relation.depth = depth;
        relation
    }

    /// The column of the timeline, which is an argument, the dimensions, which are those behind the others, and what is added.
    fn window_columns(
        &mut self,
        input: &Relation,
        values: &[PluginValue],
        timeline: usize,
        dimensions: usize,
        added: &[(&str, ScalarType)],
    ) -> Vec<Column> {
        let read = values.get(timeline).into_iter().chain(values.iter().skip(dimensions));
        let read = read.filter_map(|value| column_of(input, value));
        let added = added.iter().map(|(name, scalar_type)| (Arc::from(*name), *scalar_type));
        let all: Vec<(Arc<str>, ScalarType)> =
            read.map(|column| (column.name.clone(), column.scalar_type)).chain(added).collect();
        let mut names = Names::default();
        all.into_iter()
            .map(|(name, scalar_type)| {
                let name = names.unique(&name);
                self.fresh_column(name, scalar_type)
            })
            .collect()
    }

    /// `: (*, a: long)`: what the plugin keeps, and the declared columns.
    fn with_declared(&mut self, kept: Vec<Column>, declared: Vec<Column>) -> Vec<Column> {
        let mut columns = kept;
        columns.retain(|column| !declared.iter().any(|other| other.name == column.name));
        columns.extend(declared);
        columns
    }

    /// The columns that a run found: those that the plugin keeps have their ids. Of two with a name the second replaces the
    /// first, and is the plugin's own.
    fn found_columns(&mut self, found: Vec<(Arc<str>, ScalarType)>, kept: &[Column]) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::with_capacity(found.len());
        for (name, scalar_type) in found {
            if let Some(replaced) = columns.iter().position(|column| column.name == name) {
                drop(columns.remove(replaced));
                columns.push(self.fresh_column(name, scalar_type));
                continue;
            }
            columns.push(
                match kept.iter().find(|column| column.name == name && column.scalar_type == scalar_type) {
                    Some(column) => column.clone(),
                    None => self.fresh_column(name, scalar_type),
                },
            );
        }
        columns
    }
}

/// The column of the input that an argument is.
fn column_of<'r>(input: &'r Relation, value: &PluginValue) -> Option<&'r Column> {
    let id = value.column()?;
    input.columns().iter().find(|column| column.id == id)
}

/// The column of the percentile, named after the arguments: `rolling_3_percentile_x_50`.
fn rolling_percentile(input: &Relation, values: &[PluginValue]) -> (String, ScalarType) {
    let constant = |position: usize| match values.get(position) {
        Some(PluginValue::Scalar(Typed { constant: Some(value), .. })) => value.text(),
        _ => String::new(),
    };
    let column = values.first().and_then(|value| column_of(input, value));
    let (of, scalar_type) =
        column.map_or(("", ScalarType::Real), |column| (&*column.name, column.scalar_type));
    (format!("rolling_{}_percentile_{of}_{}", constant(4), constant(1)), scalar_type)
}

/// The columns that `pivot` groups by: those that it names, or all that it does not read otherwise.
fn pivot_keys(input: &Relation, values: &[PluginValue]) -> Vec<Column> {
    let ids: Vec<_> = values.iter().map(PluginValue::column).collect();
    if ids.len() > 2 {
        let named = &ids[2..];
        return named
            .iter()
            .filter_map(|id| input.columns().iter().find(|column| Some(column.id) == *id))
            .cloned()
            .collect();
    }
    let mut read_by_it: Vec<_> = ids.into_iter().flatten().collect();
    for value in values {
        if let PluginValue::Aggregate(aggregate) = value {
            for argument in &aggregate.arguments {
                if let ExprKind::Column(id) = argument.kind {
                    read_by_it.push(id);
                }
            }
        }
    }
    input.columns().iter().filter(|column| !read_by_it.contains(&column.id)).cloned().collect()
}
