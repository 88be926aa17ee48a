//! Values of cells, as JSON.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewArray};
use arrow::datatypes::{Decimal256Type, Float64Type, Int32Type, Int64Type};
use wardenry_kql_values::{Decimal, ScalarType, datetime, guid, timespan};

/// How the forms differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// A datetime's fraction without zeros at its end: `…:02.4Z`, `…:00Z`; seven digits otherwise.
    pub(crate) short_datetimes: bool,
    /// A bool is 0 or 1.
    pub(crate) numeric_bools: bool,
}

/// A column of a batch, downcast once.
pub(crate) enum Cells<'b> {
    Bool(&'b BooleanArray),
    Int(&'b arrow::array::Int32Array),
    Long(&'b arrow::array::Int64Array),
    Real(&'b arrow::array::Float64Array),
    Decimal(&'b arrow::array::Decimal256Array),
    Text(&'b StringViewArray),
    Datetime(&'b arrow::array::Int64Array),
    Timespan(&'b arrow::array::Int64Array),
    Guid(&'b arrow::array::FixedSizeBinaryArray),
    Dynamic(&'b StringViewArray),
    /// Not in the layout of its type: a fault of ours, shown as nulls.
    Unknown,
}

impl<'b> Cells<'b> {
    pub(crate) fn new(array: &'b ArrayRef, scalar_type: ScalarType) -> Self {
        let cells = match scalar_type {
            ScalarType::Bool => array.as_boolean_opt().map(Self::Bool),
            ScalarType::Int => array.as_primitive_opt::<Int32Type>().map(Self::Int),
            ScalarType::Long => array.as_primitive_opt::<Int64Type>().map(Self::Long),
            ScalarType::Real => array.as_primitive_opt::<Float64Type>().map(Self::Real),
            ScalarType::Decimal => array.as_primitive_opt::<Decimal256Type>().map(Self::Decimal),
            ScalarType::String => array.as_string_view_opt().map(Self::Text),
            ScalarType::Datetime => array.as_primitive_opt::<Int64Type>().map(Self::Datetime),
            ScalarType::Timespan => array.as_primitive_opt::<Int64Type>().map(Self::Timespan),
            ScalarType::Guid => array.as_fixed_size_binary_opt().map(Self::Guid),
            ScalarType::Dynamic => array.as_string_view_opt().map(Self::Dynamic),
        };
        cells.unwrap_or(Self::Unknown)
    }

    pub(crate) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Bool(array) => array.is_null(row),
            Self::Int(array) => array.is_null(row),
            Self::Long(array) | Self::Datetime(array) | Self::Timespan(array) => array.is_null(row),
            Self::Real(array) => array.is_null(row),
            Self::Decimal(array) => array.is_null(row),
            Self::Text(_) => false,
            Self::Guid(array) => array.is_null(row),
            Self::Dynamic(array) => array.is_null(row),
            Self::Unknown => true,
        }
    }

    /// Appends a cell as JSON.
    pub(crate) fn json(&self, row: usize, style: Style, out: &mut Vec<u8>) {
        if self.is_null(row) {
            out.extend_from_slice(b"null");
            return;
        }
        match self {
            Self::Bool(array) => {
                let value = array.value(row);
                let text: &[u8] = match (style.numeric_bools, value) {
                    (true, true) => b"1",
                    (true, false) => b"0",
                    (false, true) => b"true",
                    (false, false) => b"false",
                };
                out.extend_from_slice(text);
            }
            Self::Int(array) => integer(i64::from(array.value(row)), out),
            Self::Long(array) => integer(array.value(row), out),
            Self::Real(array) => real(array.value(row), out),
            Self::Text(array) => text(if array.is_null(row) { "" } else { array.value(row) }, out),
            // Stored text may have line breaks between tokens, which would end a line of JSON lines.
            Self::Dynamic(array) => out.extend(array.value(row).bytes().map(|byte| match byte {
                b'\n' | b'\r' => b' ',
                byte => byte,
            })),
            _ => {
                out.push(b'"');
                self.plain(row, style, out);
                out.push(b'"');
            }
        }
    }

    /// Appends a cell as text, nothing for a null.
    pub(crate) fn plain(&self, row: usize, style: Style, out: &mut Vec<u8>) {
        if self.is_null(row) {
            return;
        }
        let mut buffer = String::new();
        match self {
            Self::Datetime(array) if style.short_datetimes => {
                datetime::write_result(&mut buffer, array.value(row));
            }
            Self::Datetime(array) => datetime::write(&mut buffer, array.value(row)),
            Self::Timespan(array) => timespan::write(&mut buffer, array.value(row)),
            Self::Guid(array) => {
                let bytes = array.value(row).try_into().unwrap_or_default();
                guid::write(&mut buffer, u128::from_be_bytes(bytes));
            }
            Self::Decimal(array) => {
                let (low, high) = array.value(row).to_parts();
                if let Some(decimal) = Decimal::from_parts(low, high) {
                    decimal.write(&mut buffer);
                }
            }
            Self::Text(array) if array.is_valid(row) => buffer.push_str(array.value(row)),
            Self::Text(_) | Self::Unknown => {}
            Self::Real(array) if !array.value(row).is_finite() => {
                wardenry_kql_values::real::write(&mut buffer, array.value(row));
            }
            _ => return self.json(row, style, out),
        }
        out.extend_from_slice(buffer.as_bytes());
    }
}

fn integer(value: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(value.to_string().as_bytes());
}

/// A number, or one of the texts `NaN`, `Infinity`, `-Infinity`.
fn real(value: f64, out: &mut Vec<u8>) {
    match serde_json::Number::from_f64(value) {
        Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
        None if value.is_nan() => out.extend_from_slice(b"\"NaN\""),
        None if value > 0.0 => out.extend_from_slice(b"\"Infinity\""),
        None => out.extend_from_slice(b"\"-Infinity\""),
    }
}

/// A JSON string.
pub(crate) fn text(value: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("writing to a Vec does not fail");
}
