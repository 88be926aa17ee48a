//! Builds a column of a KQL type from the cells of files.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal256Builder, FixedSizeBinaryBuilder, Float64Builder, Int32Builder,
    Int64Builder, StringViewBuilder,
};
use arrow::datatypes::i256;
use serde_json::value::RawValue;
use wardenry_kql_functions::layout;
use wardenry_kql_values::{Decimal, ScalarType, boolean, datetime, guid, integer, real, timespan};

use crate::cell;

/// A cell whose content is not of the column's type.
#[derive(Debug)]
pub(crate) struct WrongType;

#[derive(Debug)]
pub(crate) enum ColumnBuilder {
    Bool(BooleanBuilder),
    Int(Int32Builder),
    Long(Int64Builder),
    Real(Float64Builder),
    Decimal(Decimal256Builder),
    String(StringViewBuilder),
    Datetime(Int64Builder),
    Timespan(Int64Builder),
    Guid(FixedSizeBinaryBuilder),
    Dynamic(StringViewBuilder),
}

impl ColumnBuilder {
    pub(crate) fn new(scalar_type: ScalarType) -> Self {
        match scalar_type {
            ScalarType::Bool => Self::Bool(BooleanBuilder::new()),
            ScalarType::Int => Self::Int(Int32Builder::new()),
            ScalarType::Long => Self::Long(Int64Builder::new()),
            ScalarType::Real => Self::Real(Float64Builder::new()),
            ScalarType::Decimal => {
                Self::Decimal(Decimal256Builder::new().with_data_type(layout::arrow_type(scalar_type)))
            }
            ScalarType::String => Self::String(StringViewBuilder::new()),
            ScalarType::Datetime => Self::Datetime(Int64Builder::new()),
            ScalarType::Timespan => Self::Timespan(Int64Builder::new()),
            ScalarType::Guid => Self::Guid(FixedSizeBinaryBuilder::new(16)),
            ScalarType::Dynamic => Self::Dynamic(StringViewBuilder::new()),
        }
    }

    pub(crate) fn append_missing(&mut self) {
        match self {
            Self::Bool(builder) => builder.append_null(),
            Self::Int(builder) => builder.append_null(),
            Self::Long(builder) | Self::Datetime(builder) | Self::Timespan(builder) => builder.append_null(),
            Self::Real(builder) => builder.append_null(),
            Self::Decimal(builder) => builder.append_null(),
            Self::String(builder) => builder.append_value(""),
            Self::Guid(builder) => builder.append_null(),
            Self::Dynamic(builder) => builder.append_null(),
        }
    }

    /// A cell of a text file. An empty one is missing; blanks around anything but text are nothing.
    pub(crate) fn append_text(&mut self, text: &str) -> Result<(), WrongType> {
        let cell = text.trim();
        match self {
            Self::String(builder) => builder.append_value(text),
            _ if cell.is_empty() => self.append_missing(),
            Self::Bool(builder) => builder.append_value(boolean::parse(cell).ok_or(WrongType)?),
            Self::Int(builder) => builder.append_value(integer::parse_int(cell).ok_or(WrongType)?),
            Self::Long(builder) => builder.append_value(integer::parse_long(cell).ok_or(WrongType)?),
            Self::Real(builder) => builder.append_value(real::parse(cell).ok_or(WrongType)?),
            Self::Decimal(builder) => {
                let (low, high) = Decimal::parse(cell).ok_or(WrongType)?.to_parts();
                builder.append_value(i256::from_parts(low, high));
            }
            Self::Datetime(builder) => builder.append_value(datetime::parse(cell).ok_or(WrongType)?),
            Self::Timespan(builder) => builder.append_value(timespan::parse(cell).ok_or(WrongType)?),
            Self::Guid(builder) => {
                let guid = guid::parse(cell).ok_or(WrongType)?;
                builder.append_value(guid.to_be_bytes()).map_err(|_| WrongType)?;
            }
            // As everywhere in KQL, text that is no JSON is a dynamic text.
            Self::Dynamic(builder) if cell == "null" => builder.append_null(),
            Self::Dynamic(builder) if cell::is_json(cell) => builder.append_value(cell),
            Self::Dynamic(builder) => builder.append_value(cell::json_text(text)),
        }
        Ok(())
    }

    /// A member of a JSON object. `null` is missing.
    pub(crate) fn append_json(&mut self, value: &RawValue) -> Result<(), WrongType> {
        let raw = value.get();
        if raw == "null" {
            self.append_missing();
            return Ok(());
        }
        match self {
            Self::Dynamic(builder) => builder.append_value(raw),
            _ if raw.starts_with('"') => {
                let text: Cow<'_, str> = serde_json::from_str(raw).map_err(|_| WrongType)?;
                self.append_text(&text)?;
            }
            Self::String(builder) => builder.append_value(raw),
            Self::Bool(builder) if matches!(raw, "true" | "false") => builder.append_value(raw == "true"),
            Self::Bool(_) if matches!(raw, "0" | "1") => self.append_text(raw)?,
            Self::Int(_) | Self::Long(_) | Self::Real(_) | Self::Decimal(_) => self.append_text(raw)?,
            _ => return Err(WrongType),
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Long(builder) | Self::Datetime(builder) | Self::Timespan(builder) => {
                Arc::new(builder.finish())
            }
            Self::Real(builder) => Arc::new(builder.finish()),
            Self::Decimal(builder) => Arc::new(builder.finish()),
            Self::String(builder) | Self::Dynamic(builder) => Arc::new(builder.finish()),
            Self::Guid(builder) => Arc::new(builder.finish()),
        }
    }
}
