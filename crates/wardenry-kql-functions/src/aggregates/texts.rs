//! Texts, short ones in place, longer ones in shared blocks: the representation of a string view array.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringViewArray, make_view};
use arrow::buffer::{Buffer, NullBuffer, ScalarBuffer};
use datafusion_common::Result;
use datafusion_expr::EmitTo;

use super::column::Column;

/// Texts of up to this length are in the view itself.
const INLINE: usize = 12;
const FIRST_BLOCK: usize = 8 << 10;
const LARGEST_BLOCK: usize = 1 << 20;
/// Blocks are rewritten when this much, and more than half, belongs to texts that were replaced.
const GARBAGE: usize = 1 << 20;

#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Views as they are in memory; block numbers count [`Self::blocks`], then [`Self::open`].
    views: Vec<[u8; 16]>,
    blocks: Vec<Buffer>,
    open: Vec<u8>,
    /// Bytes in blocks that a view refers to.
    used: usize,
    /// Bytes in blocks, all told.
    stored: usize,
}

impl Texts {
    fn view(&mut self, text: &[u8]) -> [u8; 16] {
        if text.len() <= INLINE {
            return make_view(text, 0, 0).to_le_bytes();
        }
        if self.open.len() + text.len() > self.open.capacity() {
            self.seal();
            let block = self.stored.clamp(FIRST_BLOCK, LARGEST_BLOCK);
            self.open = Vec::with_capacity(block.max(text.len()));
        }
        let offset = self.open.len();
        self.open.extend_from_slice(text);
        self.used += text.len();
        self.stored += text.len();
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        make_view(text, narrow(self.blocks.len()), narrow(offset)).to_le_bytes()
    }

    /// Closes the open block, so that arrays can share it.
    fn seal(&mut self) {
        if !self.open.is_empty() {
            self.blocks.push(Buffer::from_vec(std::mem::take(&mut self.open)));
        }
    }

    fn compact(&mut self) {
        let old = std::mem::take(self);
        self.views.reserve(old.views.len());
        for index in 0..old.views.len() {
            self.push(old.get(index));
        }
    }

    fn array(&mut self, views: &[[u8; 16]], nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        self.seal();
        let views: Vec<u128> = views.iter().map(|view| u128::from_le_bytes(*view)).collect();
        Ok(Arc::new(StringViewArray::try_new(ScalarBuffer::from(views), self.blocks.clone(), nulls)?))
    }
}

fn length(view: &[u8; 16]) -> usize {
    u32::from_le_bytes([view[0], view[1], view[2], view[3]]) as usize
}

impl Column for Texts {
    type Array = StringViewArray;
    type Value<'a> = &'a [u8];

    #[inline]
    fn read(array: &StringViewArray, row: usize) -> &[u8] {
        if array.is_null(row) { b"" } else { array.value(row).as_bytes() }
    }

    #[inline]
    fn replaces(new: &[u8], old: &[u8], greatest: bool) -> bool {
        if greatest { new > old } else { new < old }
    }

    fn compare(left: &[u8], right: &[u8]) -> Ordering {
        left.cmp(right)
    }

    #[inline]
    fn hash(value: &[u8]) -> u64 {
        twox_hash::XxHash64::oneshot(0, value)
    }

    #[inline]
    fn get(&self, index: usize) -> &[u8] {
        let view = &self.views[index];
        let length = length(view);
        if length <= INLINE {
            return &view[4..4 + length];
        }
        let block = u32::from_le_bytes([view[8], view[9], view[10], view[11]]) as usize;
        let offset = u32::from_le_bytes([view[12], view[13], view[14], view[15]]) as usize;
        let block = self.blocks.get(block).map_or(self.open.as_slice(), |block| block.as_slice());
        &block[offset..offset + length]
    }

    fn push(&mut self, value: &[u8]) {
        let view = self.view(value);
        self.views.push(view);
    }

    fn set(&mut self, index: usize, value: &[u8]) {
        let old = length(&self.views[index]);
        if old > INLINE {
            self.used -= old;
        }
        self.views[index] = self.view(value);
        let garbage = self.stored - self.used;
        if garbage > GARBAGE && garbage > self.used {
            self.compact();
        }
    }

    fn grow(&mut self, length: usize) {
        self.views.resize(length, [0; 16]);
    }

    fn gather(&mut self, indices: &[u32]) -> Result<ArrayRef> {
        let views: Vec<[u8; 16]> = indices.iter().map(|index| self.views[*index as usize]).collect();
        self.array(&views, None)
    }

    fn emit(&mut self, emit: EmitTo, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        let views = emit.take_needed(&mut self.views);
        let array = self.array(&views, nulls)?;
        self.used -= views.iter().map(length).filter(|length| *length > INLINE).sum::<usize>();
        if self.views.is_empty() {
            *self = Self::default();
        }
        Ok(array)
    }

    fn bytes(&self) -> usize {
        self.views.capacity() * 16 + self.stored + (self.open.capacity() - self.open.len())
    }
}
