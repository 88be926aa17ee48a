//! `mv-expand` and `mv-apply`.

use std::sync::Arc;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast;
use wardenry_kql_values::{ScalarType, Value};

use super::Checker;
use super::expr::Typed;
use super::names::Names;
use super::pipeline::At;
use super::relation::{Relation, read};
use super::scope::{Cx, Row};
use crate::checked::{Column, MvApply, MvExpand, MvItem, RelKind};
use crate::codes;

/// How many elements the old spelling `mvexpand` yields at most.
const OLD_LIMIT: i64 = 128;

/// What expands, before it is known where its columns go.
struct Expansion {
    items: Vec<MvItem>,
    /// The columns of the elements, and the position of the input's column that each replaces.
    outputs: Vec<(Column, Option<usize>)>,
    index: Option<Column>,
    limit: Option<crate::checked::Expr>,
    bags_as_arrays: bool,
}

impl<'q> Checker<'q> {
    pub(super) fn mv_expand(
        &mut self,
        at: At<'q>,
        input: Relation,
        items: &'q [ast::MvItem],
        limit: Option<&'q ast::Expr>,
        old_spelling: bool,
    ) -> Relation {
        let expansion = self.expansion(at, &input, items, limit, old_spelling);
        let mut columns = input.rel.columns.clone();
        for (column, replaced) in &expansion.outputs {
            match replaced {
                Some(position) => columns[*position] = column.clone(),
                None => columns.push(column.clone()),
            }
        }
        columns.extend(expansion.index.clone());
        let Expansion { items, index, limit, bags_as_arrays, .. } = expansion;
        let index = index.map(|column| column.id);
        input.wrap(columns, at.span(), |input| {
            RelKind::MvExpand(MvExpand { input, items, index, limit, bags_as_arrays })
        })
    }

    fn expansion(
        &mut self,
        at: At<'q>,
        input: &Relation,
        items: &'q [ast::MvItem],
        limit: Option<&'q ast::Expr>,
        old_spelling: bool,
    ) -> Expansion {
        let row = Row::of(input);
        let cx = Cx::row(at.env, &row);
        let mut names = Names::with(input.columns().iter().map(|column| column.name.clone()));
        let mut declared = Names::default();
        let mut checked = Vec::with_capacity(items.len());
        let mut outputs: Vec<(Column, Option<usize>)> = Vec::with_capacity(items.len());
        for item in items {
            let (name, value) = match &item.expr.kind {
                ast::ExprKind::Named { name, value } => (Some(name), &**value),
                _ => (None, &item.expr),
            };
            let default = self.default_name(value, &cx);
            let typed = self.scalar(value, &cx);
            self.require_dynamic(&typed);
            if let Some(name) = name {
                self.declare(&mut declared, name);
            }
            let scalar_type = match item.to {
                Some(type_name) => type_name.scalar_type.unwrap_or(ScalarType::Dynamic),
                None => ScalarType::Dynamic,
            };
            let wanted = name.map(|name| &*name.text).or(default.as_deref());
            let replaced =
                wanted.and_then(|wanted| input.columns().iter().position(|column| *column.name == *wanted));
            let again = replaced.is_some_and(|at| outputs.iter().any(|(_, other)| *other == Some(at)));
            let replaced = replaced.filter(|_| !again);
            let label: Arc<str> = match (replaced, wanted) {
                (Some(_), Some(wanted)) => wanted.into(),
                (None, wanted) => names.named(wanted),
                (Some(_), None) => names.numbered(),
            };
            let column = self.fresh_column(label, scalar_type);
            checked.push(MvItem { expr: typed.expr, output: column.id, scalar_type });
            outputs.push((column, replaced));
        }
        let index = self.option(at, "with_itemindex").map(|option| {
            let name = self.option_text(option, at.env);
            let name = names.unique(&name);
            self.fresh_column(name, ScalarType::Long)
        });
        let limit = match limit {
            Some(limit) => Some(self.count_of_rows(limit, &Cx::constant(at.env))),
            None if old_spelling => Some(Typed::literal(Value::Long(Some(OLD_LIMIT)), at.span()).expr),
            None => None,
        };
        let bags_as_arrays = ["bagexpansion", "kind"].iter().any(|name| {
            self.option(at, name)
                .is_some_and(|option| self.option_text(option, at.env).eq_ignore_ascii_case("array"))
        });
        Expansion { items: checked, outputs, index, limit, bags_as_arrays }
    }

