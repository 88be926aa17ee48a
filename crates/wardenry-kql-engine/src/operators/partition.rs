//! `partition`: a subquery for each value of a key. [partition-operator.md]

use wardenry_kql_semantics::checked::{Expr, Rel, ScopeId};

use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_expr, column_name};

pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    by: &Expr,
    scope: ScopeId,
    body: &Rel,
) -> Result<Lowered, RunError> {
    let rows = lowerer.rel(input)?;
    let outer = rows.groups.clone();
    let name = lowerer.hidden();
    let key = lowerer.expr(by)?;
    let mut rows = rows.with_hidden(vec![(key, name.clone())])?;
    rows.groups.push(name);
    let result = lowerer.body(body, scope, rows)?;
    let columns = rel.columns.iter().map(|column| {
        let name = column_name(column.id);
        (column_expr(&name), name)
    });
    Lowered { groups: outer, ..result }.project(columns.collect::<Vec<_>>())
}
