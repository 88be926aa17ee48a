//! `parse_xml`: an XML text as nested bags. [parse-xml-function.md]

mod reader;

use super::cells::Cell;
use super::per_row;
use super::text::write_string;
use super::writer::DynamicWriter;
use crate::ScalarFunction;
use reader::{Content, Element};

pub(super) const PARSE_XML: ScalarFunction =
    ScalarFunction { names: &["parse_xml"], bind: |call| Ok(per_row::dynamic(call, parse_xml)) };

/// Longer texts give null.
const MAX_BYTES: usize = 1 << 20;

/// Null if the text is no well-formed XML, is longer than a mebibyte, or is nested deeper than dynamic values may be.
fn parse_xml(cells: &[Cell<'_>], writer: &mut DynamicWriter) -> Option<()> {
    match cells.first()? {
        Cell::String(text) => write_document(text, writer),
        Cell::Dynamic(value) => write_document(&value.as_str()?, writer),
        _ => None,
    }
}

fn write_document(text: &str, writer: &mut DynamicWriter) -> Option<()> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let (name, root) = reader::read(text)?;
    writer.begin_bag();
    writer.key(&name);
    write_element(&root, writer);
    writer.end_bag();
    Some(())
}

/// An empty element is null and one with text alone is that text; others are bags.
fn write_element(element: &Element, writer: &mut DynamicWriter) {
    match element.members.as_slice() {
        [] => writer.null(),
        [(name, contents)] if name == reader::TEXT => write_contents(contents, writer),
        members => {
            writer.begin_bag();
            for (name, contents) in members {
                writer.key(name);
                write_contents(contents, writer);
            }
            writer.end_bag();
        }
    }
}

/// Contents of one name: as an array if there are several.
fn write_contents(contents: &[Content], writer: &mut DynamicWriter) {
    let write = |content: &Content, writer: &mut DynamicWriter| match content {
        Content::Text(text) => {
            let mut json = String::new();
            write_string(&mut json, text);
            writer.raw(&json);
        }
        Content::Element(element) => write_element(element, writer),
    };
    if let [content] = contents {
        write(content, writer);
        return;
    }
    writer.begin_array();
    for content in contents {
        write(content, writer);
    }
    writer.end_array();
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn turns_elements_attributes_and_texts_into_members() {
        // [D parse-xml-function.md], kql-semantics, addresses.
        check(
            "parse_xml",
            "string -> dynamic",
            r##"<e/> | {"e":null}
                <e>text</e> | {"e":"text"}
                <e name="value" /> | {"e":{"@name":"value"}}
                <e name="value">text</e> | {"e":{"@name":"value","#text":"text"}}
                <e> <a>text</a> <b>text</b> </e> | {"e":{"a":"text","b":"text"}}
                <e> <a>text</a> <a>text</a> </e> | {"e":{"a":["text","text"]}}
                <e> text <a>text</a> </e> | {"e":{"#text":"text","a":"text"}}
                <r><a>1</a></r> | {"r":{"a":"1"}}"##,
        );
    }

    #[test]
    fn reads_what_documents_have_besides() {
        check(
            "parse_xml",
            "string -> dynamic",
            r##"<?xml version="1.0"?><!-- c --><!DOCTYPE r [<!ENTITY x "y">]><r><![CDATA[<a> & b]]></r><!-- d --> | {"r":"<a> & b"}
                <r a='1 &lt; 2'>&#65;&#x42;&amp;&quot;</r> | {"r":{"@a":"1 < 2","#text":"AB&\""}}
                <n:r xmlns:n="u"><n:a/></n:r> | {"n:r":{"@xmlns:n":"u","n:a":null}}"##,
        );
    }

    #[test]
    fn what_is_no_xml_is_null() {
        check(
            "parse_xml",
            "string -> dynamic",
            r#"plain | null
                "" | null
                <a> | null
                <a></b> | null
                <a/><b/> | null
                <a>&unknown;</a> | null
                <a b=1/> | null
                <a b="1" b="2"/> | null"#,
        );
        let deep = "<a>".repeat(100_000);
        check("parse_xml", "string -> dynamic", &format!("{deep} | null"));
    }
}
