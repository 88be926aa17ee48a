//! Finds the ends of JSON values in text that is known to be JSON.
//!
//! Nothing here checks the grammar; [`validate`](super::validate) does. On other text the functions find some end or
//! none, and do not panic.

/// The byte offset of the first byte at or after `at` that is no JSON blank.
#[inline]
pub(super) fn skip_blank(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// The offset behind the closing quote of the string whose inside starts at `at`, and whether it has a backslash.
#[inline]
pub(super) fn string_end(text: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        at = find_string_mark(text, at);
        match text.get(at)? {
            b'"' => return Some((at + 1, escaped)),
            b'\\' => {
                escaped = true;
                at += 2;
            }
            _ => at += 1,
        }
    }
}

/// The offset of the first quote, backslash or control character at or after `at`, or of the end.
#[inline]
pub(super) fn find_string_mark(text: &[u8], mut at: usize) -> usize {
    while let Some(block) = block(text, at) {
        let marks = equal(block, b'"') | equal(block, b'\\') | below_space(block);
        if marks != 0 {
            return at + first(marks);
        }
        at += BLOCK;
    }
    while let Some(&byte) = text.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        at += 1;
    }
    at
}

/// The offset behind the value that starts at `at`, which is no blank.
#[inline]
pub(super) fn value_end(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => string_end(text, at + 1).map(|(end, _)| end),
        b'{' | b'[' => container_end(text, at + 1),
        _ => {
            let mut end = at;
            while let Some(byte) = text.get(end) {
                if matches!(byte, b',' | b']' | b'}' | b':' | b' ' | b'\n' | b'\r' | b'\t') {
                    break;
                }
                end += 1;
            }
            (end > at).then_some(end)
        }
    }
}

/// The offset behind the bracket that closes the container whose inside starts at `at`.
fn container_end(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 1_usize;
    loop {
        at = find_bracket_or_quote(text, at);
        match text.get(at)? {
            b'"' => at = string_end(text, at + 1)?.0,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            _ => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
    }
}

fn find_bracket_or_quote(text: &[u8], mut at: usize) -> usize {
    while let Some(block) = block(text, at) {
        // `[` and `{`, `]` and `}` differ in this bit only.
        let folded = block | (0x20 * LOW_BITS);
        let marks = equal(block, b'"') | equal(folded, b'{') | equal(folded, b'}');
        if marks != 0 {
            return at + first(marks);
        }
        at += BLOCK;
    }
    while let Some(byte) = text.get(at) {
        if matches!(byte, b'"' | b'{' | b'}' | b'[' | b']') {
            break;
        }
        at += 1;
    }
    at
}

// Eight bytes at a time, in one register. Strings in logs are short, so that wider registers have little to gain.

const BLOCK: usize = 8;
const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

#[inline]
fn block(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..)?.first_chunk::<BLOCK>()?;
    Some(u64::from_le_bytes(*bytes))
}

/// The high bit of each byte that equals `byte`. Bits behind the first one may be wrong.
#[inline]
const fn equal(block: u64, byte: u8) -> u64 {
    let difference = block ^ (byte as u64 * LOW_BITS);
    difference.wrapping_sub(LOW_BITS) & !difference & HIGH_BITS
}

/// The high bit of each byte below `0x20`. Bits behind the first one may be wrong.
#[inline]
const fn below_space(block: u64) -> u64 {
    block.wrapping_sub(0x20 * LOW_BITS) & !block & HIGH_BITS
}

#[inline]
const fn first(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}
