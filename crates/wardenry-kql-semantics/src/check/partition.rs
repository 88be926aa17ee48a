//! `partition`.

use wardenry_kql_syntax::ast::{self, PartitionBody};

use super::Checker;
use super::pipeline::At;
use super::relation::Relation;
use super::scope::{Cx, Row};
use crate::checked::RelKind;
use crate::codes;

impl<'q> Checker<'q> {
    /// A subquery for the rows of each value of the key. [D partition-operator.md]
    pub(super) fn partition(
        &mut self,
        at: At<'q>,
        input: Relation,
        by: &'q ast::Expr,
        body: &'q PartitionBody,
    ) -> Relation {
        let span = at.span();
        let row = Row::of(&input);
        let typed = self.scalar(by, &Cx::row(at.env, &row));
        let by = self.hold(typed);
        let by = self.key_of_one_type(by, "rows cannot be partitioned by");
        let scope = self.fresh_scope();
        let mut start = Relation::new(RelKind::Scope(scope), input.rel.columns.clone(), span);
        start.open = input.open;
        start.ordered = input.ordered;
        let allowed = std::mem::replace(&mut self.pending_allowed, false);
        let result = match body {
            PartitionBody::Pipeline(pipe) => self.pipe(pipe, Some(start), at.env, span),
            PartitionBody::Query(body) => {
                let mut env = at.env;
                let block = self.fresh_block();
                let mut result = None;
                for statement in &body.statements {
                    match &statement.kind {
                        ast::StatementKind::Let(binding) => {
                            env = self.let_statement(binding, block, &Cx::constant(env));
                        }
                        ast::StatementKind::Expression(expr) => {
                            result = Some(self.table(expr, &Cx::constant(env)));
                        }
                        _ => {}
                    }
                }
                result.unwrap_or_else(|| Relation::unknown(span))
            }
            PartitionBody::Missing => {
                self.error(codes::TABLE_EXPECTED, span, "`partition` needs a subquery in parentheses");
                Relation::unknown(span)
            }
        };
        self.pending_allowed = allowed;
        let depth = input.depth.max(result.depth).saturating_add(1);
        let columns = result.rel.columns.clone();
        let kind = RelKind::Partition { input: Box::new(input.rel), by, scope, body: Box::new(result.rel) };
        let mut relation = Relation::new(kind, columns, span);
        relation.open = result.open;
        relation.depth = depth;
        relation
    }
}
