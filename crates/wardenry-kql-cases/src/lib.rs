//! KQL cases as Markdown documents: data, a query, and what must come of it.
//!
//! A document is about one subject. Each second-level heading in it is a case, with tables as fenced blocks; the form is
//! described in `crates/wardenry-kql-engine/tests/cases/README.md`. The engine's own tests are written in it, and so are
//! the tests that people keep beside their detections.
//!
//! This crate reads documents, runs cases and says where the outcome differs. It looks for no files by itself, and
//! prints nothing.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = wardenry_kql_engine::Engine::new();
//! for case in wardenry_kql_cases::read("tests/logons.md".as_ref())? {
//!     if let Err(mismatch) = case.run(&engine).await {
//!         println!("line {}: {}\n{mismatch}", case.line, case.title);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod case;
mod document;
mod outcome;
mod table;

use std::io;
use std::path::Path;

pub use case::Case;
pub use document::{DocumentError, parse, parse_each};
pub use outcome::{Expectation, Mismatch, Outcome};
pub use table::{Table, agree};

/// 2024-06-01T12:00:00Z, what `now()` is in a case that says nothing else, in ticks since 0001-01-01.
pub const NOW: i64 = 638_528_400_000_000_000;

/// Why a document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the document cannot be read")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// Reads a document case by case: a fault takes one of them away and leaves the others.
pub fn read_each(path: &Path) -> io::Result<Vec<Result<Case, DocumentError>>> {
    Ok(parse_each(&std::fs::read_to_string(path)?))
}

/// Reads a document. Its cases come in their order; a document without a second-level heading has none.
pub fn read(path: &Path) -> Result<Vec<Case>, ReadError> {
    Ok(parse(&std::fs::read_to_string(path)?)?)
}
