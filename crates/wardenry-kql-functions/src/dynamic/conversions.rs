//! What the conversion functions make of a dynamic value.
//!
//! A value is read as its own type first: numbers and bools convert into each other as they do elsewhere. A text is read as the
//! conversion reads a `string`. Arrays and bags convert into text only.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, StringViewArray};
use arrow::error::ArrowError;
use wardenry_kql_values::{Decimal, ScalarType, boolean, datetime, guid, integer, real, timespan};

use super::value::{Dynamic, Kind};
use super::views::ViewWriter;
use crate::conversions::whole;
use crate::rows::{Dec, Guid, Sink as _};

impl<'a> Dynamic<'a> {
    /// `tostring`: the inside of a string, nothing for null, compact JSON for the rest.
    pub fn to_text(self) -> Cow<'a, str> {
        match self.kind() {
            Kind::Null => Cow::Borrowed(""),
            Kind::String => self.as_str().unwrap_or_default(),
            _ => self.compact(),
        }
    }

    /// `tobool`
    pub fn to_bool(self) -> Option<bool> {
        match self.kind() {
            Kind::Bool => self.as_bool(),
            Kind::Long | Kind::Real => self.as_f64().map(|value| value != 0.0),
            Kind::String => boolean::parse(&self.as_str()?),
            Kind::Null | Kind::Array | Kind::Bag => None,
        }
    }

    /// `tolong`: a real is cut at the point; none if that does not fit.
    pub fn to_long(self) -> Option<i64> {
        match self.kind() {
            Kind::Long => self.as_i64(),
            Kind::Real => self.as_f64().and_then(whole),
            Kind::Bool => self.as_bool().map(i64::from),
            Kind::String => integer::parse_long(&self.as_str()?),
            Kind::Null | Kind::Array | Kind::Bag => None,
        }
    }

    /// `toint`: what does not fit wraps, a text that does not fit is none.
    pub fn to_int(self) -> Option<i32> {
        match self.kind() {
            Kind::String => integer::parse_int(&self.as_str()?),
            _ => self.to_long().map(low_32_bits),
        }
    }

    /// `toreal`
    pub fn to_real(self) -> Option<f64> {
        match self.kind() {
            Kind::Long | Kind::Real => self.as_f64(),
            Kind::Bool => self.as_bool().map(|value| f64::from(u8::from(value))),
            Kind::String => real::parse(&self.as_str()?),
            Kind::Null | Kind::Array | Kind::Bag => None,
        }
    }

    /// `todecimal`
    pub fn to_decimal(self) -> Option<Decimal> {
        match self.kind() {
            Kind::Long | Kind::Real => Decimal::parse(self.text()),
            Kind::Bool => Decimal::parse(if self.as_bool()? { "1" } else { "0" }),
            Kind::String => Decimal::parse(&self.as_str()?),
            Kind::Null | Kind::Array | Kind::Bag => None,
        }
    }

    /// `todatetime`, in ticks: a text that says when, or ticks.
    pub fn to_datetime(self) -> Option<i64> {
        match self.kind() {
            Kind::Long => self.as_i64().filter(|ticks| datetime::in_range(*ticks)),
            Kind::String => datetime::parse(&self.as_str()?),
            _ => None,
        }
    }

    /// `totimespan`, in ticks: a text that says how long, or ticks.
    pub fn to_timespan(self) -> Option<i64> {
        match self.kind() {
            Kind::Long => self.as_i64(),
            Kind::String => timespan::parse(&self.as_str()?),
            _ => None,
        }
    }

    /// `toguid`
    pub fn to_guid(self) -> Option<u128> {
        guid::parse(&self.as_str()?)
    }
}

/// A dynamic column converted: what `tostring`, `tolong`, … make of it, and `mv-expand … to typeof(…)`.
///
/// The texts of strings, and of values that are compact JSON already, share the bytes of the column.
pub fn convert(values: &StringViewArray, target: ScalarType) -> Result<ArrayRef, ArrowError> {
    convert_rows(values, target, |row| Some((0, values.value(row).len())))
}

/// Converts a part of each value: the bytes that `part` says; null where it says none.
pub(super) fn convert_rows(
    values: &StringViewArray,
    target: ScalarType,
    part: impl Fn(usize) -> Option<(usize, usize)>,
) -> Result<ArrayRef, ArrowError> {
    let rows = values.len();
    let value = |row: usize| {
        if values.is_null(row) {
            return None;
        }
        let (start, end) = part(row)?;
        values.value(row).get(start..end).map(Dynamic::new)
    };
    Ok(match target {
        ScalarType::Bool => Arc::new((0..rows).map(|row| value(row)?.to_bool()).collect::<BooleanArray>()),
        ScalarType::Int => Arc::new((0..rows).map(|row| value(row)?.to_int()).collect::<Int32Array>()),
        ScalarType::Long => Arc::new((0..rows).map(|row| value(row)?.to_long()).collect::<Int64Array>()),
        ScalarType::Real => Arc::new((0..rows).map(|row| value(row)?.to_real()).collect::<Float64Array>()),
        ScalarType::Datetime => {
            Arc::new((0..rows).map(|row| value(row)?.to_datetime()).collect::<Int64Array>())
        }
        ScalarType::Timespan => {
            Arc::new((0..rows).map(|row| value(row)?.to_timespan()).collect::<Int64Array>())
        }
        ScalarType::Decimal => Dec::collect(rows, None, |row| value(row)?.to_decimal()),
        ScalarType::Guid => Guid::collect(rows, None, |row| value(row)?.to_guid()),
        ScalarType::String => {
            let mut out = ViewWriter::sharing(values, rows);
            for row in 0..rows {
                match value(row) {
                    Some(value) => push_text(&mut out, values, row, value),
                    None => out.text(""),
                }
            }
            Arc::new(out.finish()?)
        }
        ScalarType::Dynamic => {
            let mut out = ViewWriter::sharing(values, rows);
            for row in 0..rows {
                match value(row) {
                    Some(value) => super::expand::push_part(&mut out, values, row, value),
                    None => out.null(),
                }
            }
            Arc::new(out.finish()?)
        }
    })
}

/// `tostring` of a value that lies in the text of row `row`.
fn push_text(out: &mut ViewWriter, source: &StringViewArray, row: usize, value: Dynamic<'_>) {
    match value.to_text() {
        Cow::Borrowed(part) => match super::value::offset_in(part, source.value(row)) {
            Some(start) => out.part(source, row, start, start + part.len()),
            None => out.text(part),
        },
        Cow::Owned(text) => out.text(&text),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a conversion of numbers to int wraps")]
const fn low_32_bits(value: i64) -> i32 {
    value as i32
}
