//! Builds columns of text that share the bytes of the column that they were made from.

use arrow::array::{NullBufferBuilder, StringViewArray, builder::make_view};
use arrow::buffer::{Buffer, ScalarBuffer};
use arrow::error::ArrowError;

/// Own bytes are gathered in buffers of about this size.
const BUFFER_BYTES: usize = 1 << 24;
/// Longer texts lie in a buffer; the others in the view itself.
const INLINE_BYTES: usize = 12;

/// Builds a text column out of parts of another column's texts and of texts of its own.
#[derive(Debug)]
pub(super) struct ViewWriter {
    views: Vec<u128>,
    buffers: Vec<Buffer>,
    own: Vec<u8>,
    nulls: NullBufferBuilder,
    too_large: bool,
}

impl ViewWriter {
    pub(super) fn new(rows: usize) -> Self {
        Self {
            views: Vec::with_capacity(rows),
            buffers: Vec::new(),
            own: Vec::new(),
            nulls: NullBufferBuilder::new(rows),
            too_large: false,
        }
    }

    /// For parts of the texts of `source`; see [`ViewWriter::part`].
    pub(super) fn sharing(source: &StringViewArray, rows: usize) -> Self {
        Self { buffers: source.data_buffers().to_vec(), ..Self::new(rows) }
    }

    pub(super) fn null(&mut self) {
        self.views.push(0);
        self.nulls.append_null();
    }

    /// A text of its own.
    pub(super) fn text(&mut self, text: &str) {
        let view = self.own_view(text);
        self.push(view);
    }

    /// The bytes `start..end` of the text in row `row` of the source, whose buffers this shares.
    pub(super) fn part(&mut self, source: &StringViewArray, row: usize, start: usize, end: usize) {
        let Some(part) = source.value(row).get(start..end) else {
            self.null();
            return;
        };
        if part.len() <= INLINE_BYTES {
            self.push(make_view(part.as_bytes(), 0, 0));
            return;
        }
        // A view is length, first four bytes, buffer, offset; each has 32 bits, the length the lowest.
        let view = source.views()[row];
        let (buffer, offset) = (low_32_bits(view >> 64), low_32_bits(view >> 96));
        match u32::try_from(start).ok().and_then(|start| offset.checked_add(start)) {
            Some(offset) => self.push(make_view(part.as_bytes(), buffer, offset)),
            None => self.text(part),
        }
    }

    /// The text in row `row` of the source, whose buffers this shares.
    pub(super) fn whole(&mut self, source: &StringViewArray, row: usize) {
        let view = source.views()[row];
        self.push(view);
    }

    pub(super) fn finish(mut self) -> Result<StringViewArray, ArrowError> {
        if self.too_large {
            return Err(ArrowError::ComputeError("a text is longer than 4 GiB".to_owned()));
        }
        self.flush();
        StringViewArray::try_new(ScalarBuffer::from(self.views), self.buffers, self.nulls.finish())
    }

    fn push(&mut self, view: u128) {
        self.views.push(view);
        self.nulls.append_non_null();
    }

    fn own_view(&mut self, text: &str) -> u128 {
        if text.len() <= INLINE_BYTES {
            return make_view(text.as_bytes(), 0, 0);
        }
        if !self.own.is_empty() && self.own.len() + text.len() > BUFFER_BYTES {
            self.flush();
        }
        let (Ok(buffer), Ok(offset), Ok(_)) =
            (u32::try_from(self.buffers.len()), u32::try_from(self.own.len()), u32::try_from(text.len()))
        else {
            self.too_large = true;
            return 0;
        };
        self.own.extend_from_slice(text.as_bytes());
        make_view(text.as_bytes(), buffer, offset)
    }

    fn flush(&mut self) {
        if !self.own.is_empty() {
            self.buffers.push(Buffer::from_vec(std::mem::take(&mut self.own)));
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lowest 32 bits are what is asked for")]
const fn low_32_bits(view: u128) -> u32 {
    view as u32
}
