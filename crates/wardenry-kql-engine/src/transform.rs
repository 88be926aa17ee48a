//! Operators of our own inside a DataFusion plan.
//!
//! An operator that DataFusion does not have is a [`Transform`]: it takes batches and gives batches. Everything around it is
//! done once, here: columns that the operator only passes on, pruning of those that nobody reads, the order of rows,
//! distribution over partitions, accounting of memory, cancellation, and output in batches of bounded size.
//!
//! [`crate::lower::Lowerer::transform`] puts one into a plan.

mod exec;
mod node;
mod output;
mod planner;

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use datafusion::logical_expr::Expr;
use wardenry_kql_semantics::checked::{Column, ColumnId};

use crate::RunError;
use crate::control::{Control, Memory};

pub(crate) use node::TransformNode;
pub(crate) use output::Output;
pub(crate) use planner::TransformPlanner;

/// What an operator does to rows. One instance serves one partition, or one group of rows where a subquery runs for
/// several groups.
pub(crate) trait Transform: Send {
    fn push(&mut self, input: &Input, out: &mut Output) -> Result<(), RunError>;

    /// After the last row.
    fn finish(&mut self, out: &mut Output) -> Result<(), RunError> {
        let _ = out;
        Ok(())
    }
}

/// A batch of rows, never an empty one.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The columns that go through the operator unchanged: for [`Output::rows`] and nothing else, because those that
    /// nobody reads are missing.
    pub(crate) passed: RecordBatch,
    /// The value of each of [`TransformSpec::arguments`]. A null slot of a string is the empty text.
    pub(crate) arguments: Vec<ArrayRef>,
    pub(crate) rows: usize,
}

impl Input {
    /// Bytes held by it, for [`Memory::grow`].
    pub(crate) fn memory_size(&self) -> usize {
        self.passed.get_array_memory_size()
            + self.arguments.iter().map(|array| array.get_array_memory_size()).sum::<usize>()
    }
}

/// Makes the instances of an operator, and holds what is the same for all of them.
pub(crate) trait TransformFactory: Debug + Send + Sync {
    /// As plans show it.
    fn name(&self) -> &'static str;

    fn create(&self, context: TransformContext) -> Result<Box<dyn Transform>, RunError>;
}

/// What an instance of an operator may use.
pub(crate) struct TransformContext {
    /// What it holds on to between calls, and what it puts out in one call beyond a few batches, is counted here.
    pub(crate) memory: Memory,
    /// To be checked in every loop over rows or elements.
    pub(crate) control: Arc<Control>,
}

/// An operator's place in a plan.
#[derive(Debug)]
pub(crate) struct TransformSpec {
    pub(crate) factory: Arc<dyn TransformFactory>,
    /// Evaluated over each batch before the operator sees it.
    pub(crate) arguments: Vec<Expr>,
    /// Columns of the input that the output has too.
    pub(crate) passed: Vec<ColumnId>,
    /// Columns that the operator makes.
    pub(crate) produced: Vec<Column>,
    pub(crate) gather: Gather,
    pub(crate) order: RowOrder,
    /// The most rows in a batch of the input, for an operator that makes many rows of one.
    pub(crate) input_rows: Option<usize>,
}

/// Which rows one instance must see together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Gather {
    /// None: each row stands for itself. Filters on passed columns may then run before the operator.
    Nothing,
    /// Those with the same values in the first arguments, so many of them. An instance gets the rows of many groups,
    /// mixed.
    Keys(usize),
    All,
}

/// What an operator makes of the order of its input's rows, if they have one (after `sort`, `serialize`, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RowOrder {
    /// Does not care, and its output has none.
    Loses,
    /// Gets the rows in order; the output's rows are in order exactly if the input's are.
    Keeps,
    /// Gets the rows in order; the output's rows are in order in any case.
    Makes,
}
