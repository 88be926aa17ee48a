//! What was acknowledged and is not yet in files, on the disk.
//!
//! The journal of a tenant is a folder of segments, each named by the number of its first batch. A batch is a frame:
//!
//! | bytes | |
//! | --- | --- |
//! | 4 | [`MAGIC`] |
//! | 4 | length of the batch |
//! | 8 | number of the batch, one more than that of the one before |
//! | 8 | XXH64 of number and batch |
//! | … | the batch, see [`crate::entry`] |
//!
//! Several batches are written and synced together. When a write fails, the segment is cut back to what was synced before
//! anything else is written. After a crash the last frame may be torn: it was never acknowledged, and is cut off. If readable frames
//! follow behind an unreadable place, something else has damaged the file; they are used, the damage is reported, and the file is copied.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use twox_hash::XxHash64;

use crate::durable;

const MAGIC: [u8; 4] = *b"Wbat";
const HEADER_BYTES: usize = 24;
const EXTENSION: &str = "journal";
/// Copies of segments that were found damaged.
const DAMAGED: &str = "damaged";

/// The journal of one tenant, open for writing.
#[derive(Debug)]
pub(crate) struct Journal {
    folder: PathBuf,
    /// The segment that is written to. A new one is begun when there is something to write.
    current: Option<Segment>,
    /// Segments that are complete, and the last number in each.
    complete: Vec<(PathBuf, u64)>,
    /// The number of the next batch.
    next: u64,
}

/// Open only while it is written to: there may be more tenants than a process may have open files.
#[derive(Debug)]
struct Segment {
    path: PathBuf,
    /// How much of it is synced.
    synced: u64,
    /// Whether there may be more in it than is synced.
    torn: bool,
}

/// What was found unreadable when a journal was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Bytes at the ends of segments: writes that were cut short.
    pub(crate) torn_bytes: u64,
    /// Bytes with readable frames behind them: damage.
    pub(crate) damaged_bytes: u64,
}

impl Journal {
    /// Opens a journal, and gives every batch in it with a number above `after`, in order.
    pub(crate) fn open(
        folder: &Path,
        after: u64,
        mut each: impl FnMut(u64, &[u8]),
    ) -> io::Result<(Self, Unreadable)> {
        let mut segments = Vec::new();
        for path in entries(folder)? {
            let is_segment = path.extension().is_some_and(|extension| extension == EXTENSION);
            let first = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
            if let (true, Some(first)) = (is_segment, first) {
                segments.push((first, path));
            }
        }
        segments.sort();
        let mut journal =
            Self { folder: folder.to_owned(), current: None, complete: Vec::new(), next: after + 1 };
        let mut unreadable = Unreadable::default();
        for (_, path) in segments {
            let bytes = fs::read(&path)?;
            let mut last = None;
            let (mut end, mut skipped) = (0, 0);
            for frame in Frames::new(&bytes) {
                skipped += frame.start - end;
                end = frame.start + HEADER_BYTES + frame.batch.len();
                last = Some(frame.number);
                // A number that comes again is a batch that is there already.
                if frame.number >= journal.next {
                    each(frame.number, frame.batch);
                    journal.next = frame.number + 1;
                }
            }
            unreadable.damaged_bytes += skipped as u64;
            if skipped > 0 {
                keep_aside(&path);
            }
            if end < bytes.len() {
                unreadable.torn_bytes += (bytes.len() - end) as u64;
                let file = OpenOptions::new().write(true).open(&path)?;
                file.set_len(end as u64)?;
                file.sync_all()?;
            }
            match last {
                Some(last) if last > after => journal.complete.push((path, last)),
                _ => fs::remove_file(&path)?,
            }
        }
        Ok((journal, unreadable))
    }

    /// The number of the last batch.
    pub(crate) fn last(&self) -> u64 {
        self.next - 1
    }

    /// Writes batches. When this returns `Ok` they are on the disk; otherwise none of them will be found there.
    pub(crate) fn append<'b>(&mut self, batches: impl Iterator<Item = &'b [u8]>) -> io::Result<()> {
        let mut frames = Vec::new();
        let mut number = self.next;
        for batch in batches {
            frame(&mut frames, number, batch);
            number += 1;
        }
        if frames.is_empty() {
            return Ok(());
        }
        let segment = match &mut self.current {
            Some(segment) => segment,
            none => none.insert(Segment::create(&self.folder, self.next)?),
        };
        segment.append(&frames)?;
        self.next = number;
        Ok(())
    }

    /// Completes the segment that is written to, so that it can go when its batches are in files.
    pub(crate) fn rotate(&mut self) -> io::Result<()> {
        let last = self.last();
        if let Some(segment) = &mut self.current {
            segment.mend()?;
            if segment.synced == 0 {
                return Ok(());
            }
            self.complete.push((segment.path.clone(), last));
            self.current = None;
        }
        Ok(())
    }

    /// Takes out the segments of which everything up to `number` is in files, to be removed.
    pub(crate) fn forget(&mut self, number: u64) -> Vec<PathBuf> {
        let (gone, kept) = self.complete.drain(..).partition(|(_, last)| *last <= number);
        self.complete = kept;
        let gone: Vec<(PathBuf, u64)> = gone;
        gone.into_iter().map(|(path, _)| path).collect()
    }
}