    fn require_dynamic(&mut self, typed: &Typed) {
        let Some(found) = typed.scalar_type().filter(|found| *found != ScalarType::Dynamic) else { return };
        let mut diagnostic = Diagnostic::error(
            codes::ARGUMENT_TYPE,
            typed.expr.span,
            format!("a dynamic value must stand here, not a {found}"),
        );
        if found == ScalarType::String {
            diagnostic =
                diagnostic.with_note("`parse_json(…)` or `split(…)` makes a dynamic value of a text");
        }
        self.report(diagnostic);
    }

    pub(super) fn mv_apply(
        &mut self,
        at: At<'q>,
        input: Relation,
        items: &'q [ast::MvItem],
        limit: Option<&'q ast::Expr>,
        body: &'q ast::Pipe,
    ) -> Relation {
        let span = at.span();
        let expansion = self.expansion(at, &input, items, limit, false);
        let elements: Vec<Column> = expansion
            .outputs
            .iter()
            .map(|(column, _)| column.clone())
            .chain(expansion.index.clone())
            .collect();
        let replaced: Vec<usize> = expansion.outputs.iter().filter_map(|(_, replaced)| *replaced).collect();
        let around: Vec<Column> = input
            .rel
            .columns
            .iter()
            .enumerate()
            .filter(|(position, _)| !replaced.contains(position))
            .map(|(_, column)| column.clone())
            .collect();
        let scope = self.fresh_scope();
        let start = Relation::new(RelKind::Scope(scope), elements, span).with_order(true);
        let allowed = std::mem::replace(&mut self.pending_allowed, false);
        self.outer_rows.push(around.clone());
        let body = self.pipe(body, Some(start), at.env, span);
        self.outer_rows.pop();
        self.pending_allowed = allowed;
        let body = self.with_own_ids(body, &around);

        let made = body.rel.columns.clone();
        let mut columns = Vec::with_capacity(around.len() + made.len());
        let mut kept = Vec::with_capacity(around.len());
        for column in &around {
            match made.iter().find(|other| other.name == column.name) {
                Some(other) => columns.push(other.clone()),
                None => {
                    kept.push(column.id);
                    columns.push(column.clone());
                }
            }
        }
        for column in made {
            if !columns.iter().any(|other| other.name == column.name) {
                columns.push(column);
            }
        }
        let open = input.open || body.open;
        let depth = input.depth.max(body.depth);
        let Expansion { items, index, limit, bags_as_arrays, .. } = expansion;
        let index = index.map(|column| column.id);
        let mut relation = input.wrap(columns, span, |input| {
            RelKind::MvApply(MvApply {
                expand: MvExpand { input, items, index, limit, bags_as_arrays },
                scope,
                body: Box::new(body.rel),
                kept,
            })
        });
        relation.open = open;
        relation.depth = depth.saturating_add(1);
        relation
    }

    /// A relation none of whose columns has the id of one of `others`.
    fn with_own_ids(&mut self, relation: Relation, others: &[Column]) -> Relation {
        let clashes = |column: &Column| others.iter().any(|other| other.id == column.id);
        if !relation.rel.columns.iter().any(clashes) {
            return relation;
        }
        let span = relation.rel.span;
        let exprs = relation.rel.columns.iter().map(|column| read(column, span)).collect();
        let columns = relation
            .rel
            .columns
            .iter()
            .map(|column| {
                let fresh = self.fresh_column(column.name.clone(), column.scalar_type);
                if self.unknown.contains(&column.id) {
                    self.unknown.insert(fresh.id);
                }
                fresh
            })
            .collect();
        relation.wrap(columns, span, |input| RelKind::Project { input, exprs })
    }
}
