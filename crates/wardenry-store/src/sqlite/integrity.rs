//! The check of a database before anything uses it.
//!
//! Reading a database through takes 2 to 3 ms for each MiB. With 10,000 tenants (90 MiB) that would be
//! most of the time from start to first token, so a big database is read through at start only when
//! there is a reason for doubt: its write-ahead log is still there, so the last process was cut off.
//! After an orderly stop its header has to do, and every page is checked when it is first used.
//!
//! Nothing here writes, so that a refused file can be examined as it was found.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row, query, query_scalar};

use super::open_error::OpenError;
use super::{APPLICATION_ID, connect_options, single_connection};

/// A database up to this size is always read through: some 40 ms, or 1,500 tenants.
const SMALL_BYTES: u64 = 16 * 1024 * 1024;

/// Refuses a file that is not ours, or in which damage is found. To be asked before anything opens it.
pub(super) async fn check_at_start(file: &Path) -> Result<(), OpenError> {
    let traits = FileTraits::of(file)
        .map_err(|error| OpenError::Database { file: file.to_owned(), source: error.into() })?;
    traits.check(file)?;
    let failed = |error| OpenError::from_database(file, error);
    let options = connect_options(file).read_only(true);
    let pool = single_connection().connect_with(options).await.map_err(failed)?;
    // The first query makes SQLite compare the file's length with what its header says.
    let _: i64 = query_scalar("PRAGMA schema_version").fetch_one(&pool).await.map_err(failed)?;
    if traits.bytes <= SMALL_BYTES || traits.cut_off {
        check_whole(&pool, file).await?;
    }
    pool.close().await;
    Ok(())
}

/// Refuses a database in which any page, row or reference is damaged.
pub(super) async fn check_whole(pool: &SqlitePool, file: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::from_database(file, error);
    let finding = match structural_damage(pool).await.map_err(failed)? {
        Some(finding) => Some(finding),
        None => dangling_reference(pool).await.map_err(failed)?,
    };
    finding.map_or(Ok(()), |finding| Err(OpenError::Damaged { file: file.to_owned(), finding }))
}

/// What can be seen of the file without SQLite, which would take an empty file for a new database and
/// switch another program's to our mode of journalling.
struct FileTraits {
    header: Vec<u8>,
    bytes: u64,
    /// The write-ahead log has something in it, so the last writer did not close the database.
    cut_off: bool,
}

// The header at the beginning of every database: SQLite file format, section 1.3, all numbers big-endian.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER_BYTES: u64 = 100;
const PAGE_SIZE_OFFSET: usize = 16;
const APPLICATION_ID_OFFSET: usize = 68;

impl FileTraits {
    fn of(file: &Path) -> io::Result<Self> {
        let mut header = Vec::new();
        let mut opened = File::open(file)?;
        let bytes = opened.metadata()?.len();
        opened.by_ref().take(HEADER_BYTES).read_to_end(&mut header)?;
        Ok(Self { header, bytes, cut_off: is_filled(&write_ahead_log(file))? })
    }

    fn check(&self, file: &Path) -> Result<(), OpenError> {
        let file = file.to_owned();
        if self.header.is_empty() {
            // We never leave one: see `create_database`.
            return Err(OpenError::Damaged { file, finding: "it is empty".to_owned() });
        }
        if !self.header.starts_with(MAGIC) {
            return Err(OpenError::NotADatabase { file });
        }
        if self.number(APPLICATION_ID_OFFSET).map(u32::from_be_bytes) != Some(APPLICATION_ID) {
            return Err(OpenError::Foreign { file });
        }
        if self.ends_within_a_page() {
            return Err(OpenError::Damaged { file, finding: "its last page is incomplete".to_owned() });
        }
        Ok(())
    }

    /// SQLite fills an incomplete page up with zeros. Where it was cut off in the middle of moving pages
    /// out of the log that is right, because the log still has them.
    fn ends_within_a_page(&self) -> bool {
        let page_size = match self.number(PAGE_SIZE_OFFSET).map(u16::from_be_bytes) {
            // 65,536 does not fit.
            Some(1) => 65_536,
            Some(size) => u64::from(size),
            None => return true,
        };
        !self.cut_off && !self.bytes.is_multiple_of(page_size)
    }

    fn number<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        self.header.get(offset..)?.first_chunk().copied()
    }
}

/// Readers make an empty log where there is none, and leave it.
fn is_filled(log: &Path) -> io::Result<bool> {
    match fs::metadata(log) {
        Ok(metadata) => Ok(metadata.len() > 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// SQLite appends to the whole name, extension included.
fn write_ahead_log(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push("-wal");
    name.into()
}

/// Pages, rows and their constraints; all but the agreement of indexes with their tables, which takes
/// four times as long.
async fn structural_damage(pool: &SqlitePool) -> Result<Option<String>, sqlx::Error> {
    let finding: String = query_scalar("PRAGMA quick_check(1)").fetch_one(pool).await?;
    Ok((finding != "ok").then(|| finding.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// Rows that refer to others which are not there.
async fn dangling_reference(pool: &SqlitePool) -> Result<Option<String>, sqlx::Error> {
    let row = query("PRAGMA foreign_key_check").fetch_optional(pool).await?;
    row.as_ref().map(describe_reference).transpose()
}

fn describe_reference(row: &SqliteRow) -> Result<String, sqlx::Error> {
    let table: String = row.try_get("table")?;
    let parent: String = row.try_get("parent")?;
    Ok(format!("a row of table {table} refers to a row of table {parent} that is missing"))
}
