//! Which files make the table.

use std::path::{Path, PathBuf};

use crate::FileError;

/// What is in a file, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Csv,
    Tsv,
    Json,
    JsonLines,
    Parquet,
}

impl Format {
    const ALL: [Self; 5] = [Self::Csv, Self::Tsv, Self::Json, Self::JsonLines, Self::Parquet];

    /// The format that a file's name promises; a compression's ending is passed over.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let compressed = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst"));
        let (_, extension) = compressed.unwrap_or(&name).rsplit_once('.')?;
        Some(match extension {
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "json" => Self::Json,
            "jsonl" | "ndjson" => Self::JsonLines,
            "parquet" if compressed.is_none() => Self::Parquet,
            _ => return None,
        })
    }
}

/// The files of a table, in the order of their names.
#[derive(Debug)]
pub(crate) struct Discovered {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) format: Format,
    pub(crate) size_bytes: u64,
}

pub(crate) fn discover(path: &Path) -> Result<Discovered, FileError> {
    let metadata = std::fs::metadata(path).map_err(|source| io(path, source))?;
    if !metadata.is_dir() {
        let format = Format::of(path).ok_or_else(|| FileError::UnknownFormat { path: path.to_owned() })?;
        return Ok(Discovered { files: vec![path.to_owned()], format, size_bytes: metadata.len() });
    }
    let mut found: Vec<(Format, PathBuf, u64)> = Vec::new();
    collect(path, 0, &mut found)?;
    let count = |format: Format| found.iter().filter(|(its, ..)| *its == format).count();
    // The first of the most frequent ones: the same folder always gives the same table.
    let commonest = Format::ALL.into_iter().rev().max_by_key(|format| count(*format));
    let format = commonest
        .filter(|format| count(*format) > 0)
        .ok_or_else(|| FileError::NothingThere { path: path.to_owned() })?;
    found.retain(|(its, ..)| *its == format);
    found.sort();
    let size_bytes = found.iter().map(|(.., size)| size).sum();
    Ok(Discovered { files: found.into_iter().map(|(_, file, _)| file).collect(), format, size_bytes })
}

/// Folders below folders are looked into, as partitioned data sets have them; hidden ones are not.
fn collect(folder: &Path, depth: usize, found: &mut Vec<(Format, PathBuf, u64)>) -> Result<(), FileError> {
    const DEPTH: usize = 16;
    for entry in std::fs::read_dir(folder).map_err(|source| io(folder, source))? {
        let entry = entry.map_err(|source| io(folder, source))?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with(['.', '_']) {
            continue;
        }
        let metadata = std::fs::metadata(&path).map_err(|source| io(&path, source))?;
        if metadata.is_dir() {
            if depth < DEPTH {
                collect(&path, depth + 1, found)?;
            }
        } else if let Some(format) = Format::of(&path) {
            found.push((format, path, metadata.len()));
        }
    }
    Ok(())
}

pub(crate) fn io(path: &Path, source: std::io::Error) -> FileError {
    FileError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_promises_the_format() {
        for (name, expected) in [
            ("a.csv", Some(Format::Csv)),
            ("A.CSV.GZ", Some(Format::Csv)),
            ("a.tsv", Some(Format::Tsv)),
            ("a.b.json", Some(Format::Json)),
            ("a.ndjson.zst", Some(Format::JsonLines)),
            ("a.parquet", Some(Format::Parquet)),
            ("a.parquet.gz", None),
            ("a.txt", None),
            ("csv", None),
        ] {
            assert_eq!(Format::of(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_folder_is_the_files_of_its_commonest_format() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.csv", "a.csv", "notes.txt", "one.json", ".hidden.csv"] {
            std::fs::write(folder.path().join(name), "x").expect("a file");
        }
        std::fs::create_dir(folder.path().join("day=1")).expect("a folder");
        std::fs::write(folder.path().join("day=1/c.csv"), "xy").expect("a file");
        let found = discover(folder.path()).expect("files");
        assert_eq!(found.format, Format::Csv);
        let names: Vec<_> =
            found.files.iter().map(|file| file.strip_prefix(folder.path()).unwrap()).collect();
        assert_eq!(names, [Path::new("a.csv"), Path::new("b.csv"), Path::new("day=1/c.csv")]);
        assert_eq!(found.size_bytes, 4);
    }
}
