//! JSON files: an object a line, an array of objects, or objects one after the other.

use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use wardenry_kql_values::ScalarType;

use crate::infer::{Mixture, Tally};
use crate::reader::{Batches, COLUMNS, RECORD_BYTES, Sink, Wanted, record, shown};
use crate::{FileError, Format, OpenOptions, Place, Progress, TypeNote, input};

type Columns = Vec<(Arc<str>, ScalarType)>;
type Object = Vec<(String, Box<RawValue>)>;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The columns of a file: every member that some object has, in the order of first sight.
pub(crate) fn columns(
    path: &Path,
    format: Format,
    options: &OpenOptions,
    notes: &mut Vec<TypeNote>,
) -> Result<Columns, FileError> {
    let mut positions: HashMap<String, usize> = HashMap::new();
    let mut tallies: Vec<(Arc<str>, Tally)> = Vec::new();
    let mut records = 0;
    for_each_object(path, format, None, |line, object| {
        records += 1;
        let place = if line == 0 { Place::Record(records) } else { Place::Line(line) };
        let object = match object {
            Ok(object) => object,
            Err(_) if options.skip_broken => return Ok(ControlFlow::Continue(())),
            Err(fault) => return Err(fault),
        };
        for (name, value) in object {
            let position = match positions.get(&name) {
                Some(position) => *position,
                None => {
                    tallies.push((name.as_str().into(), Tally::default()));
                    positions.insert(name, tallies.len() - 1);
                    tallies.len() - 1
                }
            };
            tallies[position].1.add_json(value.get(), place);
        }
        if tallies.len() > COLUMNS {
            return Err(FileError::TooManyColumns {
                path: path.to_owned(),
                found: tallies.len(),
                limit: COLUMNS,
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let found = tallies.into_iter().map(|(name, tally)| {
        if let Some(column) = tally.mixed(&name, Mixture::Json) {
            notes.push(TypeNote::Mixed { path: path.to_owned(), column });
        }
        (name, tally.scalar_type(Mixture::Json))
    });
    Ok(found.collect())
}

/// Reads the wanted columns of a file. Of a member that an object has twice the last one counts.
pub(crate) fn read(
    path: &Path,
    format: Format,
    wanted: &Wanted,
    options: &OpenOptions,
    progress: &Arc<Progress>,
    sink: Sink<'_>,
) -> Result<(), FileError> {
    let positions: HashMap<&str, usize> =
        wanted.columns.iter().enumerate().map(|(index, (name, _))| (&**name, index)).collect();
    let mut batches = Batches::new(wanted, sink);
    let mut row: Vec<Option<Box<RawValue>>> = vec![None; wanted.columns.len()];
    for_each_object(path, format, Some(Arc::clone(progress)), |line, object| {
        let fault = match object {
            Ok(object) => {
                row.fill(None);
                let mut bytes = 0;
                for (name, value) in object {
                    if let Some(position) = positions.get(name.as_str()) {
                        bytes += value.get().len();
                        row[*position] = Some(value);
                    }
                }
                let wrong = batches.push_row(bytes, |index, builder| match &row[index] {
                    Some(value) => builder.append_json(value),
                    None => {
                        builder.append_missing();
                        Ok(())
                    }
                });
                wrong.map(|index| {
                    let (name, scalar_type) = &wanted.columns[index];
                    let value = row[index].as_ref().map_or("", |value| value.get());
                    record(path, line, format!("{} in `{name}` is no {scalar_type}", shown(value)))
                })
            }
            Err(fault) => Some(fault),
        };
        match fault {
            Some(_) if options.skip_broken => progress.add_skipped(),
            Some(fault) => return Err(fault),
            None => {}
        }
        Ok(batches.flush_if_full())
    })?;
    // Whoever wants no more than this has what they want.
    let _: ControlFlow<()> = batches.flush();
    Ok(())
}

/// Calls `each` with the line and content of every record, until it breaks.
fn for_each_object(
    path: &Path,
    format: Format,
    progress: Option<Arc<Progress>>,
    mut each: impl FnMut(u64, Result<Object, FileError>) -> Result<ControlFlow<()>, FileError>,
) -> Result<(), FileError> {
    let mut input = input::buffered(path, progress)?;
    if format == Format::JsonLines {
        return for_each_line(path, &mut input, each);
    }
    let first = first_byte(&mut input).map_err(|source| crate::discover::io(path, source))?;
    let mut outcome = Ok(());
    if first == Some(b'[') {
        let mut deserializer = serde_json::Deserializer::from_reader(input);
        let mut each = |object| {
            each(0, Ok(object)).unwrap_or_else(|fault| {
                outcome = Err(fault);
                ControlFlow::Break(())
            })
        };
        let elements = Elements { each: &mut each };
        let read = deserializer.deserialize_seq(elements);
        outcome?;
        return match read {
            Ok(ControlFlow::Break(())) => Ok(()),
            Ok(ControlFlow::Continue(())) => deserializer.end().map_err(|error| broken(path, &error)),
            Err(error) => Err(broken(path, &error)),
        };
    }
    for object in serde_json::Deserializer::from_reader(input).into_iter::<Members>() {
        let object = object.map(|members| members.0).map_err(|error| broken(path, &error));
        let failed = object.is_err();
        // Where the next object begins is not known after a fault.
        if each(0, object)?.is_break() || failed {
            break;
        }
    }
    Ok(())
}

/// The first byte that counts, left in the input; what comes before it is consumed.
fn first_byte(input: &mut impl BufRead) -> std::io::Result<Option<u8>> {
    if input.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        input.consume(BYTE_ORDER_MARK.len());
    }
    loop {
        let buffer = input.fill_buf()?;
        let blank = buffer.len() - buffer.trim_ascii_start().len();
        let first = buffer.get(blank).copied();
        let at_end = buffer.is_empty();
        input.consume(blank);
        if first.is_some() || at_end {
            return Ok(first);
        }
    }
}

fn for_each_line(
    path: &Path,
    input: &mut impl BufRead,
    mut each: impl FnMut(u64, Result<Object, FileError>) -> Result<ControlFlow<()>, FileError>,
) -> Result<(), FileError> {
    let mut buffer = Vec::new();
    for line in 1.. {
        buffer.clear();
        let limit = RECORD_BYTES as u64 + 1;
        let read = input.by_ref().take(limit).read_until(b'\n', &mut buffer);
        if read.map_err(|source| crate::discover::io(path, source))? == 0 {
            break;
        }
        if buffer.len() > RECORD_BYTES {
            return Err(record(path, line, format!("the line is longer than {} MiB", RECORD_BYTES >> 20)));
        }
        let mut bytes = buffer.as_slice();
        if line == 1 {
            bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        }
        let bytes = bytes.trim_ascii_end();
        if bytes.is_empty() {
            continue;
        }
        let object = serde_json::from_slice::<Members>(bytes).map(|members| members.0).map_err(|error| {
            let column = error.column();
            record(path, line, format!("{} (column {column})", without_place(&error)))
        });
        if each(line, object)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn broken(path: &Path, error: &serde_json::Error) -> FileError {
    record(path, error.line() as u64, format!("{} (column {})", without_place(error), error.column()))
}

/// The message without the place: that is said in our own form.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

/// An object's members as they stand.
struct Members(Object);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// The elements of an array, one after the other, so that the array need not fit into memory.
struct Elements<'a> {
    each: &'a mut dyn FnMut(Object) -> ControlFlow<()>,
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ControlFlow<()>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of JSON objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        while let Some(Members(object)) = array.next_element()? {
            if (self.each)(object).is_break() {
                // The rest is read, but not kept: serde wants the array to its end.
                while array.next_element::<serde::de::IgnoredAny>()?.is_some() {}
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
