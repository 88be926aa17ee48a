//! Numbers rows, so that a subquery can run for each of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arrow::array::Int64Array;
use wardenry_kql_semantics::checked::ColumnId;
use wardenry_kql_values::ScalarType;

use crate::RunError;
use crate::lower::{Lowered, Lowerer, column_name};
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

/// Makes each row a group of its own. The result has the `passed` columns.
pub(super) fn each_row_a_group(
    lowerer: &mut Lowerer<'_>,
    input: Lowered,
    passed: Vec<ColumnId>,
) -> Result<Lowered, RunError> {
    let number = lowerer.new_column(ScalarType::Long);
    let name = column_name(number.id);
    let spec = TransformSpec {
        factory: Arc::new(Factory { next: Arc::default() }),
        arguments: Vec::new(),
        passed,
        produced: vec![number],
        gather: Gather::Nothing,
        order: RowOrder::Keeps,
        input_rows: None,
    };
    let mut lowered = lowerer.transform(input, spec)?;
    lowered.groups.push(name);
    Ok(lowered)
}

/// One counter for all partitions: the numbers are distinct, and that is all they are for.
#[derive(Debug)]
struct Factory {
    next: Arc<AtomicI64>,
}

impl TransformFactory for Factory {
    fn name(&self) -> &'static str {
        "number-rows"
    }

    fn create(&self, _: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        Ok(Box::new(Number { next: Arc::clone(&self.next) }))
    }
}

struct Number {
    next: Arc<AtomicI64>,
}

impl Transform for Number {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError> {
        let rows = i64::try_from(input.rows).unwrap_or(i64::MAX);
        let first = self.next.fetch_add(rows, Ordering::Relaxed);
        let numbers = Int64Array::from_iter_values(first..first + rows);
        out.rows(&input.passed, None, vec![Arc::new(numbers)])
    }
}
