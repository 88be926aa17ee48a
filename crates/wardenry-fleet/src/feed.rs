//! A file of events on its way into a server: cut into batches, and every step remembered.
//!
//! Exactly once: what a batch holds depends on the file alone, and so does its id. Before a batch is sent, its end is
//! written down; after the answer, that it is done. Whoever is interrupted in between reads the same bytes again, makes
//! the same batch, and the server knows it by its id.
//!
//! [`Feed`] reads and remembers; sending is the caller's. One step is [`next_batch`](Feed::next_batch),
//! [`begin`](Feed::begin), the call, [`done`](Feed::done).

mod batch;
mod csv_rows;
mod input;
mod pieces;
mod state;

use std::fs::File;
use std::io;
use std::path::PathBuf;

use wardenry_client::Tenant;

use self::batch::BatchBuilder;
pub use self::batch::{FeedBatch, RefusedRecord};
use self::csv_rows::CsvRows;
use self::input::{Compression, Identity};
use self::pieces::{Form, Pieces};
pub use self::state::Position;
use self::state::{Head, State, StateFile};

/// A batch ends with the record that brings it to so many bytes. The server takes 32 MiB.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// A batch ends at so many records. The server takes 100,000.
const BATCH_RECORDS: usize = 20_000;

/// What to send, and where to remember how far it has come.
#[derive(Debug, Clone)]
pub struct FeedSettings {
    pub path: PathBuf,
    /// The server's address: the same file may go to several.
    pub server: String,
    pub tenant: Tenant,
    /// The table of plain rows; without one the file holds records of the event stream, which name their own.
    pub table: Option<String>,
    /// The folder in which it is remembered how far each file has come.
    pub state_folder: PathBuf,
    /// Wait for more lines at the end of the file, and notice when it is rotated or truncated.
    pub follow: bool,
    /// Forget how far the file has come, and send it from its beginning as something new.
    pub again: bool,
}

/// A file cannot be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot remember in {path} how far the file has come")]
    State { path: PathBuf, source: io::Error },
    #[error("{path}, which remembers how far the file has come, is damaged")]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("{path} holds plain rows, and it is not said of which table")]
    NoTable { path: PathBuf },
    #[error("{path} is no newline-delimited file that can be followed")]
    CannotFollow { path: PathBuf },
    #[error("{path}, line {line}: {reason}")]
    Broken { path: PathBuf, line: u64, reason: String },
}

/// Where a feed begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the beginning of a file that was not sent before.
    Fresh,
    /// Where an earlier run ended.
    Resumed(Position),
    /// At the beginning: the file at this path is another one than the one that was sent before.
    Replaced,
}

/// What has happened to a followed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnOver {
    /// Another file is at the path; the rest of the old one was read.
    Rotated,
    /// The file is shorter than it was; it is read from its beginning.
    Truncated,
}

/// A file on its way.
#[derive(Debug)]
pub struct Feed {
    settings: FeedSettings,
    /// The path without links and relative parts, as it was when the feed began.
    path: PathBuf,
    /// Where the bytes come from now: the path itself, or where the file was moved to.
    reading: PathBuf,
    identity: Identity,
    compression: Compression,
    form: Form,
    source: Source,
    position: Position,
    /// The end of a batch that may have been sent already.
    resume_to: Option<u64>,
    /// A last line that breaks off.
    unfinished_line: Option<u64>,
    /// What stopped the reading, to be told after the records before it.
    fault: Option<pieces::Fault>,
    /// The file was moved away; its last line may lack a line break.
    is_ending: bool,
    state: State,
    state_file: StateFile,
}

#[derive(Debug)]
enum Source {
    Pieces(Pieces),
    Csv(CsvRows),
}

