//! Columns that a file stores as numbers into a dictionary.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::{ConvertedType, Encoding, Type};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use crate::sources::stored::marked_type;

/// How a text of a dictionary is read: the dictionary once for each row group, and a number for each row.
pub(super) fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The schema under which a file is best read, if not its own: texts stay numbers into their dictionaries where all pages have
/// them so.
///
/// A page that has its texts in full would have to be given a dictionary row by row, which costs more than it saves; so it is for a
/// file of which the writer did not record how its pages are.
pub(super) fn schema(metadata: &ArrowReaderMetadata) -> Option<SchemaRef> {
    let (schema, parquet) = (metadata.schema(), metadata.metadata());
    let mut found = false;
    let fields: Vec<_> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(index, field)| {
            if dictionary_leaf(parquet, index, field).is_some() {
                found = true;
                Arc::new(Field::clone(field).with_data_type(dictionary_type()))
            } else {
                Arc::clone(field)
            }
        })
        .collect();
    found.then(|| Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
}

/// About how many different texts each column has that is stored by dictionary alone, by its name.
///
/// Nobody writes that down. But a dictionary has each text once, and its compressed size is known from where the pages after it
/// begin.
pub(super) fn distinct_texts(metadata: &ArrowReaderMetadata) -> Vec<(String, usize)> {
    let (schema, parquet) = (metadata.schema(), metadata.metadata());
    let mut found = Vec::new();
    for (index, field) in schema.fields().iter().enumerate() {
        let Some(leaf) = dictionary_leaf(parquet, index, field) else { continue };
        let largest = parquet.row_groups().iter().filter_map(|group| {
            let chunk = group.column(leaf);
            usize::try_from(chunk.data_page_offset() - chunk.dictionary_page_offset()?).ok()
        });
        found.push((field.name().clone(), largest.max().unwrap_or(0) / BYTES_PER_TEXT));
    }
    found
}

/// What a text takes in a compressed dictionary; hashes take more, names with much in common less.
const BYTES_PER_TEXT: usize = 8;

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// The leaf column of a column of the file that each row group which has rows stores by dictionary alone.
fn dictionary_leaf(metadata: &ParquetMetaData, column: usize, field: &Field) -> Option<usize> {
    if !is_text(field.data_type()) || marked_type(field).is_some() {
        return None;
    }
    let schema = metadata.file_metadata().schema_descr();
    let mut leaves = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == column);
    let (Some(leaf), None) = (leaves.next(), leaves.next()) else { return None };
    let stored = schema.column(leaf);
    // Texts of other kinds, such as JSON, are bytes to the reader of dictionaries, and it panics over them.
    let fits = stored.physical_type() == Type::BYTE_ARRAY
        && stored.converted_type() == ConvertedType::UTF8
        && metadata
            .row_groups()
            .iter()
            .all(|group| group.num_rows() == 0 || is_dictionary_encoded(group.column(leaf)));
    fits.then_some(leaf)
}

fn is_dictionary_encoded(chunk: &ColumnChunkMetaData) -> bool {
    chunk.dictionary_page_offset().is_some()
        && chunk.page_encoding_stats_mask().is_some_and(|encodings| {
            encodings.is_only(Encoding::RLE_DICTIONARY) || encodings.is_only(Encoding::PLAIN_DICTIONARY)
        })
}
