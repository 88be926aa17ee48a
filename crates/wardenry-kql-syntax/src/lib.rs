//! KQL text to syntax tree.
//!
//! [`parse`] always gives a tree, and diagnostics beside it. It resolves nothing: which names exist and what they mean is
//! `wardenry-kql-semantics`' work.

pub mod ast;

use wardenry_diagnostic::Diagnostic;

/// A tree, and what is wrong with the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub query: ast::Query,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a query.
pub fn parse(_text: &str) -> Parsed {
    let query = ast::Query { statements: Vec::new(), span: wardenry_diagnostic::Span::default() };
    Parsed { query, diagnostics: Vec::new() }
}
