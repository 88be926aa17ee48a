//! Finds a short sequence of bytes in a long one.
//!
//! Two bytes of the needle that are rare in command lines are looked for at their distance, 64 places at a time and in
//! either case. The loops have no branches and no state, so that the compiler makes vector instructions of them, and a
//! search without regard to case runs as fast as memory is read.

/// How many places are tried at once.
const BLOCK: usize = 64;
/// The same, near the end of a text.
const SMALL_BLOCK: usize = 16;

/// Whether case matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    Sensitive,
    Insensitive,
}

/// A prepared search for a needle that is not empty.
#[derive(Clone, Debug)]
pub(crate) struct Finder {
    needle: Box<[u8]>,
    case: Case,
    first: Probe,
    second: Probe,
}

/// A byte of the needle.
#[derive(Clone, Copy, Debug)]
struct Probe {
    offset: usize,
    /// What the bytes of a text get before they are compared: the bit by which the cases of a letter differ.
    mask: u8,
    byte: u8,
}

impl Finder {
    /// A finder for `needle`, which is in lower case if case does not matter. Only the case of ASCII letters is ignored.
    pub(crate) fn new(needle: &[u8], case: Case) -> Self {
        debug_assert!(!needle.is_empty(), "the empty needle is everywhere");
        let rarest = |but: Option<u8>| {
            (0..needle.len())
                .filter(|offset| Some(needle[*offset]) != but)
                .min_by_key(|offset| frequency(needle[*offset]))
        };
        let first = rarest(None).unwrap_or(0);
        let second = rarest(Some(needle[first])).unwrap_or(needle.len() - 1);
        let probe = |offset: usize| Probe {
            offset,
            mask: if case == Case::Insensitive && needle[offset].is_ascii_alphabetic() { 0x20 } else { 0 },
            byte: needle[offset],
        };
        Self { needle: needle.into(), case, first: probe(first), second: probe(second) }
    }

    pub(crate) fn needle_len(&self) -> usize {
        self.needle.len()
    }

    /// The places at or after `from` where the needle is, for a text in which it is looked for again and again.
    pub(crate) fn places<'a>(&'a self, text: &'a [u8], from: usize) -> Places<'a> {
        let end = (text.len() + 1).saturating_sub(self.needle.len());
        Places { finder: self, text, end, next: from, base: from, candidates: 0 }
    }

    /// Tries the `N` places from `place` on, of which there are at most 64. The text is long enough for that.
    #[inline]
    fn candidates<const N: usize>(&self, text: &[u8], place: usize) -> u64 {
        let (Some(first), Some(second)) = (
            text[place + self.first.offset..].first_chunk::<N>(),
            text[place + self.second.offset..].first_chunk::<N>(),
        ) else {
            return 0;
        };
        let mut any = 0;
        for i in 0..N {
            any |= self.hit(first[i], second[i]);
        }
        if any == 0 { 0 } else { self.candidate_bits(first, second) }
    }

    #[inline]
    fn hit(&self, first: u8, second: u8) -> u8 {
        u8::from((first | self.first.mask) == self.first.byte)
            & u8::from((second | self.second.mask) == self.second.byte)
    }

    fn candidate_bits<const N: usize>(&self, first: &[u8; N], second: &[u8; N]) -> u64 {
        let mut hits = [0; N];
        for i in 0..N {
            hits[i] = self.hit(first[i], second[i]);
        }
        let (eights, _) = hits.as_chunks::<8>();
        eights.iter().rev().fold(0, |bits, eight| {
            // Moves the lowest bit of each byte into the highest byte, in order.
            bits << 8 | u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
        })
    }

    fn is_at(&self, text: &[u8], place: usize) -> bool {
        let Some(there) = text.get(place..place + self.needle.len()) else { return false };
        match self.case {
            Case::Sensitive => *there == *self.needle,
            Case::Insensitive => there.eq_ignore_ascii_case(&self.needle),
        }
    }
}

/// A search in progress.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    finder: &'a Finder,
    text: &'a [u8],
    /// The needle may start at the places below this.
    end: usize,
    /// The first place that has not been tried.
    next: usize,
    /// What has been tried last: a bit for each place from `base` on that is left to be looked at closely.
    base: usize,
    candidates: u64,
}

impl Places<'_> {
    /// The next place that is not below `from`. What the search has passed does not come again.
    pub(crate) fn next_from(&mut self, from: usize) -> Option<usize> {
        loop {
            while self.candidates != 0 {
                let place = self.base + self.candidates.trailing_zeros() as usize;
                self.candidates &= self.candidates - 1;
                if place >= from && self.finder.is_at(self.text, place) {
                    return Some(place);
                }
            }
            self.base = self.next.max(from);
            let left = self.end.saturating_sub(self.base);
            if left >= BLOCK {
                self.candidates = self.finder.candidates::<BLOCK>(self.text, self.base);
                self.next = self.base + BLOCK;
            } else if left >= SMALL_BLOCK {
                self.candidates = self.finder.candidates::<SMALL_BLOCK>(self.text, self.base);
                self.next = self.base + SMALL_BLOCK;
            } else if left > 0 {
                // Each of the few last places is looked at closely.
                self.candidates = (1 << left) - 1;
                self.next = self.end;
            } else {
                return None;
            }
        }
    }
}

/// A guess at how often a byte occurs in paths, command lines and names; only the order matters.
fn frequency(byte: u8) -> usize {
    const OFTEN_FIRST: &[u8] = b"eostinracmdlp\\.u-/ 0gfh1w23:xb\"y45k6v789=_,{}q()j;z@";
    let byte = byte.to_ascii_lowercase();
    match OFTEN_FIRST.iter().position(|often| *often == byte) {
        Some(position) => 100 - position,
        // The first bytes of other scripts' characters are frequent where they occur at all.
        None if byte >= 0xC0 => 50,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(finder: &Finder, text: &[u8]) -> Vec<usize> {
        let mut places = finder.places(text, 0);
        std::iter::from_fn(|| places.next_from(0)).collect()
    }

    #[test]
    fn finds_every_place_at_every_distance_from_the_ends() {
        for needle in [&b"ab"[..], b"a", b"aab", b"xyzzy-plugh"] {
            let finder = Finder::new(needle, Case::Insensitive);
            for len in 0..200 {
                for place in 0..=len {
                    let mut text = vec![b'.'; len];
                    text.splice(place..place, needle.to_ascii_uppercase());
                    let expected: Vec<_> = (0..text.len())
                        .filter(|i| {
                            text[*i..]
                                .get(..needle.len())
                                .is_some_and(|there| there.eq_ignore_ascii_case(needle))
                        })
                        .collect();
                    assert_eq!(places(&finder, &text), expected);
                }
            }
        }
    }

    #[test]
    fn does_not_take_other_bytes_for_letters() {
        let finder = Finder::new(b"k{", Case::Insensitive);
        assert_eq!(places(&finder, b"K[ k{ \x0b{ K{"), [3, 9]);
        let finder = Finder::new(b"Ab", Case::Sensitive);
        assert_eq!(places(&finder, b"ab AB Ab aB Ab"), [6, 12]);
    }
}
