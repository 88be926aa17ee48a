//! `count`, `countif`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::buffer::BooleanBuffer;
use datafusion_common::Result;
use datafusion_expr::EmitTo;

use super::column::cast;
use super::groups::{Chosen, Groups, Rows};

/// Counts rows, whatever their values.
#[derive(Debug, Default)]
pub(super) struct Count {
    counts: Vec<i64>,
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Groups for Count {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::default())
    }

    fn resize(&mut self, groups: usize) {
        if groups > self.counts.len() {
            self.counts.resize(groups, 0);
        }
    }

    fn update(&mut self, _: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        match rows.in_one_group(None) {
            Some(Chosen::All) => self.counts[0] += whole(rows.count),
            Some(Chosen::Some(chosen)) => self.counts[0] += whole(chosen.count_set_bits()),
            None => rows.for_each(None, |_, group| self.counts[group] += 1),
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let counts = cast::<Int64Array>(&states[0])?.values();
        rows.for_each(None, |row, group| self.counts[group] += counts[row]);
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        Ok(Arc::new(Int64Array::from(emit.take_needed(&mut self.counts))))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit)?])
    }

    fn size(&self) -> usize {
        self.counts.capacity() * size_of::<i64>()
    }

    fn convert(&self, arguments: &[ArrayRef], chosen: Option<BooleanBuffer>) -> Result<Vec<ArrayRef>> {
        let counts: Int64Array = match chosen {
            None => vec![1; arguments.first().map_or(0, |argument| argument.len())].into(),
            Some(chosen) => chosen.iter().map(i64::from).collect::<Vec<_>>().into(),
        };
        Ok(vec![Arc::new(counts)])
    }
}
