//! The XML of answers.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use crate::error::S3Error;

/// Answers are flat; what is deeper is none.
const MOST_DEPTH: usize = 16;

/// An element, without attributes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The element of a document.
    pub(crate) fn parse(xml: &[u8]) -> Result<Self, S3Error> {
        let text = std::str::from_utf8(xml).map_err(|_| NO_XML)?;
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            let event = reader.read_event().map_err(|_| NO_XML)?;
            match event {
                Event::Start(start) => {
                    if open.len() > MOST_DEPTH {
                        return Err(NO_XML);
                    }
                    open.push(Self::named(start.local_name().as_ref())?);
                }
                Event::Empty(start) => {
                    let element = Self::named(start.local_name().as_ref())?;
                    open.last_mut().ok_or(NO_XML)?.children.push(element);
                }
                Event::End(_) => {
                    let element = open.pop().ok_or(NO_XML)?;
                    open.last_mut().ok_or(NO_XML)?.children.push(element);
                }
                Event::Text(found) => {
                    let found = found.decode().map_err(|_| NO_XML)?;
                    open.last_mut().ok_or(NO_XML)?.text.push_str(&found);
                }
                Event::CData(found) => {
                    let found = found.decode().map_err(|_| NO_XML)?;
                    open.last_mut().ok_or(NO_XML)?.text.push_str(&found);
                }
                Event::GeneralRef(found) => {
                    let text = &mut open.last_mut().ok_or(NO_XML)?.text;
                    match found.resolve_char_ref().map_err(|_| NO_XML)? {
                        Some(character) => text.push(character),
                        None => {
                            let name = found.decode().map_err(|_| NO_XML)?;
                            text.push_str(resolve_predefined_entity(&name).ok_or(NO_XML)?);
                        }
                    }
                }
                Event::Eof => break,
                // No answer has a document type, and what it would define is not looked at.
                Event::DocType(_) => return Err(NO_XML),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
        let [mut document] = <[Self; 1]>::try_from(open).map_err(|_| NO_XML)?;
        document.children.pop().ok_or(NO_XML)
    }

    fn named(name: &[u8]) -> Result<Self, S3Error> {
        let name = std::str::from_utf8(name).map_err(|_| NO_XML)?.to_owned();
        Ok(Self { name, ..Self::default() })
    }

    /// The text of a child; empty if there is no such child.
    pub(crate) fn text_of(&self, child: &str) -> &str {
        self.all(child).next().map_or("", |child| &child.text)
    }

    pub(crate) fn all(&self, child: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |its| its.name == child)
    }
}

const NO_XML: S3Error = S3Error::Unexpected("XML that cannot be read");

/// What a refusal says. Without a readable one, the status alone tells.
pub(crate) fn refusal(status: u16, body: &[u8]) -> S3Error {
    let error = Element::parse(body).unwrap_or_default();
    let (mut code, message) = (error.text_of("Code").to_owned(), error.text_of("Message").to_owned());
    if code.is_empty() {
        code.push_str("no code");
    }
    S3Error::Refused { status, code, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_their_texts() {
        let xml = br#"<?xml version="1.0"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated><Prefix/>
<Contents><Key>a &amp; b&#x20;&quot;</Key></Contents><Contents><Key><![CDATA[<c>]]></Key></Contents></ListBucketResult>"#;
        let found = Element::parse(xml).unwrap();
        assert_eq!(
            (&*found.name, found.text_of("IsTruncated"), found.text_of("Prefix")),
            ("ListBucketResult", "false", "")
        );
        let keys: Vec<_> = found.all("Contents").map(|object| object.text_of("Key")).collect();
        assert_eq!(keys, ["a & b \"", "<c>"]);
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
        for bad in
            ["", "text", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>&b;</a>", &deep]
        {
            assert!(Element::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(Element::parse(b"<a>\xff</a>").is_err());
        let refused = refusal(403, b"<Error><Code>AccessDenied</Code><Message>No.</Message></Error>");
        assert_eq!(refused.to_string(), "the object store refuses: AccessDenied (403), No.");
        assert_eq!(refusal(500, b"<html>").to_string(), "the object store refuses: no code (500), ");
    }
}
