//! A result as a Parquet file that other tools read.
//!
//! Times are timestamps in microseconds (Parquet's nanoseconds reach from 1677 to 2262 only), GUIDs are UUIDs, dynamic values are JSON,
//! spans and decimals are texts. Each field says its KQL type beside, so that a query over the file finds the same types.

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use wardenry_kql_engine::ResultColumn;
use wardenry_kql_engine::sources::parquet::{TYPE_KEY, file_schema};
use wardenry_kql_functions::dynamic::{Cell, Cells};
use wardenry_kql_values::{ScalarType, UNIX_EPOCH, timespan};

use crate::failure::Failure;
use crate::output;

const TICKS_PER_MICROSECOND: i64 = 10;
const GUID_BYTES: i32 = 16;

pub(super) struct ParquetFile {
    writer: ArrowWriter<File>,
    columns: Vec<ResultColumn>,
    schema: SchemaRef,
    /// For each column, how many of its times fell between two microseconds.
    cut: Vec<u64>,
}

impl ParquetFile {
    /// Begins a file; even without rows it has the columns.
    pub(super) fn create(file: File, columns: &[ResultColumn]) -> Result<Self, Failure> {
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_parquet_schema(file_schema(&schema, columns.iter().map(|column| column.scalar_type))?);
        let writer = ArrowWriter::try_new_with_options(file, Arc::clone(&schema), options)?;
        Ok(Self { writer, columns: columns.to_vec(), schema, cut: vec![0; columns.len()] })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let mut arrays = Vec::with_capacity(self.columns.len());
        for ((array, column), cut) in batch.columns().iter().zip(&self.columns).zip(&mut self.cut) {
            if column.scalar_type == ScalarType::Datetime {
                let ticks = array.as_primitive::<Int64Type>().iter().flatten();
                *cut += ticks.filter(|ticks| ticks % TICKS_PER_MICROSECOND != 0).count() as u64;
            }
            arrays.push(stored(array, column.scalar_type)?);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?;
        Ok(self.writer.write(&batch)?)
    }

    /// Ends the file, and says what it does not hold.
    pub(super) fn close(self) -> Result<(), Failure> {
        drop(self.writer.close()?);
        for (column, cut) in self.columns.iter().zip(self.cut).filter(|(_, cut)| *cut > 0) {
            let times = output::counted(cut, "time");
            output::warning(&format!(
                "{times} in the column `{}` lost what is finer than a microsecond",
                column.name
            ));
        }
        Ok(())
    }
}

fn field(column: &ResultColumn) -> Field {
    let kql_type = HashMap::from([(TYPE_KEY.to_owned(), column.scalar_type.to_string())]);
    Field::new(&*column.name, stored_type(column.scalar_type), true).with_metadata(kql_type)
}

fn stored_type(scalar_type: ScalarType) -> DataType {
    match scalar_type {
        ScalarType::Bool => DataType::Boolean,
        ScalarType::Int => DataType::Int32,
        ScalarType::Long => DataType::Int64,
        ScalarType::Real => DataType::Float64,
        ScalarType::Datetime => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ScalarType::Guid => DataType::FixedSizeBinary(GUID_BYTES),
        ScalarType::String | ScalarType::Dynamic | ScalarType::Timespan | ScalarType::Decimal => {
            DataType::Utf8
        }
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
        ScalarType::Timespan | ScalarType::Decimal => {
            let cells = Cells::new(array, scalar_type)?;
            let text = |row| match cells.get(row) {
                Cell::Timespan(ticks) => Some(timespan::text(ticks)),
                Cell::Decimal(value) => Some(value.text()),
                _ => None,
            };
            Arc::new((0..array.len()).map(text).collect::<StringArray>())
        }
        ScalarType::String | ScalarType::Dynamic => cast(array, &DataType::Utf8)?,
        ScalarType::Bool | ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Guid => {
            Arc::clone(array)
        }
    })
}