impl Feed {
    /// Opens a file where an earlier run ended, or at its beginning.
    pub fn open(settings: FeedSettings) -> Result<(Self, Start), FeedError> {
        let path = std::fs::canonicalize(&settings.path)
            .map_err(|source| FeedError::Read { path: settings.path.clone(), source })?;
        let compression = Compression::of(&path);
        let state_file = StateFile::of(&settings, &path);
        let known = state_file.load()?;
        let (state, start, reading) = match known {
            None => (State::new(0), Start::Fresh, path.clone()),
            Some(known) if settings.again => (State::new(known.generation + 1), Start::Fresh, path.clone()),
            Some(known) => match known.place(&path, compression, settings.follow) {
                Some(reading) => {
                    let position = known.done;
                    (known, Start::Resumed(position), reading)
                }
                None => (State::new(known.generation + 1), Start::Replaced, path.clone()),
            },
        };
        let read = |source| FeedError::Read { path: settings.path.clone(), source };
        let form = Form::of(&reading, compression).map_err(read)?;
        if form == Form::Csv && settings.table.is_none() {
            return Err(FeedError::NoTable { path: settings.path });
        }
        if settings.follow && (form != Form::Lines || compression == Compression::Gzip) {
            return Err(FeedError::CannotFollow { path: settings.path });
        }
        let position = state.done;
        let file = File::open(&reading).map_err(read)?;
        let identity = Identity::of(&file.metadata().map_err(read)?);
        let source = open_source(file, compression, form, position, &settings)?;
        let resume_to = state.sending.map(|end| end.offset);
        let is_ending = reading != path;
        let feed = Self {
            settings,
            path,
            reading,
            identity,
            compression,
            form,
            source,
            position,
            resume_to,
            unfinished_line: None,
            fault: None,
            is_ending,
            state,
            state_file,
        };
        Ok((feed, start))
    }

    /// The next records, or `None` at the end of the file. Of a followed file only whole lines.
    pub fn next_batch(&mut self) -> Result<Option<FeedBatch>, FeedError> {
        if let Some(fault) = self.fault.take() {
            return Err(self.broken(fault));
        }
        if self.settings.follow {
            self.reopen_at_position()?;
        }
        let resume_to = self.resume_to.take();
        let mut batch = BatchBuilder::new(self.position, self.settings.table.as_deref());
        let only_whole_lines = self.settings.follow && !self.is_ending;
        loop {
            let is_full = match resume_to {
                Some(end) => self.position.offset >= end,
                None => batch.bytes() >= BATCH_BYTES || batch.records() >= BATCH_RECORDS,
            };
            if is_full {
                break;
            }
            let piece = match &mut self.source {
                Source::Pieces(pieces) => pieces.next(self.position, only_whole_lines),
                Source::Csv(rows) => rows.next_row(),
            };
            let piece = match piece {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                // What came before the fault is good.
                Err(fault) if batch.from() != self.position => {
                    self.fault = Some(fault);
                    break;
                }
                Err(fault) => return Err(self.broken(fault)),
            };
            let is_cut_off = || piece.content.as_ref().is_ok_and(|text| batch::is_cut_off(text));
            if !piece.is_whole && !self.is_ending && is_cut_off() {
                self.unfinished_line = Some(piece.line);
                break;
            }
            self.position = piece.end;
            batch.take(piece);
        }
        if batch.from() == self.position {
            return Ok(None);
        }
        Ok(Some(batch.finish(self.position, &self.settings, &self.path, self.state.generation)))
    }

    /// Writes down that a batch is about to be sent.
    pub fn begin(&mut self, batch: &FeedBatch) -> Result<(), FeedError> {
        if !self.is_ending && !self.state.head.is_full() {
            let head = Head::read(&self.reading, self.compression, batch.to.offset);
            self.state.head = head.map_err(|source| self.unreadable(source))?;
        }
        self.state.identity = self.identity;
        self.state.sending = Some(batch.to);
        self.state_file.save(&self.state)
    }

