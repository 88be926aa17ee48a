//! Decides whether text is JSON, as RFC 8259 has it.

use super::scan::{find_string_mark, skip_blank};

/// Containers within containers. Deeper text is taken for no JSON, so that whoever walks a value may recurse.
pub(super) const MAX_DEPTH: usize = 256;

/// Whether the text is one JSON value, blanks around it aside.
///
/// Strings may hold lone surrogates (`"\ud800"`), which the grammar allows; numbers may have any size.
pub fn is_json(text: &str) -> bool {
    walk(text.as_bytes()).is_some()
}

fn walk(text: &[u8]) -> Option<()> {
    let mut open = OpenContainers::default();
    let mut at = skip_blank(text, 0);
    loop {
        // A value starts at `at`.
        match text.get(at)? {
            b'{' => {
                at = skip_blank(text, at + 1);
                if text.get(at) == Some(&b'}') {
                    at += 1;
                } else {
                    open.push(true)?;
                    at = key(text, at)?;
                    continue;
                }
            }
            b'[' => {
                at = skip_blank(text, at + 1);
                if text.get(at) == Some(&b']') {
                    at += 1;
                } else {
                    open.push(false)?;
                    continue;
                }
            }
            b'"' => at = string(text, at + 1)?,
            b't' => at = word(text, at, b"true")?,
            b'f' => at = word(text, at, b"false")?,
            b'n' => at = word(text, at, b"null")?,
            _ => at = number(text, at)?,
        }
        // A value has ended before `at`.
        loop {
            at = skip_blank(text, at);
            let Some(in_bag) = open.innermost() else {
                return (at == text.len()).then_some(());
            };
            match (text.get(at)?, in_bag) {
                (b',', true) => {
                    at = key(text, skip_blank(text, at + 1))?;
                    break;
                }
                (b',', false) => {
                    at = skip_blank(text, at + 1);
                    break;
                }
                (b'}', true) | (b']', false) => {
                    open.pop();
                    at += 1;
                }
                _ => return None,
            }
        }
    }
}

/// The offset of the value of the key at `at`.
fn key(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at)? != &b'"' {
        return None;
    }
    let at = skip_blank(text, string(text, at + 1)?);
    (text.get(at)? == &b':').then(|| skip_blank(text, at + 1))
}

#[inline]
fn string(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = find_string_mark(text, at);
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match text.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' => {
                    let digits = text.get(at + 2..at + 6)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    at += 6;
                }
                _ => return None,
            },
            _ => return None,
        }
    }
}

fn word(text: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    text.get(at..)?.starts_with(word).then_some(at + word.len())
}

fn number(text: &[u8], mut at: usize) -> Option<usize> {
    if text.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match text.get(at)? {
        b'0' => at + 1,
        b'1'..=b'9' => digits(text, at)?,
        _ => return None,
    };
    if text.get(at) == Some(&b'.') {
        at = digits(text, at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = text.get(at) {
            at += 1;
        }
        at = digits(text, at)?;
    }
    Some(at)
}

fn digits(text: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    while text.get(end).is_some_and(u8::is_ascii_digit) {
        end += 1;
    }
    (end > at).then_some(end)
}

/// A stack of "is a bag" flags.
#[derive(Default)]
struct OpenContainers {
    depth: usize,
    bags: [u64; MAX_DEPTH / 64],
}

impl OpenContainers {
    fn push(&mut self, bag: bool) -> Option<()> {
        let word = self.bags.get_mut(self.depth / 64)?;
        let bit = 1 << (self.depth % 64);
        if bag {
            *word |= bit;
        } else {
            *word &= !bit;
        }
        self.depth += 1;
        Some(())
    }

    fn pop(&mut self) {
        self.depth -= 1;
    }

    fn innermost(&self) -> Option<bool> {
        let top = self.depth.checked_sub(1)?;
        Some(self.bags[top / 64] & (1 << (top % 64)) != 0)
    }
}
