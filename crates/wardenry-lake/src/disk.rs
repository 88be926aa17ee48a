use std::fmt::Debug;
use std::io;
use std::path::Path;

/// How much room is left where the lake is.
pub trait FreeSpace: Debug + Send + Sync {
    /// Bytes that this process can still write into a folder.
    fn free_bytes(&self, folder: &Path) -> io::Result<u64>;
}

/// What the operating system says.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl FreeSpace for Disk {
    #[cfg(unix)]
    fn free_bytes(&self, folder: &Path) -> io::Result<u64> {
        let found = rustix::fs::statvfs(folder)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }

    /// Not known: a full disk shows when a write fails.
    #[cfg(not(unix))]
    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}
