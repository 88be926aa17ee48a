//! One process per data folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;

use super::data_folder;
use super::open_error::OpenError;

const LOCK_FILE: &str = "wardenry.lock";

/// Keeps other processes out of a data folder until it is dropped or the process ends, however it ends.
///
/// The lock is the operating system's on the open file. The process id inside is for people only: it
/// stays behind, and no decision rests on it.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Locks the folder without waiting.
    pub(super) fn acquire(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(LOCK_FILE);
        let failed = |source| OpenError::Folder { folder: folder.to_owned(), source };
        let mut file = data_folder::private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::InUse { folder: folder.to_owned(), pid: holder(&path) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// The process id in the lock file. The holder may be writing it at this moment, hence perhaps none.
fn holder(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
