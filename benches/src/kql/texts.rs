//! The texts of queries.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::hunting;

/// The queries of a file, or of the `.kql` files in a folder and those below it.
pub(super) fn below(path: &Path) -> Result<Vec<String>> {
    if !path.is_dir() {
        return Ok(vec![read(path)?]);
    }
    let mut texts = Vec::new();
    let mut entries = std::fs::read_dir(path)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .with_context(|| format!("cannot read {}", path.display()))?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        // Links could lead in circles.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder {
            texts.extend(below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "kql") {
            texts.push(read(&path)?);
        }
    }
    Ok(texts)
}

/// The queries that this repository tests and measures with.
pub(super) fn of_this_repository() -> Result<Vec<String>> {
    let mut texts = hunting::texts()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/wardenry-kql-engine/tests/cases");
    let mut documents: Vec<_> = std::fs::read_dir(&folder)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    documents.sort();
    for document in documents {
        texts.extend(blocks(&read(&document)?));
    }
    Ok(texts)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The blocks named `kql` of a Markdown document.
fn blocks(document: &str) -> Vec<String> {
    let mut lines = document.lines();
    let mut blocks = Vec::new();
    while lines.by_ref().any(|line| line == "```kql") {
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(block.join("\n"));
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_has_queries() {
        let texts = of_this_repository().expect("the documents can be read");
        assert!(texts.len() > 300, "only {} queries", texts.len());
        assert!(texts.iter().all(|text| !text.is_empty()));
    }

    #[test]
    fn a_folder_has_its_queries_in_order() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for (name, text) in [("b.kql", "B"), ("a/c.kql", "C"), ("d.txt", "D")] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("it is made");
            std::fs::write(path, text).expect("it is written");
        }
        assert_eq!(below(folder.path()).expect("it can be read"), ["C", "B"]);
        assert_eq!(below(&folder.path().join("b.kql")).expect("it can be read"), ["B"]);
    }
}
