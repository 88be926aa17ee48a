//! A line of the text and a place in it, made safe to show.

use unicode_width::UnicodeWidthChar as _;

use crate::{LineIndex, Span};

/// The columns of a line that are shown at most.
const WIDTH: usize = 120;
/// How many of them may stand before the place, where the line is longer.
const BEFORE: usize = 60;

/// One line, cut to a width that can be looked at, with what stands before, at and behind a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// Counted from one.
    pub(crate) line: usize,
    pub(crate) before: String,
    pub(crate) marked: String,
    pub(crate) after: String,
    /// How many columns stand before the place, and how many it has.
    pub(crate) indent: usize,
    pub(crate) width: usize,
}

impl Excerpt {
    /// The first line of `span`, of which the part on that line is marked.
    pub(crate) fn new(text: &str, index: &LineIndex, span: Span) -> Self {
        let line = index.line(span.start.min(u32::try_from(text.len()).unwrap_or(u32::MAX)));
        let line_span = index.line_span(text, line).unwrap_or_default();
        let start = boundary(text, span.start.clamp(line_span.start, line_span.end));
        let end = boundary(text, span.end.clamp(line_span.start, line_span.end)).max(start);
        let (line_start, line_end) = (line_span.start as usize, line_span.end as usize);

        // A line of more bytes is cut; whether fewer need more columns, as tabs do, is looked at.
        let fits =
            line_end - line_start <= WIDTH && width(&visible_text(&text[line_start..line_end])) <= WIDTH;
        let before = tail(&text[line_start..start], if fits { WIDTH } else { BEFORE });
        let before_width = width(&before);
        let marked = head(&text[start..end], WIDTH - before_width.min(WIDTH / 2));
        let marked_width = width(&marked);
        let after = head(&text[end..line_end], WIDTH.saturating_sub(before_width + marked_width));
        Self { line: line + 1, before, marked, after, indent: before_width, width: marked_width }
    }

    pub(crate) fn text(&self) -> String {
        format!("{}{}{}", self.before, self.marked, self.after)
    }
}

fn boundary(text: &str, offset: u32) -> usize {
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The start of a text, as long as it fits.
fn head(text: &str, columns: usize) -> String {
    let mut shown = String::new();
    let mut used = 0;
    for character in text.chars() {
        let piece = visible(character);
        used += width(&piece);
        if used > columns {
            shown.push('…');
            break;
        }
        shown.push_str(&piece);
    }
    shown
}

/// The end of a text, as long as it fits.
fn tail(text: &str, columns: usize) -> String {
    let mut pieces = Vec::new();
    let mut used = 0;
    for character in text.chars().rev() {
        let piece = visible(character);
        used += width(&piece);
        if used > columns {
            pieces.push("…".into());
            break;
        }
        pieces.push(piece);
    }
    pieces.into_iter().rev().collect()
}

/// A character as it may be shown: neither moving the cursor nor turning the direction of what follows.
pub(crate) fn visible(character: char) -> String {
    match character {
        '\t' => "    ".to_owned(),
        '\0'..='\u{1f}' => {
            // The pictures of the control characters.
            char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}').to_string()
        }
        '\u{7f}' => "\u{2421}".to_owned(),
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => "\u{fffd}".to_owned(),
        _ => character.to_string(),
    }
}

/// A message, safe to show on one line.
pub(crate) fn visible_text(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn width(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::Excerpt;
    use crate::{LineIndex, Span};

    fn excerpt(text: &str, start: u32, end: u32) -> Excerpt {
        Excerpt::new(text, &LineIndex::new(text), Span::new(start, end))
    }

    #[test]
    fn tabs_wide_and_control_characters_keep_the_columns_right() {
        let text = "x\n\t字\u{1b}[31mab";
        let found = excerpt(text, 11, 12);
        assert_eq!(
            (found.line, found.text(), found.indent, found.width),
            (2, "    字␛[31mab".to_owned(), 11, 1)
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}HERE{}", "a".repeat(10_000), "b".repeat(10_000));
        let found = excerpt(&text, 10_000, 10_004);
        assert_eq!(found.before, format!("…{}", "a".repeat(60)));
        assert_eq!(found.marked, "HERE");
        assert_eq!(found.after, format!("{}…", "b".repeat(55)));
        assert_eq!((found.indent, found.width), (61, 4));
    }

    #[test]
    fn a_place_outside_of_the_text_is_its_end() {
        let found = excerpt("ab", 90, 99);
        assert_eq!((found.line, found.before.as_str(), found.width), (1, "ab", 0));
        let found = excerpt("é", 1, 1);
        assert_eq!((found.before.as_str(), found.after.as_str()), ("", "é"));
    }

    #[test]
    fn a_place_over_several_lines_is_marked_on_its_first() {
        let found = excerpt("abc\ndef", 1, 6);
        assert_eq!((found.before.as_str(), found.marked.as_str(), found.after.as_str()), ("a", "bc", ""));
    }
}
