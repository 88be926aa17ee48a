//! What an editor asks about a query, over the tables that its author may read.

use std::sync::Arc;

use wardenry_diagnostic::Diagnostic;
use wardenry_kql_engine::Engine;
use wardenry_kql_semantics::editor::{
    Classified, Completions, Hover, SignatureHelp, classify, complete, hover, signature_help,
};
use wardenry_kql_semantics::{Schema, TableColumns};

use crate::visible::Visible;

/// The language service over one tenant's tables, as they are now. Offsets are in bytes; nothing is run.
#[derive(Debug)]
pub struct Language {
    pub(crate) engine: Engine,
    pub(crate) tables: Visible,
}

impl Language {
    /// The names of the tables, in their order.
    pub fn table_names(&self) -> Vec<Arc<str>> {
        let mut names = self.tables.table_names();
        names.sort();
        names
    }

    /// The columns of a table.
    pub fn table(&self, name: &str) -> Option<TableColumns> {
        self.tables.table(name)
    }

    /// What is wrong with a query, and remarks.
    pub fn check(&self, text: &str) -> Vec<Diagnostic> {
        self.engine.check(text, &self.tables).diagnostics
    }

    /// The colours of a query.
    pub fn classify(&self, text: &str) -> Vec<Classified> {
        classify(text, &self.tables)
    }

    /// What may be written at an offset.
    pub fn complete(&self, text: &str, offset: u32) -> Completions {
        complete(text, offset, &self.tables)
    }

    /// What stands at an offset.
    pub fn hover(&self, text: &str, offset: u32) -> Option<Hover> {
        hover(text, offset, &self.tables)
    }

    /// The signatures of the call around an offset.
    pub fn signature_help(&self, text: &str, offset: u32) -> Option<SignatureHelp> {
        signature_help(text, offset)
    }
}
