use crate::{Decimal, ScalarType, boolean, datetime, guid, real, timespan};

/// A scalar value, with its type. `None` is the null of that type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Bool(Option<bool>),
    Int(Option<i32>),
    Long(Option<i64>),
    Real(Option<f64>),
    /// The digits as they were written, for example `-12.50` or `1e-3`.
    Decimal(Option<Box<str>>),
    String(Box<str>),
    /// Ticks since 0001-01-01T00:00:00Z.
    Datetime(Option<i64>),
    /// Ticks.
    Timespan(Option<i64>),
    /// The 128 bits, most significant first as the text form shows them.
    Guid(Option<u128>),
    /// JSON text.
    Dynamic(Option<Box<str>>),
}

impl Value {
    pub const fn scalar_type(&self) -> ScalarType {
        match self {
            Self::Bool(_) => ScalarType::Bool,
            Self::Int(_) => ScalarType::Int,
            Self::Long(_) => ScalarType::Long,
            Self::Real(_) => ScalarType::Real,
            Self::Decimal(_) => ScalarType::Decimal,
            Self::String(_) => ScalarType::String,
            Self::Datetime(_) => ScalarType::Datetime,
            Self::Timespan(_) => ScalarType::Timespan,
            Self::Guid(_) => ScalarType::Guid,
            Self::Dynamic(_) => ScalarType::Dynamic,
        }
    }

    /// The null of a type; the empty text for `string`, which has none.
    pub fn null(scalar_type: ScalarType) -> Self {
        match scalar_type {
            ScalarType::Bool => Self::Bool(None),
            ScalarType::Int => Self::Int(None),
            ScalarType::Long => Self::Long(None),
            ScalarType::Real => Self::Real(None),
            ScalarType::Decimal => Self::Decimal(None),
            ScalarType::String => Self::String("".into()),
            ScalarType::Datetime => Self::Datetime(None),
            ScalarType::Timespan => Self::Timespan(None),
            ScalarType::Guid => Self::Guid(None),
            ScalarType::Dynamic => Self::Dynamic(None),
        }
    }

    pub const fn is_null(&self) -> bool {
        match self {
            Self::Bool(value) => value.is_none(),
            Self::Int(value) => value.is_none(),
            Self::Long(value) | Self::Datetime(value) | Self::Timespan(value) => value.is_none(),
            Self::Real(value) => value.is_none(),
            Self::Decimal(value) | Self::Dynamic(value) => value.is_none(),
            Self::String(_) => false,
            Self::Guid(value) => value.is_none(),
        }
    }

    /// What `tostring()` makes of the value; the empty text for nulls. JSON text stays as it is.
    pub fn text(&self) -> String {
        match self {
            Self::Bool(value) => value.map(|value| boolean::text(value).to_owned()),
            Self::Int(value) => value.map(|value| value.to_string()),
            Self::Long(value) => value.map(|value| value.to_string()),
            Self::Real(value) => value.map(real::text),
            Self::Decimal(value) => value.as_deref().and_then(Decimal::parse).map(Decimal::text),
            Self::String(value) => Some(value.to_string()),
            Self::Datetime(value) => value.map(datetime::text),
            Self::Timespan(value) => value.map(timespan::text),
            Self::Guid(value) => value.map(guid::text),
            Self::Dynamic(value) => value.as_deref().map(str::to_owned),
        }
        .unwrap_or_default()
    }
}
