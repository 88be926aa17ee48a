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
/// Where several needles are looked for, so many rows are searched at once at most: they stay in the nearest cache.
const ROWS_FOR_SEVERAL: usize = 256;

/// Which rows have the needle. A null slot is the empty text.
pub(crate) fn search(needle: &Needle, texts: &StringViewArray) -> BooleanBuffer {
    search_any(std::slice::from_ref(needle), texts)
}

/// Which rows have any of the needles.
pub(crate) fn search_any(needles: &[Needle], texts: &StringViewArray) -> BooleanBuffer {
    let found = if needles.iter().any(|needle| needle.finder().is_some()) {
        Search::new(needles, texts).run()
    } else {
        BooleanBuffer::collect_bool(texts.len(), |row| matches_any(needles, texts.value(row)))
    };
    with_null_slots(found, texts, || matches_any(needles, ""))
}

fn matches_any(needles: &[Needle], text: &str) -> bool {
    needles.iter().any(|needle| needle.matches(text))
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
    needles: &'a [Needle],
    texts: &'a StringViewArray,
    found: BooleanBufferBuilder,
    memo: RowMemo,
    /// Rows whose texts lie in one buffer, in order.
    run: Vec<RowPlace>,
    buffer: u32,
    max_rows: usize,
}

/// Where the text of a row lies in its buffer.
#[derive(Clone, Copy)]
struct RowPlace {
    row: usize,
    start: u32,
    end: u32,
}

impl<'a> Search<'a> {
    fn new(needles: &'a [Needle], texts: &'a StringViewArray) -> Self {
        let mut found = BooleanBufferBuilder::new(texts.len());
        found.append_n(texts.len(), false);
        let max_rows = if needles.len() > 1 { ROWS_FOR_SEVERAL } else { usize::MAX };
        Self { needles, texts, found, memo: RowMemo::default(), run: Vec::new(), buffer: 0, max_rows }
    }

    fn run(mut self) -> BooleanBuffer {
        for (row, view) in self.texts.views().iter().enumerate() {
            let view = ByteView::from(*view);
            if view.length <= MAX_INLINE_VIEW_LEN {
                if matches_any(self.needles, self.texts.value(row)) {
                    self.found.set_bit(row, true);
                }
                continue;
            }
            if !self.goes_on_with(view) {
                self.search_run();
            }
            self.buffer = view.buffer_index;
            self.run.push(RowPlace { row, start: view.offset, end: view.offset.saturating_add(view.length) });
        }
        self.search_run();
        self.found.finish()
    }

    /// Whether the text of `view` comes next, so near that searching what lies between costs little.
    fn goes_on_with(&self, view: ByteView) -> bool {
        self.run.last().is_none_or(|last| {
            view.buffer_index == self.buffer
                && view.offset >= last.end
                && view.offset - last.end <= GAP + (last.end - last.start)
                && self.run.len() < self.max_rows
        })
    }

    fn search_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        match run.as_slice() {
            [] => {}
            [only] => {
                let (needles, texts) = (self.needles, self.texts);
                if self.memo.get(texts.views()[only.row], || matches_any(needles, texts.value(only.row))) {
                    self.found.set_bit(only.row, true);
                }
            }
            rows => {
                for needle in self.needles {
                    self.search_rows_as_one(needle, rows);
                }
            }
        }
        self.run = run;
        self.run.clear();
    }

    fn search_rows_as_one(&mut self, needle: &Needle, rows: &[RowPlace]) {
        let Some(finder) = needle.finder() else {
            for place in rows {
                if needle.matches(self.texts.value(place.row)) {
                    self.found.set_bit(place.row, true);
                }
            }
            return;
        };
        let start = rows.first().map_or(0, |first| first.start as usize);
        let end = rows.last().map_or(0, |last| last.end as usize);
        let Some(span) =
            self.texts.data_buffers().get(self.buffer as usize).and_then(|buffer| buffer.get(..end))
        else {
            return;
        };
        let len = finder.needle_len();
        let mut index = 0;
        let mut from = start;
        let mut places = finder.places(span, start);
        while let Some(place) = places.next_from(from) {
            index += index_of_end(&rows[index..], place + len);
            let Some(row) = rows.get(index) else { break };
            let row_start = row.start as usize;
            // Else it lies between two rows, or across their border.
            if place >= row_start
                && needle.may_stand_at(self.texts.value(row.row), place - row_start, place - row_start + len)
            {
                self.found.set_bit(row.row, true);
                from = row.end as usize;
                index += 1;
            }
        }
        if needle.has_kin() && !span[start..].is_ascii() {
            for place in rows {
                let text = self.texts.value(place.row);
                if !self.found.get_bit(place.row) && !text.is_ascii() && needle.matches_characters(text) {
                    self.found.set_bit(place.row, true);
                }
            }
        }
    }
}

/// The index of the first of the ascending rows that does not end before `end`.
fn index_of_end(rows: &[RowPlace], end: usize) -> usize {
    const NEAR: usize = 8;
    let is_before = |row: &RowPlace| (row.end as usize) < end;
    match rows.iter().take(NEAR).position(|row| !is_before(row)) {
        Some(index) => index,
        None => rows.partition_point(is_before),
    }
}
