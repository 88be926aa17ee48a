//! Between which times a file's rows are.

use arrow::array::{Array, AsArray, Int64Array};
use arrow::compute::{max, min};
use arrow::datatypes::{DataType, Int64Type};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use wardenry_kql_values::ScalarType;

use crate::sources::stored::convert;

/// What the values of a `datetime` column of a file are between, and how many there are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) column: String,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) nulls: usize,
}

/// The bounds of the columns of which all row groups tell them.
///
/// They let a scan leave a file alone before it reads anything of it: when only the first rows by time are wanted, once enough of them
/// are known.
pub(super) fn bounds(metadata: &ArrowReaderMetadata) -> Vec<Bounds> {
    let fields = metadata.schema().fields().iter();
    let times = fields.filter(|field| matches!(field.data_type(), DataType::Timestamp(..)));
    times.filter_map(|field| of_column(metadata, field.name())).collect()
}

fn of_column(metadata: &ArrowReaderMetadata, column: &str) -> Option<Bounds> {
    let (schema, parquet) = (metadata.schema(), metadata.metadata());
    let converter =
        StatisticsConverter::try_new(column, schema, parquet.file_metadata().schema_descr()).ok()?;
    let converter = converter.with_missing_null_counts_as_zero(false);
    let groups = || parquet.row_groups().iter().filter(|group| group.num_rows() > 0);
    let ticks = |stored| -> Option<Int64Array> {
        let ticks = convert(&stored, ScalarType::Datetime).ok()?;
        ticks.as_primitive_opt::<Int64Type>().filter(|ticks| ticks.null_count() == 0).cloned()
    };
    let first = ticks(converter.row_group_mins(groups()).ok()?)?;
    let last = ticks(converter.row_group_maxes(groups()).ok()?)?;
    let nulls = converter.row_group_null_counts(groups()).ok()?;
    let nulls: Option<u64> = nulls.iter().sum();
    Some(Bounds {
        column: column.to_owned(),
        first: min(&first)?,
        last: max(&last)?,
        nulls: usize::try_from(nulls?).ok()?,
    })
}