impl Segment {
    fn create(folder: &Path, first: u64) -> io::Result<Self> {
        durable::create_folder(folder)?;
        let path = folder.join(format!("{first:020}.{EXTENSION}"));
        // One of that name has nothing readable in it, or it would have been counted.
        File::create(&path)?;
        durable::sync_folder(folder)?;
        Ok(Self { path, synced: 0, torn: false })
    }

    fn append(&mut self, frames: &[u8]) -> io::Result<()> {
        self.mend()?;
        let mut file = self.open()?;
        file.seek(SeekFrom::Start(self.synced))?;
        self.torn = true;
        if let Err(error) = file.write_all(frames).and_then(|()| file.sync_data()) {
            // It is tried again before the next write, should this fail.
            drop(self.mend());
            return Err(error);
        }
        self.torn = false;
        self.synced += frames.len() as u64;
        Ok(())
    }

    /// Cuts off what may have been written without being synced.
    fn mend(&mut self) -> io::Result<()> {
        if self.torn {
            let file = self.open()?;
            file.set_len(self.synced)?;
            file.sync_all()?;
            self.torn = false;
        }
        Ok(())
    }

    fn open(&self) -> io::Result<File> {
        OpenOptions::new().write(true).open(&self.path)
    }
}

/// Copies a damaged segment, which goes when its batches are in files, for whoever wants to look for the rest.
fn keep_aside(segment: &Path) {
    let aside = segment.with_extension(DAMAGED);
    if !aside.exists()
        && let Err(error) = fs::copy(segment, &aside)
    {
        tracing::warn!(path = %aside.display(), %error, "a damaged part of the journal could not be copied");
    }
}

/// What is in a folder; nothing if there is no such folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.map(|entry| Ok(entry?.path())).collect(),
    }
}

fn frame(out: &mut Vec<u8>, number: u64, batch: &[u8]) {
    out.extend(MAGIC);
    out.extend(u32::try_from(batch.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(number.to_le_bytes());
    out.extend(checksum(number, batch).to_le_bytes());
    out.extend(batch);
}

fn checksum(number: u64, batch: &[u8]) -> u64 {
    XxHash64::oneshot(number, batch)
}

struct Frame<'b> {
    start: usize,
    number: u64,
    batch: &'b [u8],
}

/// The readable frames of a segment.
///
/// Behind an unreadable place every byte is tried as the start of a frame. No event can pose as one: its JSON has no control
/// characters, and the length in a header always has a zero byte.
struct Frames<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Frames<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn at(&self, start: usize) -> Option<Frame<'b>> {
        let bytes = &self.bytes[start..];
        let (header, rest) = bytes.split_at_checked(HEADER_BYTES)?;
        let rest_of_header = header.strip_prefix(&MAGIC)?;
        let (length, rest_of_header) = rest_of_header.split_first_chunk::<4>()?;
        let (number, rest_of_header) = rest_of_header.split_first_chunk::<8>()?;
        let (expected, _) = rest_of_header.split_first_chunk::<8>()?;
        let batch = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        let number = u64::from_le_bytes(*number);
        (checksum(number, batch) == u64::from_le_bytes(*expected)).then_some(Frame { start, number, batch })
    }
}

impl<'b> Iterator for Frames<'b> {
    type Item = Frame<'b>;

