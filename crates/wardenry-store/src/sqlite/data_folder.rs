//! Private folders and files that are still there after a loss of power.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes the folder, and those above it, for this user alone. An existing one is left as it is.
pub(super) fn create(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // A folder's name is kept by the one above it; those higher up are the operator's.
    folder.canonicalize()?.parent().map_or(Ok(()), sync_folder)
}

/// Makes an empty file that only this user can read, in place of any that is there.
pub(super) fn create_private_file(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => private(OpenOptions::new().write(true).create_new(true)).open(file).map(drop),
    }
}

/// Sets the mode that a file gets when these options create it.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Renames a file within its folder, and returns when content and name are on the disk.
pub(super) fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
    File::open(from)?.sync_all()?;
    fs::rename(from, to)?;
    to.parent().map_or(Ok(()), sync_folder)
}

/// Waits until the names in a folder are on the disk. Windows needs no such step and has no call for it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
