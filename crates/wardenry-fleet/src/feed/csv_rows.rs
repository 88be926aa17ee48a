//! Rows of a CSV file as JSON objects.
//!
//! A cell is a text, an empty one is left out: the server knows the columns' types and reads texts of them.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead};

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Value};

use super::input::{Compression, content};
use super::pieces::{Fault, MAX_RECORD_BYTES, Piece};
use super::state::Position;

/// Types that may stand behind a column's name, as `wardenry kql run` reads them: `Count:long`.
const TYPES: &[&str] =
    &["bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic"];

pub(super) struct CsvRows {
    reader: csv::Reader<Box<dyn BufRead + Send>>,
    names: Vec<String>,
    /// Where the reader began.
    base: Position,
    record: ByteRecord,
}

impl fmt::Debug for CsvRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvRows").field("names", &self.names).finish_non_exhaustive()
    }
}

impl CsvRows {
    /// Reads the header at the beginning, then rows from `position` on.
    pub(super) fn open(
        file: File,
        compression: Compression,
        position: Position,
        is_tabs: bool,
    ) -> io::Result<Self> {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(if is_tabs { b'\t' } else { b',' });
        let mut reader = builder.from_reader(content(file.try_clone()?, compression, 0)?);
        let mut record = ByteRecord::new();
        reader.read_byte_record(&mut record)?;
        let names = record.iter().enumerate().map(|(index, cell)| name_of(index, cell)).collect();
        let mut base = Position::default();
        if position.offset > reader.position().byte() {
            reader = builder.from_reader(content(file, compression, position.offset)?);
            base = position;
        }
        Ok(Self { reader, names, base, record })
    }

    pub(super) fn next_row(&mut self) -> Result<Option<Piece>, Fault> {
        let line = self.base.line + self.reader.position().line();
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => return Err(Fault::Io(error.into())),
        }
        let at = self.reader.position();
        let end = Position { offset: self.base.offset + at.byte(), line: self.base.line + at.line() - 1 };
        // The reader's own place of a record is before the blank lines that it passed over.
        let breaks = self.record.as_slice().split(|byte| *byte == b'\n').count() as u64 - 1;
        let line = line.max(end.line.saturating_sub(breaks));
        Ok(Some(Piece { line, end, content: self.object(), is_whole: true }))
    }

    fn object(&self) -> Result<Vec<u8>, String> {
        if self.record.as_slice().len() > MAX_RECORD_BYTES {
            return Err(format!("the row is longer than {} MiB", MAX_RECORD_BYTES >> 20));
        }
        if self.record.len() > self.names.len() {
            let (cells, columns) = (self.record.len(), self.names.len());
            return Err(format!("the row has {cells} cells, the header {columns}"));
        }
        let mut object = Map::with_capacity(self.names.len());
        for (name, cell) in self.names.iter().zip(&self.record) {
            let text = std::str::from_utf8(cell).map_err(|_| format!("{name} is not valid UTF-8"))?;
            if !text.is_empty() {
                object.insert(name.clone(), Value::String(text.to_owned()));
            }
        }
        Ok(Value::Object(object).to_string().into_bytes())
    }
}

fn name_of(index: usize, cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    let text = text.trim_start_matches('\u{feff}').trim();
    let text = match text.rsplit_once(':') {
        Some((name, its_type)) if TYPES.contains(&its_type) => name,
        _ => text,
    };
    if text.is_empty() { format!("Column{}", index + 1) } else { text.to_owned() }
}