    /// Writes down that a batch was acknowledged.
    pub fn done(&mut self, batch: &FeedBatch) -> Result<(), FeedError> {
        self.state.identity = self.identity;
        self.state.done = batch.to;
        self.state.sending = None;
        self.state_file.save(&self.state)
    }

    /// Looks whether a followed file was rotated or truncated; to be asked when there is no next batch, and again after a
    /// while. Another file is turned to at the second look, because whoever moved the old one may be writing a last line.
    pub fn turn_over(&mut self) -> Result<Option<TurnOver>, FeedError> {
        let metadata = match std::fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            // Between the move and the new file there is none.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.unreadable(source)),
        };
        let identity = Identity::of(&metadata);
        let turned = if identity != self.identity || self.reading != self.path {
            if !self.is_ending {
                self.is_ending = true;
                return Ok(None);
            }
            TurnOver::Rotated
        } else if metadata.len() < self.position.offset || self.has_other_head() {
            TurnOver::Truncated
        } else {
            return Ok(None);
        };
        self.state = State::new(self.state.generation + 1);
        self.position = Position::default();
        self.reading = self.path.clone();
        self.is_ending = false;
        let file = File::open(&self.path).map_err(|source| self.unreadable(source))?;
        self.identity = Identity::of(&file.metadata().map_err(|source| self.unreadable(source))?);
        self.state.identity = self.identity;
        self.source = open_source(file, self.compression, self.form, self.position, &self.settings)?;
        self.state_file.save(&self.state)?;
        Ok(Some(turned))
    }

    /// Whether the file was emptied and has been filled again beyond its old length.
    fn has_other_head(&self) -> bool {
        let head = Head::read(&self.path, self.compression, self.state.head.bytes());
        // A file that cannot be read says so when it is read.
        self.state.head.bytes() > 0 && head.is_ok_and(|head| head != self.state.head)
    }

    /// The number of a last line that breaks off, when the end of the file was seen. It may be in the middle of being written, and
    /// was not sent; the next run finds it whole.
    pub fn unfinished_line(&self) -> Option<u64> {
        self.unfinished_line
    }

    /// How far the file has been read, in bytes of its content.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The size of the content, where it is known without reading it.
    pub fn content_bytes(&self) -> Option<u64> {
        let metadata = std::fs::metadata(&self.reading).ok()?;
        (self.compression == Compression::None).then_some(metadata.len())
    }

    /// A followed file may have grown since its end was seen, or have a last line that is not whole yet.
    fn reopen_at_position(&mut self) -> Result<(), FeedError> {
        // The open file, not the path: there may be another one by now.
        if let Source::Pieces(pieces) = &mut self.source {
            pieces
                .seek(self.position)
                .map_err(|source| FeedError::Read { path: self.settings.path.clone(), source })?;
        }
        Ok(())
    }

    fn unreadable(&self, source: io::Error) -> FeedError {
        FeedError::Read { path: self.settings.path.clone(), source }
    }

    fn broken(&self, fault: pieces::Fault) -> FeedError {
        let path = self.settings.path.clone();
        match fault {
            pieces::Fault::Io(source) => FeedError::Read { path, source },
            pieces::Fault::Broken { line, reason } => FeedError::Broken { path, line, reason },
        }
    }
}

fn open_source(
    file: File,
    compression: Compression,
    form: Form,
    position: Position,
    settings: &FeedSettings,
) -> Result<Source, FeedError> {
    let path = || settings.path.clone();
    let read = |source| FeedError::Read { path: path(), source };
    Ok(match form {
        Form::Csv => {
            let is_tabs = input::has_extension(&settings.path, &["tsv"]);
            let rows = CsvRows::open(file, compression, position, is_tabs);
            Source::Csv(rows.map_err(read)?)
        }
        Form::Lines | Form::Array => {
            Source::Pieces(Pieces::open(file, compression, form, position).map_err(read)?)
        }
    })
}

#[cfg(test)]
mod tests;
