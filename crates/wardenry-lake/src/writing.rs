//! Rows as Parquet files that other tools read.
//!
//! | KQL | stored as |
//! | --- | --- |
//! | `bool`, `int`, `long`, `real` | the same |
//! | `string` | text |
//! | `datetime` | nanoseconds if all times of the file are between 1677 and 2262; else microseconds if none is finer; else text |
//! | `timespan` | text |
//! | `guid` | UUID |
//! | `dynamic` | JSON |
//!
//! A text with few different values becomes numbers into a dictionary in all pages, which is what the engine reads fastest; one with many is
//! written in full from the start instead of when a dictionary has grown too large, and compressed with LZ4, because the
//! searched texts are among them: zstd would make them smaller, but doubles what a search costs.

use std::collections::{HashMap, HashSet};
use std::io::Write as _;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use datafusion::object_store::path::Path as StorePath;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use wardenry_kql_engine::sources::parquet::{TYPE_KEY, file_schema};
use wardenry_kql_values::{ScalarType, UNIX_EPOCH, datetime, timespan};

use crate::error::LakeError;
use crate::schema::{INGESTION_TIME, Table};
use crate::storage::{TenantStorage, beside};
use crate::terms::{self, Searched};

/// Also what a search for a rare term reads at least, see [`crate::terms`].
const GROUP_ROWS: usize = 1 << 17;

/// Files of fewer rows are read as fast as their terms.
pub(crate) const FEW_ROWS: usize = 4096;
const TICKS_PER_MICROSECOND: i64 = 10;
const NANOSECONDS_PER_TICK: i64 = 100;

/// A dictionary of up to so many texts and bytes is worth it, however often each occurs.
const SMALL_DICTIONARY: usize = 1024;
const DICTIONARY_BYTES: usize = 4 << 20;

/// Shorter texts, like hashes and addresses, get a Bloom filter: they are looked for as a whole.
const KEY_BYTES: usize = 80;
const BLOOM_FALSE_POSITIVES: f64 = 0.01;

/// Writes rows, which are in the order of their times, to a new file, and before it what is known of their terms to one beside it. Waits
/// until both are there to stay. Gives the length of the first.
pub(crate) fn write(
    storage: &TenantStorage,
    location: &StorePath,
    table: &Table,
    rows: &RecordBatch,
) -> Result<u64, LakeError> {
    let Prepared { rows, options, terms } = prepare(table, rows).map_err(unwritten)?;
    if let Some(terms) = terms {
        let mut file = storage.create(&beside(location))?;
        file.write_all(&terms).map_err(unwritten)?;
        file.finish().map_err(unwritten)?;
    }
    let file = storage.create(location)?;
    let mut writer = ArrowWriter::try_new_with_options(file, rows.schema(), options).map_err(unwritten)?;
    writer.write(&rows).map_err(unwritten)?;
    writer.into_inner().map_err(unwritten)?.finish().map_err(unwritten)
}

