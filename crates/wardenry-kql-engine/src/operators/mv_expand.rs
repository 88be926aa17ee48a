//! `mv-expand`: a row for each element. [mv-expand-operator.md]

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringViewArray, UInt32Array};
use arrow::compute::take;
use wardenry_kql_functions::dynamic::{BagExpansion, expand};
use wardenry_kql_semantics::checked::{Column, ColumnId, MvExpand, Rel};
use wardenry_kql_values::ScalarType;

use super::conversion::converted;
use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_expr, column_name};
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

/// Elements of one value, where the query says no limit. [mv-expand-operator.md, "Limits"]
const ELEMENTS: usize = 2_147_483_647;

pub(super) fn lower(lowerer: &mut Lowerer<'_>, rel: &Rel, expand: &MvExpand) -> Result<Lowered, RunError> {
    let input = lowerer.rel(&expand.input)?;
    let made: Vec<ColumnId> = expand.items.iter().map(|item| item.output).chain(expand.index).collect();
    let passed = rel.columns.iter().map(|column| column.id).filter(|id| !made.contains(id)).collect();
    expanded(lowerer, input, expand, passed)
}

/// Expands the rows of a plan. The result has the `passed` columns, the elements and the index.
pub(super) fn expanded(
    lowerer: &mut Lowerer<'_>,
    input: Lowered,
    expand: &MvExpand,
    passed: Vec<ColumnId>,
) -> Result<Lowered, RunError> {
    let limit = match &expand.limit {
        Some(limit) => lowerer.row_count(limit)?,
        None => ELEMENTS,
    };
    let mut arguments = Vec::with_capacity(expand.items.len());
    let mut produced = Vec::with_capacity(expand.items.len() + 1);
    // Elements come out as dynamic, and are converted above.
    let mut conversions = Vec::new();
    for item in &expand.items {
        arguments.push(lowerer.expr(&item.expr)?);
        if item.scalar_type == ScalarType::Dynamic {
            produced.push(Column { id: item.output, name: "".into(), scalar_type: ScalarType::Dynamic });
        } else {
            let element = lowerer.new_column(ScalarType::Dynamic);
            conversions.push((converted(&element, item.scalar_type, item.expr.span), item.output));
            produced.push(element);
        }
    }
    if let Some(index) = expand.index {
        produced.push(Column { id: index, name: "".into(), scalar_type: ScalarType::Long });
    }
    let direct = produced.iter().map(|column| column.id);
    let kept: Vec<ColumnId> = passed.iter().copied().chain(direct).collect();
    let bags = if expand.bags_as_arrays { BagExpansion::Pairs } else { BagExpansion::Bags };
    let spec = TransformSpec {
        factory: Arc::new(Factory { bags, limit, index: expand.index.is_some() }),
        arguments,
        passed,
        produced,
        gather: Gather::Nothing,
        order: RowOrder::Keeps,
        // Arrays are of any length.
        input_rows: Some(1_024),
    };
    let lowered = lowerer.transform(input, spec)?;
    if conversions.is_empty() {
        return Ok(lowered);
    }
    let mut projected = Vec::with_capacity(kept.len() + conversions.len());
    for id in kept {
        let name = column_name(id);
        projected.push((column_expr(&name), name));
    }
    for (expr, output) in &conversions {
        projected.push((lowerer.expr(expr)?, column_name(*output)));
    }
    lowered.project(projected)
}

#[derive(Debug)]
struct Factory {
    bags: BagExpansion,
    limit: usize,
    index: bool,
}

impl TransformFactory for Factory {
    fn name(&self) -> &'static str {
        "mv-expand"
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        Ok(Box::new(Expand { bags: self.bags, limit: self.limit, index: self.index, context }))
    }
}

struct Expand {
    bags: BagExpansion,
    limit: usize,
    index: bool,
    context: TransformContext,
}

impl Transform for Expand {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError> {
        self.context.control.check()?;
        let failed = |error| RunError::internal("mv-expand", error);
        let mut columns = Vec::with_capacity(input.arguments.len());
        for argument in &input.arguments {
            columns.push(expand(argument.as_string_view(), self.bags, self.limit).map_err(failed)?);
        }
        // Several columns go in step: a row has as many elements as its longest.
        let count = |row: usize| {
            columns.iter().map(|column| column.offsets[row + 1] - column.offsets[row]).max().unwrap_or(0)
        };
        let total: usize = (0..input.rows).map(count).sum();
        let size = total * (size_of::<u32>() + columns.len() * size_of::<u128>());
        self.context.memory.grow(size)?;
        let mut rows = Vec::with_capacity(total);
        let mut indices = Vec::with_capacity(if self.index { total } else { 0 });
        for row in 0..input.rows {
            let count = count(row);
            // A batch has far fewer rows than this.
            rows.extend(std::iter::repeat_n(u32::try_from(row).unwrap_or(u32::MAX), count));
            if self.index {
                indices.extend(0..i64::try_from(count).unwrap_or(i64::MAX));
            }
        }
        let mut produced: Vec<ArrayRef> = Vec::with_capacity(columns.len() + 1);
        let alone = columns.len() == 1;
        for column in columns {
            if alone {
                produced.push(Arc::new(column.elements));
            } else {
                produced.push(in_step(
                    &column.elements,
                    &column.offsets,
                    input.rows,
                    count_of(&rows, input.rows),
                )?);
            }
        }
        if self.index {
            produced.push(Arc::new(Int64Array::from(indices)));
        }
        let done = out.rows(&input.passed, Some(&UInt32Array::from(rows)), produced);
        self.context.memory.shrink(size);
        done
    }
}

/// How often each row occurs.
fn count_of(rows: &[u32], row_count: usize) -> Vec<usize> {
    let mut counts = vec![0; row_count];
    for row in rows {
        counts[*row as usize] += 1;
    }
    counts
}

/// Elements with nulls behind those of rows that have fewer than `counts` says.
fn in_step(
    elements: &StringViewArray,
    offsets: &[usize],
    rows: usize,
    counts: Vec<usize>,
) -> Result<ArrayRef, RunError> {
    let mut indices = Vec::with_capacity(elements.len());
    for (row, count) in counts.into_iter().enumerate().take(rows) {
        let (start, end) = (offsets[row], offsets[row + 1]);
        indices.extend((start..end).map(|index| u64::try_from(index).ok()));
        indices.extend(std::iter::repeat_n(None, count - (end - start)));
    }
    let indices = arrow::array::UInt64Array::from(indices);
    take(elements as &dyn Array, &indices, None).map_err(|error| RunError::internal("mv-expand", error))
}
