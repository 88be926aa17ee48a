//! A set of texts.

use arrow::array::{Array, ByteView, MAX_INLINE_VIEW_LEN, StringViewArray};
use arrow::buffer::BooleanBuffer;
use hashbrown::HashSet;

use crate::strings::column_search::with_null_slots;
use crate::strings::finder::Case;
use crate::strings::folding::fold_text;

/// Up to this number of texts, comparing the first bytes with each is faster than hashing.
const MAX_COMPARED: usize = 8;
/// Lengths from here on share a bit.
const LAST_LENGTH: usize = 63;

/// Texts, folded if case does not matter.
#[derive(Debug)]
pub(crate) struct TextSet {
    case: Case,
    texts: HashSet<Box<str>>,
    /// A bit for each length in bytes that occurs.
    lengths: u64,
    /// The lower half of the views of the texts: length and first bytes. Empty if there are too many.
    heads: Vec<u64>,
}

impl TextSet {
    pub(crate) fn new<'t>(texts: impl Iterator<Item = &'t str>, case: Case) -> Self {
        let texts: HashSet<Box<str>> = texts
            .map(|text| match case {
                Case::Sensitive => text.into(),
                Case::Insensitive => fold_text(text).into(),
            })
            .collect();
        let lengths = texts.iter().fold(0, |lengths, text| lengths | length_bit(text.len()));
        let heads = if texts.len() > MAX_COMPARED {
            Vec::new()
        } else {
            texts.iter().map(|text| head(text)).collect()
        };
        Self { case, texts, lengths, heads }
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        match self.case {
            Case::Sensitive => self.lengths & length_bit(text.len()) != 0 && self.texts.contains(text),
            Case::Insensitive => self.contains_folded(text),
        }
    }

    fn contains_folded(&self, text: &str) -> bool {
        /// Longer texts are folded in memory of their own.
        const ON_STACK: usize = 128;
        if !text.is_ascii() {
            return self.texts.contains(fold_text(text).as_str());
        }
        if self.lengths & length_bit(text.len()) == 0 {
            return false;
        }
        let mut folded = [0; ON_STACK];
        let Some(folded) = folded.get_mut(..text.len()) else {
            return self.texts.contains(text.to_ascii_lowercase().as_str());
        };
        folded.copy_from_slice(text.as_bytes());
        folded.make_ascii_lowercase();
        std::str::from_utf8(folded).is_ok_and(|folded| self.texts.contains(folded))
    }

    /// Which rows are in the set.
    pub(crate) fn search(&self, texts: &StringViewArray) -> BooleanBuffer {
        let found = match self.case {
            Case::Sensitive if !self.heads.is_empty() => self.search_heads(texts),
            Case::Sensitive => self.search_lengths(texts),
            Case::Insensitive => {
                BooleanBuffer::collect_bool(texts.len(), |row| self.contains_folded(texts.value(row)))
            }
        };
        with_null_slots(found, texts, || self.contains(""))
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    fn search_heads(&self, texts: &StringViewArray) -> BooleanBuffer {
        let views = texts.views();
        BooleanBuffer::collect_bool(texts.len(), |row| {
            let head = views[row] as u64;
            let any = self.heads.iter().fold(0, |any, candidate| any | u8::from(*candidate == head));
            any != 0 && self.texts.contains(texts.value(row))
        })
    }

    fn search_lengths(&self, texts: &StringViewArray) -> BooleanBuffer {
        let views = texts.views();
        BooleanBuffer::collect_bool(texts.len(), |row| {
            let length = ByteView::from(views[row]).length as usize;
            self.lengths & length_bit(length) != 0 && self.texts.contains(texts.value(row))
        })
    }
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(LAST_LENGTH)
}

/// The lower half of the view of a text.
fn head(text: &str) -> u64 {
    let mut head = [0; 8];
    head[..4].copy_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    let first = &text.as_bytes()[..text.len().min(4)];
    head[4..4 + first.len()].copy_from_slice(first);
    debug_assert!(first.len() <= MAX_INLINE_VIEW_LEN as usize, "a view has room for the first bytes");
    u64::from_le_bytes(head)
}
