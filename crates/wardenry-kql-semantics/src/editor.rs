//! What an editor asks about a query that is being written: colours, completions, explanations, signatures.
//!
//! Every function takes the text and an offset in bytes, and works on text that is broken or cut off. The answers come
//! from the same tables and the same checker as the query's result.

mod classification;
mod completion;
mod hover;
mod operand;
mod outline;
mod scope;
mod signature_help;
#[cfg(test)]
mod tests;

pub use classification::{Class, Classified, classify};
pub use completion::{Completion, CompletionKind, Completions, complete};
pub use hover::{Hover, hover};
pub use signature_help::{SignatureHelp, SignatureLabel, signature_help};
