//! `wardenry kql format`

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use wardenry_diagnostic::terminal::Terminal;

use super::query_files;
use crate::failure::{ExitStatus, Failure};
use crate::output;

/// Format queries: one operator a line, comments kept, the meaning unchanged.
///
/// Files are rewritten; a query from standard input goes to standard output. A query with a syntax error is left as it is. Exit code 1
/// if one could not be formatted, or with --check if one is not formatted.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files with a query each, folders of .kql files, or `-` for standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Change nothing; name the files that are not formatted.
    #[arg(long)]
    check: bool,
}

impl Args {
    pub(super) fn run(self) -> Result<ExitStatus, Failure> {
        let (mut changed, mut broken, mut total) = (0, 0, 0);
        for file in query_files::read_all(&self.files)? {
            total += 1;
            let name = file.name();
            match wardenry_kql_syntax::format(&file.text) {
                Err(diagnostics) => {
                    broken += 1;
                    let color = std::io::stderr().is_terminal();
                    let rendered = Terminal { name: Some(&name), color }.render(&file.text, &diagnostics);
                    writeln!(anstream::stderr(), "{rendered}")?;
                }
                Ok(formatted) => match &file.path {
                    None if !self.check => write!(anstream::stdout(), "{formatted}")?,
                    _ if formatted == file.text => {}
                    Some(path) if !self.check => {
                        changed += 1;
                        std::fs::write(path, &formatted).with_context(|| format!("cannot write {name}"))?;
                    }
                    _ => {
                        changed += 1;
                        writeln!(anstream::stdout(), "{name}")?;
                    }
                },
            }
        }
        if !self.files.is_empty() {
            let what = if self.check { "not formatted" } else { "formatted" };
            output::note(&format!("{changed} of {total} {what}, {broken} with syntax errors"));
        }
        Ok(if broken > 0 || (self.check && changed > 0) { ExitStatus::Failed } else { ExitStatus::Done })
    }
}
