//! Files in a folder, as they outlast a loss of power.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{DATA, TERMS};
use crate::durable;

/// What is being written has this at the end of its name.
const UNFINISHED: &str = "new";

/// A file under a name for the meantime.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: File,
    path: PathBuf,
    unfinished: PathBuf,
    is_finished: bool,
}

impl NewFile {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        path.parent().map_or(Ok(()), durable::create_folder)?;
        let unfinished = path.with_extension(UNFINISHED);
        let file = File::create(&unfinished)?;
        Ok(Self { file, path: path.to_owned(), unfinished, is_finished: false })
    }

    /// Waits until content and name are on the disk.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        self.file.sync_all()?;
        let bytes = self.file.metadata()?.len();
        durable::rename(&self.unfinished, &self.path)?;
        self.is_finished = true;
        Ok(bytes)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_finished {
            // What stays is removed at the next start.
            drop(fs::remove_file(&self.unfinished));
        }
    }
}

/// Removes the files of a tenant that are unfinished, or that are not known.
pub(super) fn remove_leftovers(tenant: &Path, known: &HashSet<PathBuf>) -> io::Result<u64> {
    let mut removed = 0;
    for day in folders(tenant)?.iter().map(|table| folders(table)).collect::<io::Result<Vec<_>>>()?.concat() {
        let mut kept = 0;
        for entry in fs::read_dir(&day)? {
            let path = entry?.path();
            let ours = path.extension().is_some_and(|its| its == DATA || its == UNFINISHED || its == TERMS);
            let of = path.with_extension(DATA);
            let is_known = known.contains(&of) && path.extension().is_some_and(|its| its != UNFINISHED);
            if ours && !is_known {
                fs::remove_file(&path)?;
                removed += 1;
            } else {
                kept += 1;
            }
        }
        if kept == 0 {
            fs::remove_dir(&day)?;
        }
    }
    Ok(removed)
}

/// The folders in a folder; none if there is no such folder.
fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}
