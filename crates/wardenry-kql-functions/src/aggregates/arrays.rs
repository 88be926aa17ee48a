//! Results that are dynamic arrays or bags.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewBuilder};
use datafusion_common::{Result, resources_err};

use crate::dynamic::DynamicWriter;

/// Collects the dynamic value of one group after another.
#[derive(Debug, Default)]
pub(super) struct DynamicColumn {
    writer: DynamicWriter,
    out: StringViewBuilder,
}

impl DynamicColumn {
    /// Appends what `write` writes.
    pub(super) fn value(&mut self, write: impl FnOnce(&mut DynamicWriter)) -> Result<()> {
        self.writer.clear();
        write(&mut self.writer);
        let text = self.writer.text();
        if u32::try_from(text.len()).is_err() {
            return resources_err!("a dynamic value of {} bytes is too large", text.len());
        }
        self.out.append_value(text);
        Ok(())
    }

    pub(super) fn null(&mut self) {
        self.out.append_null();
    }

    pub(super) fn finish(mut self) -> ArrayRef {
        Arc::new(self.out.finish())
    }
}

/// Arrays of `lengths` elements each, in turn.
pub(super) fn arrays(
    cells: crate::dynamic::Cells<'_>,
    is_null: impl Fn(usize) -> bool,
    lengths: &[usize],
) -> Result<ArrayRef> {
    let mut column = DynamicColumn::default();
    let mut from = 0;
    for length in lengths {
        column.value(|writer| {
            writer.begin_array();
            for index in from..from + length {
                if is_null(index) { writer.null() } else { cells.get(index).write(writer) }
            }
            writer.end_array();
        })?;
        from += length;
    }
    Ok(column.finish())
}
