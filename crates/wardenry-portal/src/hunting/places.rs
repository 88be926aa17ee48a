//! Offsets: browsers count UTF-16 units, the language service bytes.

/// Where the characters of a text are, in both units.
pub(super) struct Places {
    /// For each byte, and the end, the UTF-16 offset of the character that it belongs to.
    utf16: Vec<u32>,
}

impl Places {
    pub(super) fn of(text: &str) -> Self {
        let mut utf16 = Vec::with_capacity(text.len() + 1);
        let mut units = 0;
        for character in text.chars() {
            utf16.extend(std::iter::repeat_n(units, character.len_utf8()));
            units += if u32::from(character) > 0xffff { 2 } else { 1 };
        }
        utf16.push(units);
        Self { utf16 }
    }

    /// The browser's offset of a byte; of one behind the text, the end.
    pub(super) fn utf16(&self, byte: u32) -> u32 {
        let last = self.utf16.last().copied().unwrap_or_default();
        self.utf16.get(byte as usize).copied().unwrap_or(last)
    }

    /// The byte at a browser's offset; inside of a character, the next one's.
    pub(super) fn byte(&self, utf16: u32) -> u32 {
        let byte = self.utf16.partition_point(|its| *its < utf16).min(self.utf16.len() - 1);
        u32::try_from(byte).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn offsets_go_there_and_back() {
        let text = "aä\u{1f600}b";
        let places = Places::of(text);
        for (byte, utf16) in [(0, 0), (1, 1), (3, 2), (7, 4), (8, 5)] {
            assert_eq!((places.utf16(byte), places.byte(utf16)), (utf16, byte), "{byte}");
        }
        assert_eq!((places.utf16(5), places.byte(3)), (2, 7), "inside of a character");
        assert_eq!((places.utf16(99), places.byte(99)), (5, 8), "behind the end");
        assert_eq!(Places::of("").byte(1), 0);
    }
}
