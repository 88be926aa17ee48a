//! Texts of queries: files, folders of them, standard input.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::host::Host;

/// A query and where it came from.
#[derive(Debug)]
pub(super) struct QueryFile {
    /// `None`: standard input.
    pub(super) path: Option<PathBuf>,
    pub(super) text: String,
}

impl QueryFile {
    /// As messages call it.
    pub(super) fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "<stdin>".to_owned(), |path| path.display().to_string())
    }
}

/// Reads all files that the arguments name: `-` is standard input, a folder is every `.kql`, `.csl` and `.kusto` file below it.
pub(super) fn read_all(arguments: &[PathBuf]) -> Result<Vec<QueryFile>, Failure> {
    let mut files = Vec::new();
    if arguments.is_empty() || arguments == [Path::new("-")] {
        let text = Host::read_text("the query", None)?.to_string();
        return Ok(vec![QueryFile { path: None, text }]);
    }
    for argument in arguments {
        if argument.is_dir() {
            let mut found = Vec::new();
            collect(argument, &mut found)?;
            if found.is_empty() {
                return Err(Failure::usage(format!("no .kql file below {}", argument.display())));
            }
            found.sort();
            files.append(&mut found);
        } else {
            files.push(argument.clone());
        }
    }
    files.into_iter().map(read).collect()
}

pub(super) fn read(path: PathBuf) -> Result<QueryFile, Failure> {
    let text = Host::read_text("the query", Some(&path))?.to_string();
    Ok(QueryFile { path: Some(path), text })
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| anyhow::Error::new(error).context(format!("cannot read {}", folder.display())))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        // A link may lead back up.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| ["kql", "csl", "kusto"].iter().any(|its| extension == *its))
        {
            found.push(path);
        }
    }
    Ok(())
}