fn unwritten(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> LakeError {
    LakeError::Rows { action: "written", source: source.into() }
}

/// Rows as a file has them, how, and what stands beside it.
struct Prepared {
    rows: RecordBatch,
    options: ArrowWriterOptions,
    terms: Option<Vec<u8>>,
}

fn prepare(table: &Table, rows: &RecordBatch) -> Result<Prepared, ParquetError> {
    let hidden = (Arc::from(INGESTION_TIME), ScalarType::Datetime);
    let columns: Vec<_> = table.all.iter().chain([&hidden]).collect();
    let (mut fields, mut arrays, mut searched) = (Vec::new(), Vec::new(), Vec::new());
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_dictionary_page_size_limit(2 * DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_sorting_columns(Some(vec![SortingColumn {
            column_idx: i32::try_from(table.time).unwrap_or_default(),
            descending: false,
            nulls_first: false,
        }]));
    for (index, ((name, scalar_type), array)) in columns.iter().zip(rows.columns()).enumerate() {
        let path = ColumnPath::new(vec![name.to_string()]);
        if index == table.time {
            properties = properties.set_column_statistics_enabled(path.clone(), EnabledStatistics::Page);
        }
        if let Some(texts) = array.as_string_view_opt() {
            if !fits_dictionary(texts) {
                properties = in_full(properties, path, texts, *scalar_type);
            }
            searched.push(Searched { name, texts, dynamic: *scalar_type == ScalarType::Dynamic });
        }
        let stored = stored(array, *scalar_type)?;
        let field = Field::new(&**name, stored.data_type().clone(), true);
        let kql_type = HashMap::from([(TYPE_KEY.to_owned(), scalar_type.to_string())]);
        fields.push(field.with_metadata(kql_type));
        arrays.push(stored);
    }
    let schema = Arc::new(Schema::new(fields));
    let types: Vec<_> = columns.iter().map(|(_, scalar_type)| *scalar_type).collect();
    let options = ArrowWriterOptions::new()
        .with_properties(properties.build())
        .with_parquet_schema(file_schema(&schema, types.iter().copied())?);
    let mut known = None;
    if rows.num_rows() >= FEW_ROWS && !searched.is_empty() {
        let starts = (0..rows.num_rows()).step_by(GROUP_ROWS);
        let groups: Vec<_> = starts.map(|start| GROUP_ROWS.min(rows.num_rows() - start)).collect();
        known = Some(terms::file(&searched, &groups));
    }
    Ok(Prepared { rows: RecordBatch::try_new(schema, arrays)?, options, terms: known })
}

/// Whether a text has so few different values that a dictionary of them is worth it.
fn fits_dictionary(texts: &StringViewArray) -> bool {
    let most = SMALL_DICTIONARY.max(texts.len() / 4);
    let mut distinct = HashSet::new();
    let mut bytes = 0;
    for text in texts.iter().flatten() {
        if distinct.insert(text) {
            bytes += text.len() + 4;
            if distinct.len() > most || bytes > DICTIONARY_BYTES {
                return false;
            }
        }
    }
    true
}

/// How a text is written that has many different values.
fn in_full(
    properties: WriterPropertiesBuilder,
    path: ColumnPath,
    texts: &StringViewArray,
    scalar_type: ScalarType,
) -> WriterPropertiesBuilder {
    let bytes: usize = texts.iter().flatten().map(str::len).sum();
    let is_key = scalar_type == ScalarType::String && bytes / texts.len().max(1) <= KEY_BYTES;
    let properties = properties
        .set_column_dictionary_enabled(path.clone(), false)
        .set_column_compression(path.clone(), Compression::LZ4_RAW);
    if !is_key {
        return properties;
    }
    properties
        .set_column_bloom_filter_enabled(path.clone(), true)
        .set_column_bloom_filter_fpp(path.clone(), BLOOM_FALSE_POSITIVES)
        .set_column_bloom_filter_max_ndv(path, texts.len().min(GROUP_ROWS) as u64)
}

fn stored(array: &ArrayRef, scalar_type: ScalarType) -> Result<ArrayRef, ParquetError> {
    Ok(match scalar_type {
        ScalarType::Datetime => times(array.as_primitive()),
        ScalarType::Timespan => {
            let ticks = array.as_primitive::<Int64Type>();
            Arc::new(ticks.iter().map(|ticks| ticks.map(timespan::text)).collect::<StringArray>())
        }
        ScalarType::String | ScalarType::Dynamic => cast(array, &DataType::Utf8)?,
        _ => Arc::clone(array),
    })
}

/// Times in the first of the three forms that loses nothing.
fn times(ticks: &Int64Array) -> ArrayRef {
    let nanoseconds = |ticks: i64| (ticks - UNIX_EPOCH).checked_mul(NANOSECONDS_PER_TICK);
    if ticks.iter().flatten().all(|ticks| nanoseconds(ticks).is_some()) {
        let nanoseconds: TimestampNanosecondArray = ticks.unary_opt(nanoseconds);
        return Arc::new(nanoseconds.with_timezone("UTC"));
    }
    if ticks.iter().flatten().all(|ticks| (ticks - UNIX_EPOCH) % TICKS_PER_MICROSECOND == 0) {
        let microseconds: TimestampMicrosecondArray =
            ticks.unary(|ticks| (ticks - UNIX_EPOCH) / TICKS_PER_MICROSECOND);
        return Arc::new(microseconds.with_timezone("UTC"));
    }
    Arc::new(ticks.iter().map(|ticks| ticks.map(datetime::text)).collect::<StringArray>())
}
