use std::sync::Arc;

use arrow::datatypes::Schema;
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{SchemaDescriptor, Type};
use wardenry_kql_values::ScalarType;

const GUID_BYTES: i32 = 16;

/// The schema of a file as other tools see it, with the logical types that Arrow has no type for: a `dynamic` value in JSON text and a
/// `guid` of 16 bytes. `types` are those of the columns in their order.
pub fn file_schema(
    schema: &Schema,
    types: impl IntoIterator<Item = ScalarType>,
) -> Result<SchemaDescriptor, ParquetError> {
    let plain = ArrowSchemaConverter::new().convert(schema)?;
    let mut fields = plain.root_schema().get_fields().to_vec();
    for (field, scalar_type) in fields.iter_mut().zip(types) {
        let logical = match scalar_type {
            ScalarType::Dynamic => LogicalType::Json,
            ScalarType::Guid => LogicalType::Uuid,
            _ => continue,
        };
        let physical = field.get_physical_type();
        let length = if physical == PhysicalType::FIXED_LEN_BYTE_ARRAY { GUID_BYTES } else { -1 };
        let typed = Type::primitive_type_builder(field.name(), physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_length(length)
            .with_logical_type(Some(logical))
            .build()?;
        *field = Arc::new(typed);
    }
    let root = Type::group_type_builder(plain.root_schema().name()).with_fields(fields).build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}
