//! KQL text to syntax tree.
//!
//! [`parse`] always gives a tree, and diagnostics beside it. It resolves nothing: which names exist and what
//! they mean is
//! `wardenry-kql-semantics`' work.
//!
//! ```
//! let parsed = wardenry_kql_syntax::parse("DeviceInfo | wehre OSPlatform == 'Linux'");
//! assert_eq!(parsed.diagnostics[0].message, "there is no operator `wehre`");
//! assert_eq!(parsed.query.statements.len(), 1);
//! ```

pub mod ast;
pub mod codes;
pub mod dump;
mod format;
pub mod lexer;
mod literals;
mod parser;
mod spelling;
pub mod token;
pub mod walk;

pub use format::{LINE_WIDTH, format};
use wardenry_diagnostic::{Diagnostic, Span};

/// A text of more bytes is refused unread.
pub const MAX_TEXT_BYTES: usize = 16 << 20;
/// How deep a tree may be, and how deep the nesting in a text.
pub const MAX_DEPTH: u32 = 256;
/// Behind that many errors a text is not read on.
pub const MAX_DIAGNOSTICS: usize = 100;
/// Chains of `and` and of `or` with more operands than this make a balanced tree, so that their number does
/// not count against [`MAX_DEPTH`]; shorter ones lean to the left as other operators do.
pub const MAX_CHAIN: usize = 32;

/// A tree, and what is wrong with the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub query: ast::Query,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads a query.
pub fn parse(text: &str) -> Parsed {
    if text.len() > MAX_TEXT_BYTES {
        let message = format!("a query may have {MAX_TEXT_BYTES} bytes; this one has {}", text.len());
        return Parsed {
            query: ast::Query { statements: Vec::new(), span: Span::default() },
            diagnostics: vec![Diagnostic::error(codes::TEXT_TOO_LONG, Span::default(), message)],
        };
    }
    let lexed = lexer::lex(text);
    let mut parser = parser::Parser::new(text, &lexed.tokens, lexed.diagnostics);
    let query = parser.query();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    Parsed { query, diagnostics }
}
