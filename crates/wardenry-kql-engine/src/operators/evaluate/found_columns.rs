//! Columns that are found in rows: the rows are read, and their names and types are put out.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewArray};
use wardenry_kql_semantics::checked::{Column, Expr, Rel};
use wardenry_kql_values::ScalarType;

use crate::RunError;
use crate::lower::{Lowered, Lowerer};
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

/// Columns of one result. More are no table.
pub(super) const COLUMNS: usize = 10_000;

/// Makes what collects the columns of a run.
pub(super) trait Collect: Debug + Send + Sync {
    fn start(&self) -> Box<dyn Collector>;
}

/// Is shown the rows, and knows the columns in the end.
pub(super) trait Collector: Send {
    fn add(&mut self, values: &ArrayRef) -> Result<(), RunError>;

    fn columns(&self) -> Result<Vec<(Arc<str>, ScalarType)>, RunError>;
}

/// A relation of two texts, the name and the type of each column, in their order.
pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    input: &Rel,
    read: &Expr,
    collect: Arc<dyn Collect>,
) -> Result<(Lowered, [Column; 2]), RunError> {
    let lowered = lowerer.rel(input)?;
    let columns = [lowerer.new_column(ScalarType::String), lowerer.new_column(ScalarType::String)];
    let spec = TransformSpec {
        factory: Arc::new(Factory { collect }),
        arguments: vec![lowerer.expr(read)?],
        passed: Vec::new(),
        produced: columns.to_vec(),
        gather: Gather::All,
        order: RowOrder::Makes,
        input_rows: None,
    };
    Ok((lowerer.transform(lowered, spec)?, columns))
}

#[derive(Debug)]
struct Factory {
    collect: Arc<dyn Collect>,
}

impl TransformFactory for Factory {
    fn name(&self) -> &'static str {
        "find-columns"
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        Ok(Box::new(Find { collector: self.collect.start(), context }))
    }
}

struct Find {
    collector: Box<dyn Collector>,
    context: TransformContext,
}

impl Transform for Find {
    fn push(&mut self, input: &Input, _: &mut Output) -> Result<(), RunError> {
        self.context.control.check()?;
        self.collector.add(&input.arguments[0])
    }

    fn finish(&mut self, out: &mut Output) -> Result<(), RunError> {
        let columns = self.collector.columns()?;
        let names = StringViewArray::from_iter_values(columns.iter().map(|(name, _)| name));
        let types =
            StringViewArray::from_iter_values(columns.iter().map(|(_, scalar_type)| scalar_type.name()));
        out.columns(vec![Arc::new(names), Arc::new(types)], columns.len())
    }
}
