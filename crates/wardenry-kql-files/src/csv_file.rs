//! CSV and TSV files (RFC 4180).

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use csv::StringRecord;
use wardenry_kql_values::ScalarType;

use crate::infer::{Mixture, Tally};
use crate::reader::{Batches, COLUMNS, Sink, Wanted, record, shown};
use crate::{FileError, Format, OpenOptions, Place, Progress, TypeNote, delimiter, input};

type Columns = Vec<(Arc<str>, ScalarType)>;

fn reader(
    path: &Path,
    format: Format,
    header: bool,
    progress: Option<Arc<Progress>>,
) -> Result<csv::Reader<Box<dyn std::io::Read + Send>>, FileError> {
    Ok(csv::ReaderBuilder::new()
        .delimiter(if format == Format::Tsv { b'\t' } else { delimiter::of(path, header)? })
        .has_headers(header)
        // Short and long records are told apart below, with a message of our own.
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(input::open(path, progress)?))
}

/// The columns of a file: from its header where it says types, from all its rows where it does not.
pub(crate) fn columns(
    path: &Path,
    format: Format,
    options: &OpenOptions,
    notes: &mut Vec<TypeNote>,
) -> Result<Columns, FileError> {
    if let Some(columns) = &options.columns {
        return Ok(columns.clone());
    }
    let mut reader = reader(path, format, true, None)?;
    let header = reader.headers().map_err(|error| fault(path, &error))?.clone();
    if header.iter().all(str::is_empty) {
        return Err(FileError::NoHeader { path: path.to_owned() });
    }
    if header.len() > COLUMNS {
        return Err(FileError::TooManyColumns { path: path.to_owned(), found: header.len(), limit: COLUMNS });
    }
    let mut columns: Vec<(Arc<str>, Option<ScalarType>)> = Vec::with_capacity(header.len());
    for (index, cell) in header.iter().enumerate() {
        let (name, scalar_type) = typed_name(cell);
        // A leading byte order mark belongs to the file, not to the name.
        let name = if index == 0 { name.trim_start_matches('\u{feff}') } else { name };
        let name = if name.is_empty() { format!("Column{}", index + 1) } else { name.to_owned() };
        if columns.iter().any(|(other, _)| **other == *name) {
            return Err(FileError::DuplicateColumn { path: path.to_owned(), name });
        }
        columns.push((name.into(), scalar_type));
    }
    if columns.iter().all(|(_, scalar_type)| scalar_type.is_some()) {
        return Ok(columns.into_iter().filter_map(|(name, known)| Some((name, known?))).collect());
    }
    let mut tallies = vec![Tally::default(); columns.len()];
    let mut rows = 0_u64;
    let mut row = StringRecord::new();
    loop {
        match reader.read_record(&mut row) {
            Ok(true) if row.len() == columns.len() => {
                rows += 1;
                for (tally, cell) in tallies.iter_mut().zip(&row) {
                    tally.add_text(cell.trim(), Place::Line(line(&row)));
                }
            }
            Ok(true) if options.skip_broken || is_blank(&row) => {}
            Ok(true) => return Err(wrong_length(path, &row, columns.len())),
            Ok(false) => break,
            Err(_) if options.skip_broken => {}
            Err(error) => return Err(fault(path, &error)),
        }
    }
    if rows == 0 {
        notes.push(TypeNote::NoRows { path: path.to_owned() });
    }
    let found = columns.into_iter().zip(tallies).map(|((name, known), tally)| {
        if known.is_none()
            && let Some(column) = tally.mixed(&name, Mixture::Text)
        {
            notes.push(TypeNote::Mixed { path: path.to_owned(), column });
        }
        (name, known.unwrap_or_else(|| tally.scalar_type(Mixture::Text)))
    });
    Ok(found.collect())
}

