//! `fork` and `facet`: several results of the same rows.
//!
//! A statement's results are statements of the checked query, one after the other; each reads a copy of what stands before the
//! operator. So the operator must be the last one of a statement, and nothing can read its results.

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_syntax::ast;
use wardenry_kql_values::ScalarType;

use super::Checker;
use super::names::Names;
use super::pipeline::At;
use super::relation::Relation;
use super::scope::{Cx, Row};
use crate::checked::{AggregateCall, RelKind, Render};
use crate::codes;

impl<'q> Checker<'q> {
    /// A result for each branch. [D fork-operator.md]
    pub(super) fn fork(
        &mut self,
        at: At<'q>,
        input: Relation,
        branches: &'q [(Option<ast::Name>, ast::Pipe)],
    ) -> Relation {
        let mut results = Vec::with_capacity(branches.len());
        for (_, pipe) in branches {
            results.push(self.branch(&input, pipe, at));
        }
        self.several_results(at, results)
    }

    fn branch(&mut self, input: &Relation, pipe: &'q ast::Pipe, at: At<'q>) -> BranchResult {
        let rows = self.instantiate(input, at.span());
        let relation = self.pipe(pipe, Some(rows), at.env, at.span());
        BranchResult { relation, render: self.render.take() }
    }

    /// The result of the pipeline, if there is one, then the values of each column with their counts. [D facet-operator.md]
    pub(super) fn facet(
        &mut self,
        at: At<'q>,
        input: Relation,
        by: &'q [ast::Expr],
        with: Option<&'q ast::Pipe>,
    ) -> Relation {
        let mut results = Vec::with_capacity(by.len() + 1);
        if let Some(pipe) = with {
            results.push(self.branch(&input, pipe, at));
        }
        for column in by {
            let rows = self.instantiate(&input, at.span());
            results.push(BranchResult { relation: self.values_with_counts(rows, column, at), render: None });
        }
        self.several_results(at, results)
    }

    fn values_with_counts(&mut self, input: Relation, column: &'q ast::Expr, at: At<'q>) -> Relation {
        let span = column.span;
        let row = Row::of(&input);
        let cx = Cx::row(at.env, &row);
        let name = self.default_name(column, &cx).unwrap_or_default();
        let typed = self.scalar(column, &cx);
        let key = self.hold(typed);
        let key = self.key_of_one_type(key, "rows cannot be counted by");
        let mut names = Names::default();
        let value = names.unique(&name);
        let count = names.unique(&format!("count_{name}"));
        let columns =
            vec![self.fresh_column(value, key.scalar_type), self.fresh_column(count, ScalarType::Long)];
        let count =
            AggregateCall { function: "count", arguments: Vec::new(), scalar_type: ScalarType::Long, span };
        input
            .wrap(columns, span, |input| RelKind::Summarize {
                input,
                keys: vec![key],
                aggregates: vec![count],
            })
            .with_order(false)
            .closed()
    }

    /// The first result; the others are kept for the statement.
    fn several_results(&mut self, at: At<'q>, results: Vec<BranchResult>) -> Relation {
        if self.statement_end != Some(at.span().end) {
            let message = format!("`{}` must be the last operator of a statement", at.operator.kind.name());
            self.report(
                Diagnostic::error(codes::SEVERAL_RESULTS, at.keyword(), message)
                    .with_note("it has several results, and nothing can read more than one"),
            );
            return Relation::unknown(at.span());
        }
        let mut results = results.into_iter();
        let Some(first) = results.next() else { return Relation::unknown(at.span()) };
        self.further_results.extend(results);
        self.render = first.render;
        first.relation
    }
}

/// One of several results of a statement, and how it is to be drawn.
#[derive(Debug)]
pub(super) struct BranchResult {
    pub(super) relation: Relation,
    pub(super) render: Option<Render>,
}
