//! A result as a Parquet file that other tools read.
//!
//! Times are timestamps in microseconds (Parquet's nanoseconds reach from 1677 to 2262 only), spans, decimals and GUIDs are texts,
//! dynamic values are JSON texts.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use wardenry_kql_engine::ResultColumn;
use wardenry_kql_functions::dynamic::{Cell, Cells};
use wardenry_kql_values::{ScalarType, UNIX_EPOCH, guid, timespan};

use crate::failure::Failure;

const TICKS_PER_MICROSECOND: i64 = 10;

pub(super) struct ParquetFile {
    writer: ArrowWriter<File>,
    columns: Vec<ResultColumn>,
    schema: SchemaRef,
}

impl ParquetFile {
    /// Begins a file; even without rows it has the columns.
    pub(super) fn create(file: File, columns: &[ResultColumn]) -> Result<Self, Failure> {
        let fields =
            columns.iter().map(|column| Field::new(&*column.name, stored_type(column.scalar_type), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))?;
        Ok(Self { writer, columns: columns.to_vec(), schema })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let mut arrays = Vec::with_capacity(self.columns.len());
        for (array, column) in batch.columns().iter().zip(&self.columns) {
            arrays.push(stored(array, column.scalar_type)?);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?;
        Ok(self.writer.write(&batch)?)
    }

    pub(super) fn close(self) -> Result<(), Failure> {
        drop(self.writer.close()?);
        Ok(())
    }
}

fn stored_type(scalar_type: ScalarType) -> DataType {
    match scalar_type {
        ScalarType::Bool => DataType::Boolean,
        ScalarType::Int => DataType::Int32,
        ScalarType::Long => DataType::Int64,
        ScalarType::Real => DataType::Float64,
        ScalarType::Datetime => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ScalarType::String
        | ScalarType::Dynamic
        | ScalarType::Timespan
        | ScalarType::Guid
        | ScalarType::Decimal => DataType::Utf8,
    }
}

fn stored(array: &ArrayRef, scalar_type: ScalarType) -> Result<ArrayRef, Failure> {
    Ok(match scalar_type {
        ScalarType::Datetime => {
            let ticks = array.as_primitive::<Int64Type>();
            let micros: TimestampMicrosecondArray =
                ticks.unary(|ticks| (ticks - UNIX_EPOCH).div_euclid(TICKS_PER_MICROSECOND));
            Arc::new(micros.with_timezone("UTC"))
        }
        ScalarType::Timespan | ScalarType::Guid | ScalarType::Decimal => {
            let cells = Cells::new(array, scalar_type)?;
            let text = |row| match cells.get(row) {
                Cell::Timespan(ticks) => Some(timespan::text(ticks)),
                Cell::Guid(value) => Some(guid::text(value)),
                Cell::Decimal(value) => Some(value.text()),
                _ => None,
            };
            Arc::new((0..array.len()).map(text).collect::<StringArray>())
        }
        ScalarType::String | ScalarType::Dynamic => cast(array, &DataType::Utf8)?,
        ScalarType::Bool | ScalarType::Int | ScalarType::Long | ScalarType::Real => Arc::clone(array),
    })
}
