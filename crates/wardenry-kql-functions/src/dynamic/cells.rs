//! Cells of typed columns, on their way into dynamic values.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal256Array, FixedSizeBinaryArray, Float64Array, Int32Array,
    Int64Array, StringViewArray,
};
use arrow::datatypes::{Decimal256Type, Float64Type, Int32Type, Int64Type};
use arrow::error::ArrowError;
use wardenry_kql_values::{Decimal, ScalarType};

use super::value::{Dynamic, Elements};
use super::views::ViewWriter;
use super::writer::DynamicWriter;

/// A column of any type in its [layout](crate::layout).
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a> {
    Bool(&'a BooleanArray),
    Int(&'a Int32Array),
    Long(&'a Int64Array),
    Real(&'a Float64Array),
    Decimal(&'a Decimal256Array),
    String(&'a StringViewArray),
    Datetime(&'a Int64Array),
    Timespan(&'a Int64Array),
    Guid(&'a FixedSizeBinaryArray),
    Dynamic(&'a StringViewArray),
}

impl<'a> Cells<'a> {
    /// Reads `array` as the layout of `scalar_type`; an error if it is not.
    pub fn new(array: &'a dyn Array, scalar_type: ScalarType) -> Result<Self, ArrowError> {
        let cells = match scalar_type {
            ScalarType::Bool => array.as_boolean_opt().map(Self::Bool),
            ScalarType::Int => array.as_primitive_opt::<Int32Type>().map(Self::Int),
            ScalarType::Long => array.as_primitive_opt::<Int64Type>().map(Self::Long),
            ScalarType::Real => array.as_primitive_opt::<Float64Type>().map(Self::Real),
            ScalarType::Decimal => array.as_primitive_opt::<Decimal256Type>().map(Self::Decimal),
            ScalarType::String => array.as_string_view_opt().map(Self::String),
            ScalarType::Datetime => array.as_primitive_opt::<Int64Type>().map(Self::Datetime),
            ScalarType::Timespan => array.as_primitive_opt::<Int64Type>().map(Self::Timespan),
            ScalarType::Guid => {
                array.as_fixed_size_binary_opt().filter(|guids| guids.value_length() == 16).map(Self::Guid)
            }
            ScalarType::Dynamic => array.as_string_view_opt().map(Self::Dynamic),
        };
        cells.ok_or_else(|| {
            ArrowError::SchemaError(format!("a {scalar_type} column is laid out as {}", array.data_type()))
        })
    }

    /// The cell of a row.
    pub fn get(&self, row: usize) -> Cell<'a> {
        match *self {
            Self::Bool(array) if array.is_valid(row) => Cell::Bool(array.value(row)),
            Self::Int(array) if array.is_valid(row) => Cell::Long(array.value(row).into()),
            Self::Long(array) if array.is_valid(row) => Cell::Long(array.value(row)),
            Self::Real(array) if array.is_valid(row) => Cell::Real(array.value(row)),
            Self::Decimal(array) if array.is_valid(row) => {
                let (low, high) = array.value(row).to_parts();
                Decimal::from_parts(low, high).map_or(Cell::Null, Cell::Decimal)
            }
            Self::String(array) => Cell::String(if array.is_valid(row) { array.value(row) } else { "" }),
            Self::Datetime(array) if array.is_valid(row) => Cell::Datetime(array.value(row)),
            Self::Timespan(array) if array.is_valid(row) => Cell::Timespan(array.value(row)),
            Self::Guid(array) if array.is_valid(row) => array
                .value(row)
                .first_chunk()
                .map_or(Cell::Null, |bytes| Cell::Guid(u128::from_be_bytes(*bytes))),
            Self::Dynamic(array) if array.is_valid(row) => {
                let value = Dynamic::new(array.value(row));
                if value.is_null() { Cell::Null } else { Cell::Dynamic(value) }
            }
            _ => Cell::Null,
        }
    }
}

/// One value of any type. Null is the same for all; a dynamic null is [`Cell::Null`] too.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    Null,
    Bool(bool),
    Long(i64),
    Real(f64),
    Decimal(Decimal),
    String(&'a str),
    Datetime(i64),
    Timespan(i64),
    Guid(u128),
    Dynamic(Dynamic<'a>),
}

impl<'a> Cell<'a> {
    /// Writes the value as dynamic.
    pub fn write(&self, writer: &mut DynamicWriter) {
        match *self {
            Self::Null => writer.null(),
            Self::Bool(value) => writer.bool(value),
            Self::Long(value) => writer.long(value),
            Self::Real(value) => writer.real(value),
            Self::Decimal(value) => writer.decimal(value),
            Self::String(value) => writer.string(value),
            Self::Datetime(ticks) => writer.datetime(ticks),
            Self::Timespan(ticks) => writer.timespan(ticks),
            Self::Guid(bits) => writer.guid(bits),
            Self::Dynamic(value) => writer.value(value),
        }
    }

    /// What `pack_all(true)` leaves out: null and the empty text.
    pub(super) fn is_null_or_empty(&self) -> bool {
        matches!(self, Self::Null | Self::String(""))
    }

    /// The elements, if it is a dynamic array.
    pub(super) fn array(&self) -> Option<Elements<'a>> {
        self.dynamic().filter(|value| value.is_array()).map(Dynamic::elements)
    }

    /// The value, if it is a property bag.
    pub(super) fn bag(&self) -> Option<Dynamic<'a>> {
        self.dynamic().filter(|value| value.is_bag())
    }

    pub(super) fn dynamic(&self) -> Option<Dynamic<'a>> {
        match self {
            Self::Dynamic(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number, typed or dynamic.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Long(value) => Some(*value),
            Self::Dynamic(value) => value.as_i64(),
            _ => None,
        }
    }
}

/// The dynamic column of a typed one: what `pack_array` and `make_list` put into their results. Null stays null, an empty
/// text is an empty text, a dynamic column is shared as it is.
pub fn to_dynamic(array: &ArrayRef, scalar_type: ScalarType) -> Result<StringViewArray, ArrowError> {
    let cells = Cells::new(array, scalar_type)?;
    if let Cells::Dynamic(values) = cells {
        return Ok(values.clone());
    }
    let mut writer = DynamicWriter::new();
    let mut out = ViewWriter::new(array.len());
    for row in 0..array.len() {
        let cell = cells.get(row);
        if matches!(cell, Cell::Null) {
            out.null();
        } else {
            writer.clear();
            cell.write(&mut writer);
            out.text(writer.text());
        }
    }
    out.finish()
}
