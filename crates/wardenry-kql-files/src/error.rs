use std::path::PathBuf;

/// Why files cannot be a table.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot read {path}", path = path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "no file to query in {path}: it takes .csv, .tsv, .json, .jsonl, .ndjson (each also .gz, .zst) and .parquet",
        path = path.display()
    )]
    NothingThere { path: PathBuf },
    #[error("{path} has a format that is not known: it takes .csv, .tsv, .json, .jsonl, .ndjson (each also .gz, .zst) and .parquet", path = path.display())]
    UnknownFormat { path: PathBuf },
    #[error("{path} is empty: there is no header to name the columns", path = path.display())]
    NoHeader { path: PathBuf },
    #[error("{path} is empty: there is no object whose members would name the columns", path = path.display())]
    NoObjects { path: PathBuf },
    #[error("{path} has {found} columns; {limit} are the most", path = path.display())]
    TooManyColumns { path: PathBuf, found: usize, limit: usize },
    #[error("the header of {path} names the column `{name}` twice", path = path.display())]
    DuplicateColumn { path: PathBuf, name: String },
    #[error("{path}, line {line}: {problem}", path = path.display())]
    Record { path: PathBuf, line: u64, problem: String },
    #[error(transparent)]
    Parquet(#[from] wardenry_kql_engine::sources::parquet::ParquetTableError),
    #[error("reading {path} was interrupted", path = path.display())]
    Interrupted { path: PathBuf },
}