    fn next(&mut self) -> Option<Frame<'b>> {
        while self.at < self.bytes.len() {
            if let Some(frame) = self.at(self.at) {
                self.at += HEADER_BYTES + frame.batch.len();
                return Some(frame);
            }
            self.at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reopened(folder: &Path, after: u64) -> (Journal, Vec<(u64, Vec<u8>)>, Unreadable) {
        let mut found = Vec::new();
        let (journal, unreadable) =
            Journal::open(folder, after, |number, batch| found.push((number, batch.to_vec()))).unwrap();
        (journal, found, unreadable)
    }

    fn append(journal: &mut Journal, batches: &[&[u8]]) {
        journal.append(batches.iter().copied()).unwrap();
    }

    fn segments(folder: &Path) -> Vec<PathBuf> {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }

    fn all(batches: &[(u64, &[u8])]) -> Vec<(u64, Vec<u8>)> {
        batches.iter().map(|(number, batch)| (*number, batch.to_vec())).collect()
    }

    #[test]
    fn batches_are_found_again_until_they_are_in_files() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, ..) = reopened(folder.path(), 0);
        append(&mut journal, &[b"one", b"two"]);
        journal.rotate().unwrap();
        append(&mut journal, &[b"three"]);
        drop(journal);
        let (mut journal, found, unreadable) = reopened(folder.path(), 1);
        assert_eq!(found, all(&[(2, b"two"), (3, b"three")]));
        assert_eq!(unreadable, Unreadable::default());
        append(&mut journal, &[b"four"]);
        for path in journal.forget(2) {
            fs::remove_file(path).unwrap();
        }
        let (journal, found, _) = reopened(folder.path(), 2);
        assert_eq!(found, all(&[(3, b"three"), (4, b"four")]));
        assert_eq!(journal.last(), 4);
        let (journal, found, _) = reopened(folder.path(), 4);
        assert_eq!((found, journal.last(), segments(folder.path())), (Vec::new(), 4, Vec::new()));
    }

    /// What a write that failed has left is cut off before anything else is written.
    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, ..) = reopened(folder.path(), 0);
        append(&mut journal, &[b"one"]);
        let segment = journal.current.as_mut().unwrap();
        // As if the disk had taken a part of the write, and then nothing more.
        let (path, aside) = (segment.path.clone(), folder.path().join("aside"));
        let mut bytes = fs::read(&path).unwrap();
        frame(&mut bytes, 2, b"never acknowledged");
        fs::write(&path, bytes).unwrap();
        segment.torn = true;
        fs::rename(&path, &aside).unwrap();
        assert!(journal.append([b"two".as_slice()].into_iter()).is_err());
        assert!(journal.rotate().is_err());
        fs::rename(&aside, &path).unwrap();
        append(&mut journal, &[b"two"]);
        let (_, found, unreadable) = reopened(folder.path(), 0);
        assert_eq!(found, all(&[(1, b"one"), (2, b"two")]));
        assert_eq!(unreadable, Unreadable::default());
    }

    /// Wherever a write is cut short, what was there before is found, and what comes after is too.
    #[test]
    fn a_torn_tail_is_cut_off() {
        let whole = {
            let mut bytes = Vec::new();
            frame(&mut bytes, 1, b"one");
            frame(&mut bytes, 2, b"twotwo");
            bytes
        };
        for length in HEADER_BYTES + 3..whole.len() {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("00000000000000000001.journal"), &whole[..length]).unwrap();
            let (mut journal, found, unreadable) = reopened(folder.path(), 0);
            assert_eq!(found, all(&[(1, b"one")]), "{length}");
            let torn_bytes = (length - HEADER_BYTES - 3) as u64;
            assert_eq!(unreadable, Unreadable { torn_bytes, damaged_bytes: 0 });
            append(&mut journal, &[b"new"]);
            let (_, found, unreadable) = reopened(folder.path(), 0);
            assert_eq!(found, all(&[(1, b"one"), (2, b"new")]), "{length}");
            assert_eq!(unreadable, Unreadable::default());
        }
    }

    /// Whatever byte is changed, the other batches are found.
    #[test]
    fn damage_costs_one_batch() {
        let mut whole = Vec::new();
        frame(&mut whole, 1, b"one");
        let second = whole.len();
        frame(&mut whole, 2, b"two");
        let third = whole.len();
        frame(&mut whole, 3, b"three");
        for at in second..third {
            let folder = tempfile::tempdir().unwrap();
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            fs::write(folder.path().join("00000000000000000001.journal"), &bytes).unwrap();
            let (journal, found, unreadable) = reopened(folder.path(), 0);
            assert_eq!(found, all(&[(1, b"one"), (3, b"three")]), "{at}");
            assert_eq!(unreadable, Unreadable { torn_bytes: 0, damaged_bytes: (third - second) as u64 });
            assert_eq!(journal.last(), 3);
            let (_, found, _) = reopened(folder.path(), 3);
            assert_eq!(found, []);
            assert_eq!(fs::read(folder.path().join("00000000000000000001.damaged")).unwrap(), bytes, "{at}");
            assert_eq!(segments(folder.path()).len(), 1);
        }
    }
}
