//! Simple case folding: one character for one, as KQL compares text without regard to case.
//!
//! Full folding would make `ß` equal `ss`, and the language does not. No table is needed for it: apart from the few
//! characters named below, the lower case of the upper case is the simple folding, wherever both are single characters.

/// The character that stands for all that differ from `c` in case only.
pub(crate) fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match c {
        // Its upper case is `I`, but only Turkish texts mean that.
        'ı' => 'ı',
        // Composed twice in Unicode, or a ligature beside its double: their upper case is several characters.
        '\u{1FD3}' => '\u{0390}',
        '\u{1FE3}' => '\u{03B0}',
        '\u{FB05}' => '\u{FB06}',
        _ => single(single(c, c.to_uppercase()), single(c, c.to_uppercase()).to_lowercase()),
    }
}

/// The only character of `mapped`, or `original` if there are several.
fn single(original: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => original,
    }
}

/// The folding of a text.
pub(crate) fn fold_text(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold).collect() }
}

/// Whether the texts are equal but for case.
pub(crate) fn equal_folded(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
        || !(left.is_ascii() && right.is_ascii()) && left.chars().map(fold).eq(right.chars().map(fold))
}

/// Whether a letter of this folded ASCII text is also the folding of a character outside of ASCII.
///
/// There are two: `K` (Kelvin sign) folds to `k`, and `ſ` (long s) to `s`.
pub(crate) fn has_kin_outside_ascii(folded: &str) -> bool {
    folded.bytes().any(|byte| matches!(byte, b'k' | b's'))
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

    use super::*;

    /// The characters that differ from `c` in case only, by the table of the regular expression library, which is that of
    /// Unicode's `CaseFolding.txt` (C and S).
    fn kin(c: char) -> Vec<char> {
        let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
        class.case_fold_simple();
        class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect()
    }

    #[test]
    fn equals_the_simple_folding_of_unicode() {
        let mut wrong = Vec::new();
        for c in '\0'..=char::MAX {
            let kin_of_c = kin(c);
            wrong.extend(kin_of_c.iter().filter(|other| fold(c) != fold(**other)).map(|other| (c, *other)));
            // The table may be older than the standard library, and then knows neither letter of a pair.
            let is_known = kin_of_c.len() > 1 || kin(fold(c)).len() > 1;
            if is_known && !kin_of_c.contains(&fold(c)) {
                wrong.push((c, fold(c)));
            }
        }
        assert_eq!(wrong, []);
    }

    /// [D datatypes-string-operators.md], kql-semantics §4.
    #[test]
    fn compares_one_character_with_one() {
        assert!(equal_folded("CAFÉ", "café"));
        assert!(!equal_folded("cafe", "café"));
        assert!(!equal_folded("STRASSE", "straße"));
        assert!(equal_folded("\u{212A}elvin", "KELVIN"));
    }
}
