//! Reads dynamic values.

use std::borrow::Cow;

use super::scan::{skip_blank, string_end, value_end};
use super::text::unescape;

/// What a dynamic value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Null,
    Bool,
    /// A number without fraction and exponent that fits in 64 bits.
    Long,
    /// Any other number.
    Real,
    String,
    Array,
    /// A property bag: a JSON object.
    Bag,
}

/// A dynamic value: a view of its JSON text.
///
/// The text is what the layout says: valid JSON, nested 256 deep at most. On other text the accessors find nothing, or part
/// of it, and do not panic.
#[derive(Clone, Copy, Debug)]
pub struct Dynamic<'a> {
    text: &'a str,
}

impl<'a> Dynamic<'a> {
    /// The value of a JSON text.
    pub fn new(text: &'a str) -> Self {
        Self { text: text.trim_matches([' ', '\n', '\r', '\t']) }
    }

    /// The null value.
    pub const NULL: Dynamic<'static> = Dynamic { text: "null" };

    /// Its JSON text, without blanks around it.
    pub const fn text(self) -> &'a str {
        self.text
    }

    pub fn kind(self) -> Kind {
        match self.text.as_bytes().first() {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Bag,
            Some(b'[') => Kind::Array,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9') => match self.text.parse::<i64>() {
                Ok(_) => Kind::Long,
                Err(_) => Kind::Real,
            },
            _ => Kind::Null,
        }
    }

    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The value of a bool.
    pub fn as_bool(self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The value of a number without fraction and exponent that fits in 64 bits.
    pub fn as_i64(self) -> Option<i64> {
        self.is_number().then(|| self.text.parse().ok())?
    }

    /// The value of a number. Out of range is infinite.
    pub fn as_f64(self) -> Option<f64> {
        self.is_number().then(|| self.text.parse().ok())?
    }

    fn is_number(self) -> bool {
        matches!(self.text.as_bytes().first(), Some(b'-' | b'0'..=b'9'))
    }

    /// The text of a string. Lone surrogates read as U+FFFD.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let (end, escaped) =
            string_end(self.text.as_bytes().strip_prefix(b"\"").map(|_| self.text.as_bytes())?, 1)?;
        let inside = self.text.get(1..end - 1)?;
        Some(if escaped { Cow::Owned(unescape(inside)) } else { Cow::Borrowed(inside) })
    }

    /// The elements of an array; none if it is no array.
    pub fn elements(self) -> Elements<'a> {
        Elements { text: self.text, at: self.inside(b'[') }
    }

    /// The members of a bag in the order of the text, repeated names included; none if it is no bag.
    pub fn members(self) -> Members<'a> {
        Members { text: self.text, at: self.inside(b'{') }
    }

    fn inside(self, bracket: u8) -> usize {
        let text = self.text.as_bytes();
        if text.first() == Some(&bracket) { 1 } else { text.len() }
    }

    /// The member of a name. If the name occurs several times, the first: `bag_merge` and `make_bag` choose so too, and
    /// the rest of the text need not be read.
    pub fn member(self, name: &str) -> Option<Self> {
        self.members().find(|(key, _)| key.is(name)).map(|(_, value)| value)
    }

    /// The element at an index, which counts from the end if it is negative.
    pub fn element(self, index: i64) -> Option<Self> {
        match usize::try_from(index) {
            Ok(index) => self.elements().nth(index),
            Err(_) => {
                let back = usize::try_from(index.unsigned_abs()).ok()?;
                let count = self.elements().count();
                self.elements().nth(count.checked_sub(back)?)
            }
        }
    }

    /// Whether it is an array, an empty one included.
    pub fn is_array(self) -> bool {
        self.text.as_bytes().first() == Some(&b'[')
    }

    /// Whether it is a property bag, an empty one included.
    pub fn is_bag(self) -> bool {
        self.text.as_bytes().first() == Some(&b'{')
    }

    /// Where this value's text lies in the text that it is part of.
    pub(super) fn offset_in(self, whole: &str) -> Option<usize> {
        offset_in(self.text, whole)
    }
}

/// Where a part of a text lies in it. `None` if it is no part of it.
pub(super) fn offset_in(part: &str, whole: &str) -> Option<usize> {
    let offset = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    (offset + part.len() <= whole.len()).then_some(offset)
}

/// The name of a member, as the JSON text has it.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    inside: &'a str,
    escaped: bool,
}

impl<'a> Key<'a> {
    pub fn name(self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.inside)) } else { Cow::Borrowed(self.inside) }
    }

    pub fn is(self, name: &str) -> bool {
        if self.escaped { unescape(self.inside) == name } else { self.inside == name }
    }
}

/// See [`Dynamic::elements`].
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Dynamic<'a>;

    #[inline]
    fn next(&mut self) -> Option<Dynamic<'a>> {
        let bytes = self.text.as_bytes();
        let start = skip_blank(bytes, self.at);
        let end = value_end(bytes, start)?;
        self.at = skip_blank(bytes, end);
        if bytes.get(self.at) == Some(&b',') {
            self.at += 1;
        } else {
            self.at = bytes.len();
        }
        self.text.get(start..end).map(|text| Dynamic { text })
    }
}

/// See [`Dynamic::members`].
#[derive(Clone, Debug)]
pub struct Members<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Key<'a>, Dynamic<'a>);

    #[inline]
    fn next(&mut self) -> Option<(Key<'a>, Dynamic<'a>)> {
        let bytes = self.text.as_bytes();
        let quote = skip_blank(bytes, self.at);
        if bytes.get(quote)? != &b'"' {
            return None;
        }
        let (behind, escaped) = string_end(bytes, quote + 1)?;
        let key = Key { inside: self.text.get(quote + 1..behind - 1)?, escaped };
        let colon = skip_blank(bytes, behind);
        let start = skip_blank(bytes, colon + 1);
        let end = value_end(bytes, start)?;
        self.at = skip_blank(bytes, end);
        if bytes.get(self.at) == Some(&b',') {
            self.at += 1;
        } else {
            self.at = bytes.len();
        }
        Some((key, Dynamic { text: self.text.get(start..end)? }))
    }
}
