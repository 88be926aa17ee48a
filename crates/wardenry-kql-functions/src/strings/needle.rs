//! What a text is searched for: a needle, where it may stand, and whether case matters.

use super::finder::{Case, Finder};
use super::folding::{fold, fold_text, has_kin_outside_ascii};
use super::terms::{is_term_char, term_char_at, term_char_before};

/// Where a needle may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// `contains`
    Anywhere,
    /// `has`: no term may go on beyond the needle, on either side.
    Term,
    /// `hasprefix`
    TermStart,
    /// `hassuffix`
    TermEnd,
    /// `startswith`
    Start,
    /// `endswith`
    End,
    /// `=~`
    Whole,
}

/// A prepared needle.
#[derive(Clone, Debug)]
pub(crate) struct Needle {
    place: Place,
    case: Case,
    /// Folded, if case does not matter.
    text: Box<str>,
    /// Whether a term must not go on before, and behind, the needle.
    bounded_before: bool,
    bounded_behind: bool,
    search: Search,
}

#[derive(Clone, Debug)]
enum Search {
    /// The empty text is everywhere.
    Everywhere,
    /// A text has the needle where it has these bytes.
    Bytes(Finder),
    /// As [`Search::Bytes`], and there may also be characters outside of ASCII that fold to letters of the needle.
    BytesOrKin(Finder),
    /// Character by character. A text that is all ASCII cannot have the needle.
    Characters,
}

impl Needle {
    pub(crate) fn new(text: &str, place: Place, case: Case) -> Self {
        let text = match case {
            Case::Sensitive => text.to_owned(),
            Case::Insensitive => fold_text(text),
        };
        let search = if text.is_empty() {
            Search::Everywhere
        } else if case == Case::Sensitive || text.is_ascii() {
            let finder = Finder::new(text.as_bytes(), case);
            if case == Case::Insensitive && has_kin_outside_ascii(&text) {
                Search::BytesOrKin(finder)
            } else {
                Search::Bytes(finder)
            }
        } else {
            Search::Characters
        };
        let bounded = |end: Option<char>| end.is_some_and(is_term_char);
        Self {
            place,
            case,
            bounded_before: matches!(place, Place::Term | Place::TermStart) && bounded(text.chars().next()),
            bounded_behind: matches!(place, Place::Term | Place::TermEnd)
                && bounded(text.chars().next_back()),
            text: text.into(),
            search,
        }
    }

    /// Whether `text` has the needle.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.search {
            Search::Everywhere => self.place != Place::Whole || text.is_empty(),
            Search::Bytes(finder) => self.matches_bytes(finder, text),
            Search::BytesOrKin(finder) => {
                self.matches_bytes(finder, text) || self.may_have_kin(text) && self.matches_characters(text)
            }
            Search::Characters => !text.is_ascii() && self.matches_characters(text),
        }
    }

    /// The finder of the needle's bytes, if the needle may stand anywhere in a text.
    pub(crate) fn finder(&self) -> Option<&Finder> {
        match &self.search {
            Search::Bytes(finder) | Search::BytesOrKin(finder) if !self.is_anchored() => Some(finder),
            _ => None,
        }
    }

    /// The folded needle, if it is ASCII and not empty.
    pub(crate) fn ascii(&self) -> Option<&str> {
        matches!(self.search, Search::Bytes(_) | Search::BytesOrKin(_)).then_some(&self.text)
    }

    /// Whether a text outside of ASCII may have the needle where its bytes are not.
    pub(crate) fn has_kin(&self) -> bool {
        matches!(self.search, Search::BytesOrKin(_))
    }

    /// Whether it pays to compare the characters of a text that does not have the needle's bytes.
    fn may_have_kin(&self, text: &str) -> bool {
        match self.place {
            // The kin of a letter take up to three bytes.
            Place::Whole => text.len() > self.text.len() && text.len() <= 3 * self.text.len(),
            // The first characters tell.
            Place::Start | Place::End => true,
            Place::Anywhere | Place::Term | Place::TermStart | Place::TermEnd => !text.is_ascii(),
        }
    }

    /// Whether the needle may stand at a place in `text` where its bytes have been found.
    pub(crate) fn may_stand_at(&self, text: &str, start: usize, end: usize) -> bool {
        !(self.bounded_before && term_char_before(text, start)
            || self.bounded_behind && term_char_at(text, end))
    }

    fn is_anchored(&self) -> bool {
        matches!(self.place, Place::Start | Place::End | Place::Whole)
    }

    fn matches_bytes(&self, finder: &Finder, text: &str) -> bool {
        let same = |there: &[u8]| match self.case {
            Case::Sensitive => there == self.text.as_bytes(),
            Case::Insensitive => there.eq_ignore_ascii_case(self.text.as_bytes()),
        };
        let bytes = text.as_bytes();
        let len = self.text.len();
        match self.place {
            Place::Whole => bytes.len() == len && same(bytes),
            Place::Start => {
                let starts_alike = |(first, of_needle): (&u8, &u8)| first.eq_ignore_ascii_case(of_needle);
                bytes.first().zip(self.text.as_bytes().first()).is_some_and(starts_alike)
                    && bytes.get(..len).is_some_and(same)
            }
            Place::End => {
                // The last byte alone tells most texts apart.
                let ends_alike = |(last, of_needle): (&u8, &u8)| last.eq_ignore_ascii_case(of_needle);
                bytes.last().zip(self.text.as_bytes().last()).is_some_and(ends_alike)
                    && bytes.len() >= len
                    && same(&bytes[bytes.len() - len..])
            }
            Place::Anywhere | Place::Term | Place::TermStart | Place::TermEnd => {
                let mut places = finder.places(bytes, 0);
                while let Some(start) = places.next_from(0) {
                    if self.may_stand_at(text, start, start + len) {
                        return true;
                    }
                }
                false
            }
        }
    }

    /// Compares character by character, folded.
    pub(crate) fn matches_characters(&self, text: &str) -> bool {
        match self.place {
            Place::Whole => text.chars().map(fold).eq(self.text.chars()),
            Place::Start => self.folded_prefix(text).is_some(),
            Place::End => {
                let mut characters = text.chars().rev().map(fold);
                self.text.chars().rev().all(|c| characters.next() == Some(c))
            }
            Place::Anywhere | Place::Term | Place::TermStart | Place::TermEnd => {
                text.char_indices().any(|(start, _)| {
                    self.folded_prefix(&text[start..])
                        .is_some_and(|len| self.may_stand_at(text, start, start + len))
                })
            }
        }
    }

    /// How many bytes of `text` the needle takes if `text` starts with it.
    fn folded_prefix(&self, text: &str) -> Option<usize> {
        let mut characters = text.chars();
        self.text
            .chars()
            .all(|c| characters.next().map(fold) == Some(c))
            .then(|| text.len() - characters.as_str().len())
    }
}
