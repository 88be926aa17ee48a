//! Files and what is known about them before they are read.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use serde::{Deserialize, Serialize};

/// How a file is compressed. Offsets count bytes of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
}

impl Compression {
    pub(super) fn of(path: &Path) -> Self {
        if has_last_extension(path, &["gz", "gzip"]) { Self::Gzip } else { Self::None }
    }
}

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    device: u64,
    file: u64,
}

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;

        Self { device: metadata.dev(), file: metadata.ino() }
    }

    /// Files cannot be told apart here, so that rotation shows only as truncation.
    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata) -> Self {
        Self::default()
    }
}

/// Whether a name has one of these extensions, before that of a compression.
pub(super) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    match Compression::of(path) {
        Compression::None => has_last_extension(path, extensions),
        Compression::Gzip => {
            path.file_stem().is_some_and(|stem| has_last_extension(Path::new(stem), extensions))
        }
    }
}

fn has_last_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extensions.iter().any(|its| its.eq_ignore_ascii_case(extension)))
}

/// The content from an offset on.
pub(super) fn content(
    mut file: File,
    compression: Compression,
    offset: u64,
) -> io::Result<Box<dyn BufRead + Send>> {
    const BUFFER: usize = 256 * 1024;
    match compression {
        Compression::None => {
            file.seek(SeekFrom::Start(offset))?;
            Ok(Box::new(BufReader::with_capacity(BUFFER, file)))
        }
        Compression::Gzip => {
            // A clone of a file shares its place.
            file.seek(SeekFrom::Start(0))?;
            let decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, file));
            let mut content = BufReader::with_capacity(BUFFER, decoder);
            let skipped = io::copy(&mut content.by_ref().take(offset), &mut io::sink())?;
            if skipped < offset {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Box::new(content))
        }
    }
}
