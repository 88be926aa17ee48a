//! `scan`.

use std::cell::RefCell;
use std::sync::Arc;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::names::Names;
use super::pipeline::At;
use super::relation::Relation;
use super::scope::{Cx, MemberVariable, Members, Row};
use super::{Checker, constants, suggest};
use crate::checked::{Column, RelKind, Scan, ScanOutput, ScanStep};
use crate::codes;

impl<'q> Checker<'q> {
    /// In a step, `s.c` reads what step `s` kept; a bare name is the row's column, or the default of a declared one.
    /// [D scan-operator.md]
    pub(super) fn scan(&mut self, at: At<'q>, input: Relation, scan: &'q ast::Scan) -> Relation {
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let order_by = self.sort_keys(&scan.order_by, &cx);
        let mut partition_by = Vec::with_capacity(scan.partition_by.len());
        for key in &scan.partition_by {
            let typed = self.scalar(key, &cx);
            let key = self.hold(typed);
            partition_by.push(self.key_of_one_type(key, "rows cannot be partitioned by"));
        }
        let mut columns = input.rel.columns.clone();
        let mut names = Names::with(columns.iter().map(|column| column.name.clone()));
        let declared = self.scan_columns(at, &scan.declare, &mut names);
        columns.extend(declared.iter().map(|(column, _)| column.clone()));
        let visible = columns.clone();

        let match_id = self.option(at, "with_match_id").map(|option| {
            let name = names.unique(&self.option_text(option, at.env));
            self.fresh_column(name, ScalarType::Long)
        });
        let steps = self.scan_steps(at, scan, &input, &visible, &declared);
        columns.extend(match_id.clone());
        let declared =
            declared.into_iter().map(|(column, default)| (column.id, column.scalar_type, default)).collect();
        let match_id = match_id.map(|column| column.id);
        input
            .wrap(columns, at.span(), |input| {
                RelKind::Scan(Scan { input, order_by, partition_by, declared, match_id, steps })
            })
            .with_order(true)
    }

    fn scan_columns(
        &mut self,
        at: At<'q>,
        parameters: &'q [ast::Parameter],
        names: &mut Names,
    ) -> Vec<(Column, Option<Value>)> {
        let mut declared = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            let scalar_type = match &parameter.kind {
                ast::ParameterKind::Scalar(type_name) => type_name.scalar_type.unwrap_or(ScalarType::Dynamic),
                ast::ParameterKind::Tabular { .. } => {
                    self.error(codes::SCALAR_EXPECTED, parameter.span, "a table cannot be a column");
                    continue;
                }
            };
            let default = parameter.default.as_ref().and_then(|default| {
                let typed = self.scalar(default, &Cx::constant(at.env));
                let value = typed.constant.as_ref().and_then(|value| match scalar_type {
                    ScalarType::Dynamic => constants::json(value),
                    to => constants::cast(value, to),
                });
                if value.is_none() && !typed.unknown {
                    self.error(codes::CONSTANT_EXPECTED, default.span, "the default must be a literal");
                }
                value
            });
            if names.contains(&parameter.name.text) {
                let message = format!("there is a column `{}` already", parameter.name.text);
                self.error(codes::DUPLICATE_NAME, parameter.name.span, message);
            }
            let name: Arc<str> = names.unique(&parameter.name.text);
            declared.push((self.fresh_column(name, scalar_type), default));
        }
        declared
    }

    fn scan_steps(
        &mut self,
        at: At<'q>,
        scan: &'q ast::Scan,
        input: &Relation,
        visible: &[Column],
        declared: &[(Column, Option<Value>)],
    ) -> Vec<ScanStep> {
        let row = Row { columns: visible, open: input.open, ordered: true, relation: Some(&input.rel) };
        let variables = || {
            scan.steps
                .iter()
                .map(|step| MemberVariable {
                    name: step.name.text.clone(),
                    columns: visible.iter().map(|column| (column.name.clone(), column.scalar_type)).collect(),
                    repeated: false,
                    open: input.open,
                })
                .collect()
        };
        let mut checked = Vec::with_capacity(scan.steps.len());
        for step in &scan.steps {
            let members = RefCell::new(Members { variables: variables(), used: Vec::new() });
            let cx = Cx { members: Some(&members), ..Cx::row(at.env, &row) };
            let condition = self.condition(&step.condition, &cx);
            let mut assignments = Vec::with_capacity(step.assignments.len());
            for (name, value) in &step.assignments {
                let value = self.scalar(value, &cx);
                let Some((column, _)) = declared.iter().find(|(column, _)| *column.name == *name.text) else {
                    let nearest =
                        suggest::nearest(&name.text, declared.iter().map(|(column, _)| &*column.name));
                    let message = format!("`{}` is not declared in this `scan`", name.text);
                    let mut diagnostic = Diagnostic::error(codes::UNKNOWN_COLUMN, name.span, message);
                    if let Some(nearest) = nearest {
                        diagnostic =
                            diagnostic.with_replacement(format!("use `{nearest}`"), name.span, nearest);
                    }
                    self.report(diagnostic);
                    continue;
                };
                let value = self.convert(value, column.scalar_type);
                assignments.push((column.id, value.expr));
            }
            let output = match step.output.as_ref().map(|name| &*name.text) {
                None | Some("all") => ScanOutput::All,
                Some("last") => ScanOutput::Last,
                Some("none") => ScanOutput::None,
                Some(other) => {
                    let message = format!("no output `{other}` of a step exists");
                    let diagnostic = Diagnostic::error(codes::UNKNOWN_OPTION, step.span, message)
                        .with_note("there are `all`, `last` and `none`");
                    self.report(diagnostic);
                    ScanOutput::All
                }
            };
            let states = members
                .into_inner()
                .used
                .into_iter()
                .map(|(step, column, id)| (step, visible[column].id, id))
                .collect();
            checked.push(ScanStep { optional: step.optional, output, condition, assignments, states });
        }
        checked
    }
}
