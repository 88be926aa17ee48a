//! Follows a path through text that is known to be JSON, in one pass.

use super::scan::{skip_blank, string_end, value_end};
use super::text::unescape;

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Member(&'a str),
    /// Counts from the end if negative.
    Index(i64),
}

/// Where the value of a text starts.
#[inline]
pub(super) fn start(text: &str) -> usize {
    skip_blank(text.as_bytes(), 0)
}

/// Where the member or element of the value at `at` starts. `None` if there is none.
///
/// The value is not read to its end: only what is passed over is skipped, so that several steps are one scan.
#[inline]
pub(super) fn enter(text: &str, at: usize, step: Step<'_>) -> Option<usize> {
    match step {
        Step::Member(name) => member(text, at, name),
        Step::Index(index) => match usize::try_from(index) {
            Ok(index) => element(text.as_bytes(), at, index),
            Err(_) => element_from_end(text.as_bytes(), at, usize::try_from(index.unsigned_abs()).ok()?),
        },
    }
}

/// The bytes of the value at `at`.
#[inline]
pub(super) fn whole(text: &str, at: usize) -> Option<(usize, usize)> {
    Some((at, value_end(text.as_bytes(), at)?))
}

/// The offset of the first member of that name.
#[inline]
fn member(text: &str, at: usize, name: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(at)? != &b'{' {
        return None;
    }
    let mut at = skip_blank(bytes, at + 1);
    loop {
        if bytes.get(at)? != &b'"' {
            return None;
        }
        let (behind, escaped) = string_end(bytes, at + 1)?;
        let colon = skip_blank(bytes, behind);
        let value = skip_blank(bytes, colon + 1);
        let inside = bytes.get(at + 1..behind - 1)?;
        let found =
            if escaped { unescape(text.get(at + 1..behind - 1)?) == name } else { inside == name.as_bytes() };
        if found {
            return Some(value);
        }
        at = next(bytes, value)?;
    }
}

#[inline]
fn element(bytes: &[u8], at: usize, index: usize) -> Option<usize> {
    let mut at = first_element(bytes, at)?;
    for _ in 0..index {
        at = next(bytes, at)?;
    }
    Some(at)
}

fn element_from_end(bytes: &[u8], at: usize, back: usize) -> Option<usize> {
    let first = first_element(bytes, at)?;
    let mut count = 1;
    let mut last = first;
    while let Some(at) = next(bytes, last) {
        last = at;
        count += 1;
    }
    if back == 1 {
        return Some(last);
    }
    let mut at = first;
    for _ in 0..usize::checked_sub(count, back)? {
        at = next(bytes, at)?;
    }
    Some(at)
}

/// The offset of the first element of the array at `at`, if it is one and has one.
fn first_element(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at)? != &b'[' {
        return None;
    }
    let at = skip_blank(bytes, at + 1);
    (bytes.get(at)? != &b']').then_some(at)
}

/// The offset of what follows the value at `at` and its comma, if one follows.
#[inline]
fn next(bytes: &[u8], at: usize) -> Option<usize> {
    let comma = skip_blank(bytes, value_end(bytes, at)?);
    (bytes.get(comma)? == &b',').then(|| skip_blank(bytes, comma + 1))
}
