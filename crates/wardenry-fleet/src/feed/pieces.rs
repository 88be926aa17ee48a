//! A file's records as texts: lines, or the elements of a JSON array.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, Read as _};
use std::path::Path;

use super::input::{Compression, content, has_extension};
use super::state::Position;

/// The longest record. What is longer is left out and said; it is never held in memory.
pub(super) const MAX_RECORD_BYTES: usize = 8 * 1024 * 1024;

/// How a file holds its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON object a line.
    Lines,
    /// One JSON array.
    Array,
    /// Comma-separated values with a header.
    Csv,
}

impl Form {
    pub(super) fn of(path: &Path, compression: Compression) -> io::Result<Self> {
        if has_extension(path, &["csv", "tsv"]) {
            return Ok(Self::Csv);
        }
        // A long run of blanks before the first record is not looked through.
        let mut beginning = Vec::new();
        content(File::open(path)?, compression, 0)?.take(4096).read_to_end(&mut beginning)?;
        let beginning = beginning.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&beginning).trim_ascii_start();
        Ok(if beginning.starts_with(b"[") { Self::Array } else { Self::Lines })
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A record's text, or why it cannot be one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line that it begins in, from 1.
    pub(super) line: u64,
    pub(super) end: Position,
    pub(super) content: Result<Vec<u8>, String>,
    /// Its end was seen; a last line without its line break may be written on.
    pub(super) is_whole: bool,
}

/// The file cannot be read on.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    Broken { line: u64, reason: String },
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads pieces one after the other.
pub(super) struct Pieces {
    file: File,
    compression: Compression,
    form: Form,
    input: Box<dyn BufRead + Send>,
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces").field("file", &self.file).field("form", &self.form).finish_non_exhaustive()
    }
}

impl Pieces {
    pub(super) fn open(
        file: File,
        compression: Compression,
        form: Form,
        position: Position,
    ) -> io::Result<Self> {
        let input = content(file.try_clone()?, compression, position.offset)?;
        Ok(Self { file, compression, form, input })
    }

    /// Reads on from a position, whatever was read ahead.
    pub(super) fn seek(&mut self, position: Position) -> io::Result<()> {
        self.input = content(self.file.try_clone()?, self.compression, position.offset)?;
        Ok(())
    }

    /// The next record at `from`, which is where the last one ended. With `only_whole_lines`, a last line without its line
    /// break is not there yet.
    pub(super) fn next(&mut self, from: Position, only_whole_lines: bool) -> Result<Option<Piece>, Fault> {
        match self.form {
            Form::Array => self.element(from),
            Form::Lines | Form::Csv => Ok(self.line(from, only_whole_lines)?),
        }
    }

    /// Blank lines are passed over.
    fn line(&mut self, from: Position, only_whole_lines: bool) -> io::Result<Option<Piece>> {
        let mut at = from;
        loop {
            let (mut kept, mut read, mut is_whole) = (Vec::new(), 0_u64, false);
            while !is_whole {
                let buffer = self.input.fill_buf()?;
                if buffer.is_empty() {
                    break;
                }
                let end = buffer.iter().position(|byte| *byte == b'\n');
                is_whole = end.is_some();
                let part = &buffer[..end.unwrap_or(buffer.len())];
                let room = (MAX_RECORD_BYTES + 1).saturating_sub(kept.len());
                kept.extend_from_slice(&part[..part.len().min(room)]);
                let taken = part.len() + usize::from(is_whole);
                read += taken as u64;
                self.input.consume(taken);
            }
            if read == 0 || (only_whole_lines && !is_whole) {
                // What blank lines there were are read again, which costs nothing.
                return Ok(None);
            }
            let line = at.line + 1;
            at = Position { offset: at.offset + read, line };
            let text = if line == 1 { kept.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&kept) } else { &kept };
            let text = text.trim_ascii();
            if kept.len() <= MAX_RECORD_BYTES && text.is_empty() {
                continue;
            }
            let content = if kept.len() > MAX_RECORD_BYTES { Err(too_long()) } else { Ok(text.to_vec()) };
            return Ok(Some(Piece { line, end: at, content, is_whole }));
        }
    }

    fn element(&mut self, from: Position) -> Result<Option<Piece>, Fault> {
        let mut scan = Scan::new(from);
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                // An array without its bracket is a file that was cut off.
                let line = scan.at.line + 1;
                return Err(Fault::Broken { line, reason: "the array has no end".to_owned() });
            }
            let (taken, step) = scan.bytes(buffer);
            self.input.consume(taken);
            match step {
                Step::More => {}
                Step::Element => return Ok(Some(scan.piece())),
                Step::End => return Ok(None),
            }
        }
    }
}

/// Looks for the end of an array's next element, byte by byte.
struct Scan {
    at: Position,
    line: u64,
    kept: Vec<u8>,
    depth: usize,
    /// The array's own bracket came; another one begins an element, which is no record and says so.
    is_inside: bool,
    begun: bool,
    quote: Quote,
}

/// Where a byte stands with regard to the texts of JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Outside,
    Inside,
    /// Behind a backslash inside.
    Escaped,
}

enum Step {
    More,
    Element,
    End,
}

impl Scan {
    fn new(from: Position) -> Self {
        Self {
            at: from,
            line: from.line + 1,
            kept: Vec::new(),
            depth: 0,
            is_inside: from.offset > 0,
            begun: false,
            quote: Quote::Outside,
        }
    }

    /// How many bytes were used, and what they came to.
    fn bytes(&mut self, buffer: &[u8]) -> (usize, Step) {
        for (index, byte) in buffer.iter().copied().enumerate() {
            if !self.begun {
                match byte {
                    // Between elements, and before the first one.
                    b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xef | 0xbb | 0xbf => {
                        self.pass(byte);
                        continue;
                    }
                    b'[' if !self.is_inside => {
                        self.is_inside = true;
                        self.pass(byte);
                        continue;
                    }
                    b']' => return (index, Step::End),
                    _ => {
                        self.begun = true;
                        self.line = self.at.line + 1;
                    }
                }
            }
            // A value that is no container ends where the next one begins.
            if self.depth == 0 && self.quote == Quote::Outside && matches!(byte, b',' | b']') {
                return (index, Step::Element);
            }
            self.pass(byte);
            if self.kept.len() <= MAX_RECORD_BYTES {
                // In one line; inside a text there is no bare line break.
                self.kept.push(if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
            }
            match (self.quote, byte) {
                (Quote::Escaped, _) | (Quote::Outside, b'"') => self.quote = Quote::Inside,
                (Quote::Inside, b'\\') => self.quote = Quote::Escaped,
                (Quote::Inside, b'"') => self.quote = Quote::Outside,
                (Quote::Outside, b'{' | b'[') => self.depth += 1,
                (Quote::Outside, b'}' | b']') => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return (index + 1, Step::Element);
                    }
                }
                _ => {}
            }
        }
        (buffer.len(), Step::More)
    }

    fn pass(&mut self, byte: u8) {
        self.at.offset += 1;
        self.at.line += u64::from(byte == b'\n');
    }

    fn piece(self) -> Piece {
        let is_long = self.kept.len() > MAX_RECORD_BYTES;
        let content = if is_long { Err(too_long()) } else { Ok(self.kept.trim_ascii().to_vec()) };
        Piece { line: self.line, end: self.at, content, is_whole: true }
    }
}

fn too_long() -> String {
    format!("the record is longer than {} MiB", MAX_RECORD_BYTES >> 20)
}
