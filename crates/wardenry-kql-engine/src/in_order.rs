//! Puts rows one after the other.

use std::sync::Arc;

use wardenry_kql_semantics::checked::ColumnId;

use crate::RunError;
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

/// Passes its input on, in order and in one stream: `serialize`, and what comes before an aggregation that minds the order.
#[derive(Debug)]
pub(crate) struct InOrder;

impl InOrder {
    pub(crate) fn spec(passed: Vec<ColumnId>) -> TransformSpec {
        TransformSpec {
            factory: Arc::new(Self),
            arguments: Vec::new(),
            passed,
            produced: Vec::new(),
            gather: Gather::All,
            order: RowOrder::Makes,
            input_rows: None,
        }
    }
}

impl TransformFactory for InOrder {
    fn name(&self) -> &'static str {
        "InOrder"
    }

    fn create(&self, _: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        Ok(Box::new(Self))
    }
}

impl Transform for InOrder {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError> {
        out.rows(&input.passed, None, Vec::new())
    }
}
