//! How KQL's types are laid out in Arrow arrays.
//!
//! | KQL | Arrow | null slot means |
//! | --- | --- | --- |
//! | `bool` | `Boolean` | null |
//! | `int` | `Int32` | null |
//! | `long` | `Int64` | null |
//! | `real` | `Float64` | null; NaN and infinities are values |
//! | `decimal` | `Decimal256(76, 34)` | null |
//! | `string` | `Utf8View` | **the empty text**: kernels read a null slot as `""` |
//! | `datetime` | `Int64`, ticks since 0001-01-01 | null |
//! | `timespan` | `Int64`, ticks | null |
//! | `guid` | `FixedSizeBinary(16)`, as the text form orders the bytes | null |
//! | `dynamic` | `Utf8View`, JSON text, not necessarily compact | null; the text `null` is never stored at the top |
//!
//! Dynamic values are JSON text so that a path into one is a view of its bytes, without a copy, and so that
//! `parse_json` of a stored text costs a validation only. [`crate`] keeps to this table everywhere; nothing else knows it.

use arrow::datatypes::DataType;
use wardenry_kql_values::ScalarType;

/// Digits of a decimal, all told.
pub const DECIMAL_PRECISION: u8 = 76;
/// Digits of a decimal behind the point.
pub const DECIMAL_SCALE: i8 = 34;

/// The Arrow type of a KQL type.
pub fn arrow_type(scalar_type: ScalarType) -> DataType {
    match scalar_type {
        ScalarType::Bool => DataType::Boolean,
        ScalarType::Int => DataType::Int32,
        ScalarType::Long | ScalarType::Datetime | ScalarType::Timespan => DataType::Int64,
        ScalarType::Real => DataType::Float64,
        ScalarType::Decimal => DataType::Decimal256(DECIMAL_PRECISION, DECIMAL_SCALE),
        ScalarType::String | ScalarType::Dynamic => DataType::Utf8View,
        ScalarType::Guid => DataType::FixedSizeBinary(16),
    }
}
