use crate::Span;

/// Where the lines of a text begin, to say where an offset is as people and editors count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    /// The offset of each line's first byte.
    starts: Vec<u32>,
}

/// A place in a text. Both numbers count from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    /// In characters (Unicode scalar values).
    pub column: u32,
    /// In UTF-16 code units, as browsers and the language server protocol count.
    pub utf16_column: u32,
}

impl LineIndex {
    /// Lines end with `\n`, `\r\n` or `\r`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Self { starts }
    }

    /// The line of an offset, counted from zero.
    pub fn line(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// A line without its end; `None` behind the last one.
    pub fn line_span(&self, text: &str, line: usize) -> Option<Span> {
        let start = *self.starts.get(line)?;
        let end = self.starts.get(line + 1).map_or(text.len(), |&next| next as usize);
        let content = text.get(start as usize..end)?.trim_end_matches(['\n', '\r']);
        Some(Span::new(start, start + u32::try_from(content.len()).ok()?))
    }

    /// Where an offset of the text that this was made for is. One inside a character counts as its start, one
    /// behind the text as its end.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.starts[line] as usize;
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(start..end).unwrap_or_default();
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).saturating_add(1);
        Position {
            line: count(line),
            column: count(before.chars().count()),
            utf16_column: count(before.chars().map(char::len_utf16).sum()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Position};
    use crate::Span;

    #[test]
    fn places_are_counted_from_one() {
        let text = "a\r\nb\u{1f600}c\rd\n";
        let index = LineIndex::new(text);
        let position = |line, column, utf16_column| Position { line, column, utf16_column };
        assert_eq!(index.position(text, 0), position(1, 1, 1));
        assert_eq!(index.position(text, 1), position(1, 2, 2));
        assert_eq!(index.position(text, 3), position(2, 1, 1));
        assert_eq!(index.position(text, 6), position(2, 2, 2), "inside a character");
        assert_eq!(index.position(text, 8), position(2, 3, 4));
        assert_eq!(index.position(text, 10), position(3, 1, 1));
        assert_eq!(index.position(text, 12), position(4, 1, 1));
        assert_eq!(index.position(text, 99), position(4, 1, 1));
    }

    #[test]
    fn lines_come_without_their_ends() {
        let text = "a\r\nbc\n\nd";
        let index = LineIndex::new(text);
        let lines: Vec<_> = (0..5).map(|line| index.line_span(text, line)).collect();
        assert_eq!(
            lines,
            [
                Some(Span::new(0, 1)),
                Some(Span::new(3, 5)),
                Some(Span::new(6, 6)),
                Some(Span::new(7, 8)),
                None
            ]
        );
    }
}
