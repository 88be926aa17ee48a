//! Reads XML into a tree.

use std::collections::HashMap;

use crate::dynamic::validate::MAX_DEPTH;

/// The name under which an element's text stands.
pub(super) const TEXT: &str = "#text";

/// Attributes, texts and inner elements, put together by name, in the order in which the names come first.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) members: Vec<(String, Vec<Content>)>,
    positions: HashMap<String, usize>,
}

#[derive(Debug)]
pub(super) enum Content {
    Text(String),
    Element(Element),
}

impl Element {
    fn add(&mut self, name: &str, content: Content) {
        match self.positions.get(name) {
            Some(position) => self.members[*position].1.push(content),
            None => {
                self.positions.insert(name.to_owned(), self.members.len());
                self.members.push((name.to_owned(), vec![content]));
            }
        }
    }

    /// False if there is an attribute of that name.
    fn add_attribute(&mut self, name: &str, value: String) -> bool {
        let name = format!("@{name}");
        let is_new = !self.positions.contains_key(&name);
        self.add(&name, Content::Text(value));
        is_new
    }

    fn add_text(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.add(TEXT, Content::Text(text.to_owned()));
        }
    }
}

/// The name of the root and what is in it. `None` if the text is not well formed. Entities are the five of XML and
/// characters by number; those that a document declares itself are not known.
pub(super) fn read(text: &str) -> Option<(String, Element)> {
    let mut reader = Reader { rest: text.trim_start_matches('\u{feff}') };
    reader.skip_prolog()?;
    reader.expect("<")?;
    let (name, root) = reader.element(0)?;
    reader.skip_prolog()?;
    reader.rest.is_empty().then_some((name, root))
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, prefix: &str) -> Option<()> {
        self.skip(prefix).then_some(())
    }

    fn skip_blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// The text before a delimiter, which is passed over.
    fn until(&mut self, delimiter: &str) -> Option<&'a str> {
        let (before, behind) = self.rest.split_once(delimiter)?;
        self.rest = behind;
        Some(before)
    }

    /// Blanks, comments, processing instructions and document types.
    fn skip_prolog(&mut self) -> Option<()> {
        loop {
            self.skip_blank();
            if self.skip("<?") {
                self.until("?>")?;
            } else if self.skip("<!--") {
                self.until("-->")?;
            } else if self.skip("<!DOCTYPE") {
                self.skip_document_type()?;
            } else {
                return Some(());
            }
        }
    }

    fn skip_document_type(&mut self) -> Option<()> {
        let end = self.rest.find(['[', '>'])?;
        let has_subset = self.rest[end..].starts_with('[');
        self.rest = &self.rest[end + 1..];
        if has_subset {
            self.until("]")?;
            self.skip_blank();
            self.expect(">")?;
        }
        Some(())
    }

    fn name(&mut self) -> Option<&'a str> {
        let end = self
            .rest
            .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, ':' | '_' | '-' | '.')))
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let starts_well =
            name.starts_with(|letter: char| letter.is_alphabetic() || matches!(letter, ':' | '_'));
        self.rest = rest;
        starts_well.then_some(name)
    }

    /// An element whose `<` has been read.
    fn element(&mut self, depth: usize) -> Option<(String, Element)> {
        // An element may take two levels of the result: a bag and an array in it.
        if depth >= MAX_DEPTH / 2 - 1 {
            return None;
        }
        let name = self.name()?;
        let mut element = Element::default();
        loop {
            self.skip_blank();
            if self.skip("/>") {
                return Some((name.to_owned(), element));
            }
            if self.skip(">") {
                break;
            }
            let attribute = self.name()?;
            self.skip_blank();
            self.expect("=")?;
            self.skip_blank();
            let quote = if self.skip("\"") { "\"" } else { self.expect("'").map(|()| "'")? };
            let value = resolve(self.until(quote)?)?;
            if !element.add_attribute(attribute, value) {
                return None;
            }
        }
        self.content(&mut element, depth)?;
        let closing = self.name()?;
        self.skip_blank();
        self.expect(">")?;
        (closing == name).then(|| (name.to_owned(), element))
    }

    /// Everything up to `</`, which is passed over.
    fn content(&mut self, element: &mut Element, depth: usize) -> Option<()> {
        let mut text = String::new();
        loop {
            text.push_str(&resolve(self.until("<")?)?);
            if self.skip("!--") {
                self.until("-->")?;
            } else if self.skip("![CDATA[") {
                text.push_str(self.until("]]>")?);
            } else if self.skip("?") {
                self.until("?>")?;
            } else {
                element.add_text(&text);
                text.clear();
                if self.skip("/") {
                    return Some(());
                }
                let (name, inner) = self.element(depth + 1)?;
                element.add(&name, Content::Element(inner));
            }
        }
    }
}

/// A text with its entities replaced. `None` if one is unknown.
fn resolve(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, behind) = behind.split_once(';')?;
        out.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = entity.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}
