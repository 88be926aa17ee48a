//! Terms: the maximal runs of letters and digits of any script. Everything else separates, `_` included.

/// Whether a character is part of a term.
pub(crate) fn is_term_char(c: char) -> bool {
    c.is_alphanumeric()
}

/// Whether the character before byte `at` is part of a term.
pub(crate) fn term_char_before(text: &str, at: usize) -> bool {
    match text.as_bytes()[..at].last() {
        None => false,
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(_) => text[..at].chars().next_back().is_some_and(is_term_char),
    }
}

/// Whether the character that starts at byte `at` is part of a term.
pub(crate) fn term_char_at(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        None => false,
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(_) => text[at..].chars().next().is_some_and(is_term_char),
    }
}