/// Reads the wanted columns of a file. `columns` are all that it has.
pub(crate) fn read(
    path: &Path,
    format: Format,
    columns: &[(Arc<str>, ScalarType)],
    wanted: &Wanted,
    options: &OpenOptions,
    progress: &Arc<Progress>,
    sink: Sink<'_>,
) -> Result<(), FileError> {
    let mut reader = reader(path, format, options.columns.is_none(), Some(Arc::clone(progress)))?;
    // The order of columns may differ from file to file.
    let header = match &options.columns {
        Some(columns) => columns.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>(),
        None => {
            let header = reader.headers().map_err(|error| fault(path, &error))?;
            header.iter().map(|cell| typed_name(cell).0.trim_start_matches('\u{feff}').to_owned()).collect()
        }
    };
    let position = |name: &str| {
        header.iter().position(|cell| cell == name).or_else(|| {
            // Columns without a name have one by their place.
            let unnamed = columns.iter().position(|(its, _)| **its == *name)?;
            header.get(unnamed).filter(|cell| cell.is_empty()).map(|_| unnamed)
        })
    };
    let positions: Vec<Option<usize>> = wanted.columns.iter().map(|(name, _)| position(name)).collect();
    let mut batches = Batches::new(wanted, sink);
    let mut row = StringRecord::new();
    loop {
        let broken = match reader.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) if is_blank(&row) => continue,
            Ok(true) if row.len() == header.len() => {
                let wrong = batches.push_row(row.as_slice().len(), |index, builder| {
                    match positions[index] {
                        Some(position) => builder.append_text(&row[position])?,
                        None => builder.append_missing(),
                    }
                    Ok(())
                });
                wrong.map(|index| wrong_type(path, &row, positions[index], &wanted.columns[index]))
            }
            Ok(true) => Some(wrong_length(path, &row, header.len())),
            Err(error) if error.is_io_error() => return Err(fault(path, &error)),
            Err(error) => Some(fault(path, &error)),
        };
        match broken {
            Some(_) if options.skip_broken => progress.add_skipped(),
            Some(fault) => return Err(fault),
            None => {}
        }
        if batches.flush_if_full().is_break() {
            return Ok(());
        }
    }
    // Whoever wants no more than this has what they want.
    let _: ControlFlow<()> = batches.flush();
    Ok(())
}

/// `Count:long` is a name and a type; `a:b` is a name.
fn typed_name(cell: &str) -> (&str, Option<ScalarType>) {
    if let Some((name, scalar_type)) = cell.rsplit_once(':')
        && let Some(scalar_type) = ScalarType::parse(scalar_type.trim())
    {
        return (name.trim(), Some(scalar_type));
    }
    (cell.trim(), None)
}

/// An empty line within a file of several columns.
fn is_blank(row: &StringRecord) -> bool {
    row.len() <= 1 && row.get(0).is_none_or(str::is_empty)
}

fn line(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

fn wrong_length(path: &Path, row: &StringRecord, expected: usize) -> FileError {
    let cells = if row.len() == 1 { "1 cell".to_owned() } else { format!("{} cells", row.len()) };
    record(path, line(row), format!("the record has {cells}, the header has {expected}"))
}

fn wrong_type(
    path: &Path,
    row: &StringRecord,
    position: Option<usize>,
    (name, scalar_type): &(Arc<str>, ScalarType),
) -> FileError {
    let cell = position.map_or("", |position| &row[position]);
    record(path, line(row), format!("{} in the column `{name}` is no {scalar_type}", shown(cell)))
}

fn fault(path: &Path, error: &csv::Error) -> FileError {
    match error.kind() {
        csv::ErrorKind::Io(source) => {
            crate::discover::io(path, std::io::Error::new(source.kind(), source.to_string()))
        }
        csv::ErrorKind::Utf8 { pos, err } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            record(path, line, format!("cell {} is not UTF-8", err.field() + 1))
        }
        _ => record(path, error.position().map_or(0, csv::Position::line), error.to_string()),
    }
}
