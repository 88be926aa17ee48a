//! What KQL means: names, types and signatures.
//!
//! A syntax tree goes in, a [`checked::CheckedQuery`] comes out, or diagnostics that say why not. No I/O, and no engine:
//! which tables there are comes in through [`Schema`].

pub mod catalogue;
mod check;
pub mod checked;
mod codes;
pub mod editor;
pub mod hunting;
mod written_name;

pub use check::{CheckOptions, Checked, Pending, ResultColumn, StatementColumns, check};
pub use codes::{CODES, Code};
use written_name::written_name;

use std::sync::Arc;

use wardenry_kql_values::ScalarType;

/// Names and types of a table's columns.
pub type TableColumns = Arc<[(Arc<str>, ScalarType)]>;

/// The tables that queries may name.
pub trait Schema {
    /// The columns of a table, or `None` if there is none of that name. Names are case-sensitive.
    fn table(&self, name: &str) -> Option<TableColumns>;

    /// All names, for wildcards (`union Device*`), suggestions and completion.
    fn table_names(&self) -> Vec<Arc<str>>;
}
