//! `find`: a union of filtered tables, with what they have in common.

use std::collections::HashMap;
use std::sync::Arc;

use wardenry_kql_syntax::ast::{self, FindProject, OperatorKind};
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::expr::Typed;
use super::pipeline::At;
use super::project::names_in;
use super::relation::Relation;
use super::scope::{Cx, Row};
use crate::checked::{Column, Expr, RelKind};
use crate::codes;

/// What is shown of each table.
struct Shown {
    columns: Vec<(Arc<str>, Option<ScalarType>)>,
    packed: bool,
}

impl<'q> Checker<'q> {
    pub(super) fn find(&mut self, at: At<'q>, input: Option<Relation>) -> Relation {
        let OperatorKind::Find { tables, predicate, project, project_away } = &at.operator.kind else {
            return Relation::unknown(at.span());
        };
        let span = at.span();
        let mut named: Vec<&'q str> = Vec::new();
        names_in(predicate, 0, &mut |name| {
            if self.lookup(at.env, &name.text).is_none() && !named.contains(&&*name.text) {
                named.push(&name.text);
            }
        });
        // A table without any column of the predicate is left out. [D find-operator.md]
        let searched = self.searched_tables(at, input, tables);
        let (mut inputs, others): (Vec<Relation>, Vec<Relation>) =
            searched.into_iter().partition(|relation| {
                relation.open || named.is_empty() || named.iter().any(|name| relation.column(name).is_some())
            });
        if inputs.is_empty() {
            // Nothing fits: the predicate's names are looked for in one of the tables, so that they are reported.
            inputs.extend(others.into_iter().next());
        }
        let everywhere: Vec<Column> = inputs.iter().flat_map(|input| input.columns().to_vec()).collect();
        let shown = self.shown(project, &named, &inputs);
        let mut results = Vec::with_capacity(inputs.len());
        for input in inputs {
            if self.exhausted {
                break;
            }
            let source = input.source.clone();
            let own = input.rel.columns.clone();
            let input = self.with_columns_of_others(input, predicate, &everywhere, span);
            let row = Row::of(&input);
            let condition = self.search_condition(predicate, false, &Cx::row(at.env, &row));
            let input = input.keep(span, |input| RelKind::Filter { input, predicate: condition });
            let input =
                if input.rel.columns.len() == own.len() { input } else { self.select(input, &own, span) };
            let mut result = self.show(input, &shown, at);
            result.source = source;
            results.push(result);
        }
        let source = ["withsource", "with_source"].iter().find_map(|name| self.option(at, name));
        let source = source.map_or_else(|| "source_".into(), |option| self.option_text(option, at.env));
        let united = self.united(results, false, Some(&source), span);
        if project_away.is_empty() { united } else { self.project_away(at, united, project_away) }
    }

    fn shown(&mut self, project: &'q FindProject, named: &[&str], inputs: &[Relation]) -> Shown {
        if let FindProject::Columns(items) = project {
            let mut columns = Vec::new();
            let mut packed = false;
            for item in items {
                match &item.kind {
                    ast::ExprKind::Name(name) => columns.push(((&*name.text).into(), None)),
                    ast::ExprKind::Typed { name, type_name } => {
                        columns.push(((&*name.text).into(), type_name.scalar_type));
                    }
                    ast::ExprKind::Call { name, .. } if matches!(&*name.text, "pack" | "pack_all") => {
                        packed = true;
                    }
                    ast::ExprKind::Bogus => self.broken = true,
                    _ => {
                        self.error(codes::COLUMN_EXPECTED, item.span, "the name of a column must stand here");
                    }
                }
            }
            return Shown { columns, packed };
        }
        let mut counts: HashMap<(Arc<str>, ScalarType), usize> = HashMap::new();
        for column in inputs.iter().flat_map(Relation::columns) {
            *counts.entry((column.name.clone(), column.scalar_type)).or_default() += 1;
        }
        let is_shown = |column: &Column| {
            named.contains(&&*column.name)
                || counts.get(&(column.name.clone(), column.scalar_type)) == Some(&inputs.len())
        };
        let mut columns: Vec<(Arc<str>, Option<ScalarType>)> = Vec::new();
        let mut packed = false;
        for column in inputs.iter().flat_map(Relation::columns) {
            if !is_shown(column) {
                packed = true;
            } else if !columns.iter().any(|(name, _)| *name == column.name) {
                columns.push((column.name.clone(), None));
            }
        }
        Shown { columns, packed }
    }

    /// The shown columns of a table, and the others in a bag.
    fn show(&mut self, input: Relation, shown: &Shown, at: At<'q>) -> Relation {
        let span = at.span();
        let mut items: Vec<(Arc<str>, Expr)> = Vec::with_capacity(shown.columns.len() + 1);
        for (name, to) in &shown.columns {
            if let Some(column) = input.column(name) {
                let typed = self.typed_column(column, span);
                items.push((name.clone(), self.convert_as(typed, *to)));
            } else if let Some(scalar_type) = to {
                let null = wardenry_kql_values::Value::null(*scalar_type);
                items.push((name.clone(), Typed::literal(null, span).expr));
            }
        }
        if shown.packed {
            let others: Vec<Column> = input
                .columns()
                .iter()
                .filter(|column| !shown.columns.iter().any(|(name, _)| *name == column.name))
                .cloned()
                .collect();
            let packed = self.pack_columns(&others, false, span);
            items.push(("pack_".into(), packed.expr));
        }
        self.project(input, items, span)
    }
}
