//! Why a database was not opened, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;

/// Why the database of a data folder was not opened. Nothing in the folder was changed by the refusal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder or a file in it cannot be made, read or locked.
    #[error("the data folder {} cannot be used", folder.display())]
    Folder {
        folder: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Another process has the folder open.
    #[error("the data folder {} is in use by {}", folder.display(), process(*pid))]
    InUse {
        folder: PathBuf,
        /// The process id that the holder has written into the lock file, if it can be read.
        pid: Option<u32>,
    },
    /// The file under the database's name is something else.
    #[error("{} is not a database", file.display())]
    NotADatabase { file: PathBuf },
    /// The file is an SQLite database, but not one of Wardenry's.
    #[error("{} is the database of another program", file.display())]
    Foreign { file: PathBuf },
    /// Parts of the database are missing or contradict one another.
    #[error("the database {} is damaged: {finding}", file.display())]
    Damaged {
        file: PathBuf,
        /// The first thing that was found.
        finding: String,
    },
    /// A newer release has changed the schema.
    #[error(
        "the database {} has schema version {found}, but this program knows versions up to {known}",
        file.display()
    )]
    TooNew { file: PathBuf, found: i64, known: i64 },
    /// A migration failed, or differs from the one that the database went through.
    #[error("the schema of the database {} cannot be brought up to date", file.display())]
    Migration {
        file: PathBuf,
        #[source]
        source: MigrateError,
    },
    /// SQLite failed for another reason, such as a full disk or missing rights.
    #[error("the database {} cannot be opened", file.display())]
    Database {
        file: PathBuf,
        #[source]
        source: sqlx::Error,
    },
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

/// SQLite's primary result codes for a file that it cannot make sense of.
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_NOTADB: i32 = 26;

impl OpenError {
    /// What the operator can do, as sentences for a person.
    pub fn advice(&self) -> String {
        match self {
            Self::Folder { folder, .. } => format!(
                "Check that {} is a folder on a local disk and that this user may write to it, or choose \
                 another data folder.",
                folder.display()
            ),
            Self::InUse { pid: Some(pid), .. } => format!(
                "Stop process {pid} first, or give this one a data folder of its own. Two servers cannot share \
                 one folder."
            ),
            Self::InUse { pid: None, .. } => "Stop the other process first, or give this one a data folder \
                                              of its own. Two servers cannot share one folder."
                .to_owned(),
            Self::NotADatabase { file } | Self::Foreign { file } => format!(
                "Nothing was changed. Move {} away, or choose another data folder, and start again; or put a \
                 backup of the database in its place.",
                file.display()
            ),
            Self::Damaged { file, .. } => format!(
                "Nothing was changed. Copy the whole data folder to a safe place, check the disk, then replace \
                 {} by a backup and remove the files beside it whose names end in -wal and -shm. Without a \
                 backup, `sqlite3 {} .recover` on the copy may save most of it.",
                file.display(),
                file.display()
            ),
            Self::TooNew { .. } => "Start the release that wrote this database, or a newer one, or choose \
                                    another data folder. There is no way back to an older schema but a \
                                    backup."
                .to_owned(),
            Self::Migration { .. } => {
                "The database is as it was before. Start the release that used it last, \
                                       and report the failure with its cause."
                    .to_owned()
            }
            Self::Database { file, .. } => format!(
                "Check free space on the disk and the rights of this user on {} and its folder.",
                file.display()
            ),
        }
    }

    /// Sorts a failure of SQLite while opening: a file that is no database, a damaged one, or the rest.
    pub(super) fn from_database(file: &Path, error: sqlx::Error) -> Self {
        let file = file.to_owned();
        match primary_code(&error) {
            Some(SQLITE_NOTADB) => Self::NotADatabase { file },
            Some(SQLITE_CORRUPT) => {
                Self::Damaged { file, finding: "its structure does not add up".to_owned() }
            }
            _ => Self::Database { file, source: error },
        }
    }
}

/// The result code without the details that SQLite packs into its higher bytes.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
