//! At most one value for each group.

use arrow::array::ArrayRef;
use arrow::buffer::NullBuffer;
use datafusion_common::Result;
use datafusion_expr::EmitTo;

use super::column::Column;

#[derive(Debug, Default)]
pub(super) struct Slots<C> {
    values: C,
    filled: Vec<bool>,
}

impl<C: Column> Slots<C> {
    pub(super) fn resize(&mut self, groups: usize) {
        if groups > self.filled.len() {
            self.filled.resize(groups, false);
            self.values.grow(groups);
        }
    }

    #[inline]
    pub(super) fn get(&self, group: usize) -> Option<C::Value<'_>> {
        self.filled[group].then(|| self.values.get(group))
    }

    #[inline]
    pub(super) fn set(&mut self, group: usize, value: C::Value<'_>) {
        self.filled[group] = true;
        self.values.set(group, value);
    }

    pub(super) fn clear(&mut self, group: usize) {
        self.filled[group] = false;
    }

    /// The values of the first groups, null where there is none.
    pub(super) fn emit(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let filled = NullBuffer::from(emit.take_needed(&mut self.filled));
        self.values.emit(emit, Some(filled).filter(|nulls| nulls.null_count() > 0))
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.bytes() + self.filled.capacity()
    }
}
