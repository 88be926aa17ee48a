//! Bytes of a file, decompressed, and counted before that.

use std::fs::File;
use std::io::{BufReader, Read, Result};
use std::path::Path;
use std::sync::Arc;

use crate::error::FileError;
use crate::{Progress, discover};

const BUFFER: usize = 1 << 18;

/// Opens a file for reading from its start.
pub(crate) fn open(
    path: &Path,
    progress: Option<Arc<Progress>>,
) -> std::result::Result<Box<dyn Read + Send>, FileError> {
    let failed = |source| discover::io(path, source);
    let file = Counted { file: File::open(path).map_err(failed)?, progress };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Ok(if extension.eq_ignore_ascii_case("gz") {
        // Members one after the other are one text, as gzip itself has it.
        Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(BUFFER, file)))
    } else if extension.eq_ignore_ascii_case("zst") {
        Box::new(zstd::Decoder::new(file).map_err(failed)?)
    } else {
        Box::new(file)
    })
}

/// A reader with a buffer of its own.
pub(crate) fn buffered(
    path: &Path,
    progress: Option<Arc<Progress>>,
) -> std::result::Result<BufReader<Box<dyn Read + Send>>, FileError> {
    Ok(BufReader::with_capacity(BUFFER, open(path, progress)?))
}

struct Counted {
    file: File,
    progress: Option<Arc<Progress>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.file.read(buffer)?;
        if let Some(progress) = &self.progress {
            progress.add_bytes(read as u64);
        }
        Ok(read)
    }
}
