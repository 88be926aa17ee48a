//! The documents with cases that the tests share.

use std::path::{Path, PathBuf};

/// A query, and the blocks that follow it.
pub(crate) struct Case {
    /// The document and the heading.
    pub(crate) name: String,
    pub(crate) query: String,
    blocks: Vec<(String, String)>,
}

impl Case {
    pub(crate) fn block(&self, kind: &str) -> Option<&str> {
        self.blocks.iter().find(|(name, _)| name == kind).map(|(_, text)| text.as_str())
    }
}

/// The cases of all documents in a folder below `tests`.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder is part of the crate");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| cases_of(path)).collect()
}

fn cases_of(path: &Path) -> Vec<Case> {
    let document = std::fs::read_to_string(path).expect("a document is text");
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let mut cases: Vec<Case> = Vec::new();
    let mut heading = "";
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        heading = line.strip_prefix("## ").unwrap_or(heading);
        let Some(kind) = line.strip_prefix("````").filter(|kind| !kind.is_empty()) else { continue };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "````").collect();
        let block = block.join("\n");
        if kind == "kql" {
            cases.push(Case { name: format!("{file}: {heading}"), query: block, blocks: Vec::new() });
        } else {
            let case = cases.last_mut().expect("a query stands before what comes of it");
            case.blocks.push((kind.to_owned(), block));
        }
    }
    cases
}
