//! One row for each key.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::UInt32Array;
use arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::logical_expr::Expr;
use wardenry_kql_semantics::checked::ColumnId;

use crate::RunError;
use crate::control::Memory;
use crate::transform::{
    Gather, Input, Output, RowOrder, Transform, TransformContext, TransformFactory, TransformSpec,
};

/// Passes on the first row of each key: the left side of an `innerunique` join.
#[derive(Debug)]
pub(crate) struct Unique;

impl Unique {
    pub(crate) fn spec(keys: Vec<Expr>, passed: Vec<ColumnId>) -> TransformSpec {
        TransformSpec {
            factory: Arc::new(Self),
            gather: Gather::Keys(keys.len()),
            arguments: keys,
            passed,
            produced: Vec::new(),
            order: RowOrder::Loses,
            input_rows: None,
        }
    }
}

impl TransformFactory for Unique {
    fn name(&self) -> &'static str {
        "Unique"
    }

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError> {
        Ok(Box::new(Seen { memory: context.memory, converter: None, keys: HashSet::new() }))
    }
}

struct Seen {
    memory: Memory,
    converter: Option<RowConverter>,
    keys: HashSet<OwnedRow>,
}

/// What a set keeps for an entry beside the bytes of the key.
const ENTRY_BYTES: usize = 48;

impl Transform for Seen {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError> {
        let failed = |error| RunError::internal("keys of a join", error);
        let converter = match &self.converter {
            Some(converter) => converter,
            None => {
                let fields =
                    input.arguments.iter().map(|key| SortField::new(key.data_type().clone())).collect();
                self.converter.insert(RowConverter::new(fields).map_err(failed)?)
            }
        };
        let rows = converter.convert_columns(&input.arguments).map_err(failed)?;
        let mut first = Vec::new();
        let mut bytes = 0;
        for (index, row) in (0_u32..).zip(rows.iter()) {
            let row = row.owned();
            let size = row.as_ref().len() + ENTRY_BYTES;
            if self.keys.insert(row) {
                bytes += size;
                first.push(index);
            }
        }
        self.memory.grow(bytes)?;
        out.rows(&input.passed, Some(&UInt32Array::from(first)), Vec::new())
    }
}
