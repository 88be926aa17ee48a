//! Remembers results of long texts that occur again.

use arrow::array::{ByteView, MAX_INLINE_VIEW_LEN, StringViewArray};

/// How many results are remembered.
const SLOTS: usize = 256;

/// Results by view, for the rows of one array.
///
/// Columns that come from a dictionary have many views of the same bytes. Two views of equal texts that lie in
/// different places are different here: telling them apart would cost more than it saves.
#[derive(Debug)]
pub(crate) struct RowMemo {
    slots: Box<[(u128, bool); SLOTS]>,
}

impl Default for RowMemo {
    fn default() -> Self {
        // No long text has the view 0: it is that of the empty text.
        Self { slots: Box::new([(0, false); SLOTS]) }
    }
}

impl RowMemo {
    /// The result for a row.
    pub(crate) fn test(
        &mut self,
        texts: &StringViewArray,
        row: usize,
        result: impl FnOnce(&str) -> bool,
    ) -> bool {
        let view = texts.views()[row];
        let is_inline = ByteView::from(view).length <= MAX_INLINE_VIEW_LEN;
        if is_inline { result(texts.value(row)) } else { self.get(view, || result(texts.value(row))) }
    }

    /// The result for the text of `view`, which is longer than a view can hold.
    pub(crate) fn get(&mut self, view: u128, result: impl FnOnce() -> bool) -> bool {
        // The offset and the buffer are in the upper half; the length tells apart what starts at the same place.
        #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
        let key = (view >> 64) as u64 ^ view as u64;
        let slot = &mut self.slots[(key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize];
        if slot.0 != view {
            *slot = (view, result());
        }
        slot.1
    }
}
