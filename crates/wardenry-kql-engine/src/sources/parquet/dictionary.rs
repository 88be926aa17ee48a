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
            let is_plain_text = is_text(field.data_type()) && marked_type(field).is_none();
            if is_plain_text && has_dictionaries(parquet, index) {
                found = true;
                Arc::new(Field::clone(field).with_data_type(dictionary_type()))
            } else {
                Arc::clone(field)
            }
        })
        .collect();
    found.then(|| Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Whether each row group that has rows stores a column of the file by dictionary alone.
fn has_dictionaries(metadata: &ParquetMetaData, column: usize) -> bool {
    let schema = metadata.file_metadata().schema_descr();
    let mut leaves = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == column);
    let (Some(leaf), None) = (leaves.next(), leaves.next()) else { return false };
    let leaf_schema = schema.column(leaf);
    // Texts of other kinds, such as JSON, are bytes to the reader of dictionaries, and it panics over them.
    leaf_schema.physical_type() == Type::BYTE_ARRAY
        && leaf_schema.converted_type() == ConvertedType::UTF8
        && metadata
            .row_groups()
            .iter()
            .all(|group| group.num_rows() == 0 || is_dictionary_encoded(group.column(leaf)))
}

fn is_dictionary_encoded(chunk: &ColumnChunkMetaData) -> bool {
    chunk.dictionary_page_offset().is_some()
        && chunk.page_encoding_stats_mask().is_some_and(|encodings| {
            encodings.is_only(Encoding::RLE_DICTIONARY) || encodings.is_only(Encoding::PLAIN_DICTIONARY)
        })
}
