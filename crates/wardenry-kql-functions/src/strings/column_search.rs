//! Searches a whole column for a needle.
//!
//! The long texts of a column mostly lie one after the other in a buffer. They are searched as one text, and what is
//! found is given to the row where it lies: that is several times as fast as starting anew for each row.

use arrow::array::{Array, BooleanBufferBuilder, ByteView, MAX_INLINE_VIEW_LEN, StringViewArray};
use arrow::buffer::BooleanBuffer;

use super::needle::Needle;
use super::row_memo::RowMemo;

/// As many bytes may lie between two rows that are searched as one, beside the length of the row before.
const GAP: u32 = 64;

/// Which rows have the needle. A null slot is the empty text.
pub(crate) fn search(needle: &Needle, texts: &StringViewArray) -> BooleanBuffer {
    let found = match needle.finder() {
        Some(_) => Search::new(needle, texts).run(),
        None => BooleanBuffer::collect_bool(texts.len(), |row| needle.matches(texts.value(row))),
    };
    with_null_slots(found, texts, || needle.matches(""))
}

/// Gives the null slots of `texts` the result of the empty text.
pub(crate) fn with_null_slots(
    found: BooleanBuffer,
    texts: &StringViewArray,
    of_empty: impl FnOnce() -> bool,
) -> BooleanBuffer {
    match texts.nulls() {
        Some(nulls) if nulls.null_count() > 0 => {
            if of_empty() {
                &found | &!nulls.inner()
            } else {
                &found & nulls.inner()
            }
        }
        _ => found,
    }
}

struct Search<'a> {
    needle: &'a Needle,
    texts: &'a StringViewArray,
    found: BooleanBufferBuilder,
    memo: RowMemo,
    run: Run,
}

/// Rows whose texts lie in one buffer, in order.
#[derive(Default)]
struct Run {
    buffer: u32,
    rows: Vec<usize>,
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Run {
    /// Whether the text of `view` comes next, so near that searching what lies between costs little.
    fn goes_on_with(&self, view: ByteView) -> bool {
        let (Some(start), Some(end)) = (self.starts.last(), self.ends.last()) else { return true };
        view.buffer_index == self.buffer && view.offset >= *end && view.offset - end <= GAP + (end - start)
    }
}

impl<'a> Search<'a> {
    fn new(needle: &'a Needle, texts: &'a StringViewArray) -> Self {
        let mut found = BooleanBufferBuilder::new(texts.len());
        found.append_n(texts.len(), false);
        Self { needle, texts, found, memo: RowMemo::default(), run: Run::default() }
    }

    fn run(mut self) -> BooleanBuffer {
        for (row, view) in self.texts.views().iter().enumerate() {
            let view = ByteView::from(*view);
            if view.length <= MAX_INLINE_VIEW_LEN {
                if self.needle.matches(self.texts.value(row)) {
                    self.found.set_bit(row, true);
                }
                continue;
            }
            if !self.run.goes_on_with(view) {
                self.search_run();
            }
            self.run.buffer = view.buffer_index;
            self.run.rows.push(row);
            self.run.starts.push(view.offset);
            self.run.ends.push(view.offset.saturating_add(view.length));
        }
        self.search_run();
        self.found.finish()
    }

    fn search_run(&mut self) {
        match self.run.rows.as_slice() {
            [] => {}
            [row] => {
                let (row, texts) = (*row, self.texts);
                if self.memo.get(texts.views()[row], || self.needle.matches(texts.value(row))) {
                    self.found.set_bit(row, true);
                }
            }
            _ => self.search_rows_as_one(),
        }
        self.run.rows.clear();
        self.run.starts.clear();
        self.run.ends.clear();
    }

    fn search_rows_as_one(&mut self) {
        let Run { buffer, rows, starts, ends } = &self.run;
        let (Some(buffer), Some(finder)) =
            (self.texts.data_buffers().get(*buffer as usize), self.needle.finder())
        else {
            return;
        };
        let end = ends.last().map_or(0, |end| *end as usize);
        let Some(span) = buffer.get(..end) else { return };
        let len = finder.needle_len();
        let mut index = 0;
        let mut from = starts[0] as usize;
        while let Some(place) = finder.find(span, from) {
            index += index_of_end(&ends[index..], place + len);
            let Some(start) = starts.get(index).map(|start| *start as usize) else { break };
            if place < start {
                // Between two rows, or across their border.
                from = place + 1;
                continue;
            }
            let text = self.texts.value(rows[index]);
            if self.needle.may_stand_at(text, place - start, place - start + len) {
                self.found.set_bit(rows[index], true);
                from = ends[index] as usize;
                index += 1;
            } else {
                from = place + 1;
            }
        }
        if self.needle.has_kin() && !span[starts[0] as usize..].is_ascii() {
            for row in rows {
                let text = self.texts.value(*row);
                if !self.found.get_bit(*row) && !text.is_ascii() && self.needle.matches_characters(text) {
                    self.found.set_bit(*row, true);
                }
            }
        }
    }
}

/// The index of the first of the ascending `ends` that is not below `end`.
fn index_of_end(ends: &[u32], end: usize) -> usize {
    const NEAR: usize = 8;
    let below = |candidate: &u32| (*candidate as usize) < end;
    match ends.iter().take(NEAR).position(|candidate| !below(candidate)) {
        Some(index) => index,
        None => ends.partition_point(below),
    }
}
