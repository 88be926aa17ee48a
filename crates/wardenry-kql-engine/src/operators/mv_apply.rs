//! `mv-apply`: a subquery over the elements of each row. [mv-apply-operator.md]
//!
//! The body runs once, over the elements of all rows; the elements of a row are a group by the row's number and by
//! the row's columns. These are the same in all of a group; as hidden columns of the subquery they can be read
//! anywhere in it, and the body's rows have them without a join.

use wardenry_kql_semantics::checked::{MvApply, Rel};

use super::mv_expand::expanded;
use super::numbering::each_row_a_group;
use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_expr, column_name};

pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, apply: &MvApply) -> Result<Lowered, RunError> {
    let input_columns: Vec<_> = apply.expand.input.columns.iter().map(|column| column.id).collect();
    let input = lowerer.rel(&apply.expand.input)?;
    let outer = input.groups.clone();
    let mut rows = each_row_a_group(lowerer, input, input_columns.clone())?;
    rows.groups.extend(input_columns.into_iter().map(column_name));
    let elements = expanded(lowerer, rows, &apply.expand, Vec::new())?;
    let result = lowerer.body(&apply.body, apply.scope, elements)?;
    // Behind the subquery its groups are none.
    let columns = rel.columns.iter().map(|column| column_name(column.id));
    Lowered { groups: outer, ..result }
        .project(columns.map(|name| (column_expr(&name), name)).collect::<Vec<_>>())
}
