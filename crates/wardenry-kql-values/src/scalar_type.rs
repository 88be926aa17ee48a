use std::fmt;

/// The scalar data types of KQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScalarType {
    Bool,
    /// 32 bits, signed.
    Int,
    /// 64 bits, signed.
    Long,
    /// IEEE 754 double.
    Real,
    Decimal,
    /// UTF-8. There is no null string: a missing one is empty.
    String,
    /// 100 ns ticks since 0001-01-01T00:00:00Z.
    Datetime,
    /// 100 ns ticks.
    Timespan,
    Guid,
    /// A JSON value.
    Dynamic,
}

impl ScalarType {
    pub const ALL: [Self; 10] = [
        Self::Bool,
        Self::Int,
        Self::Long,
        Self::Real,
        Self::Decimal,
        Self::String,
        Self::Datetime,
        Self::Timespan,
        Self::Guid,
        Self::Dynamic,
    ];

    /// The name under which the type is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::Decimal => "decimal",
            Self::String => "string",
            Self::Datetime => "datetime",
            Self::Timespan => "timespan",
            Self::Guid => "guid",
            Self::Dynamic => "dynamic",
        }
    }

    /// The type that a name means in a query, its older spellings included.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "boolean" => Self::Bool,
            "int" | "int32" | "uint" | "uint32" => Self::Int,
            "long" | "int64" | "ulong" | "uint64" => Self::Long,
            "real" | "double" | "float" => Self::Real,
            "decimal" => Self::Decimal,
            "string" => Self::String,
            "datetime" | "date" => Self::Datetime,
            "timespan" | "time" => Self::Timespan,
            "guid" | "uuid" | "uniqueid" => Self::Guid,
            "dynamic" => Self::Dynamic,
            _ => return None,
        })
    }

    /// The function that converts to the type.
    pub const fn conversion(self) -> &'static str {
        match self {
            Self::Bool => "tobool",
            Self::Int => "toint",
            Self::Long => "tolong",
            Self::Real => "toreal",
            Self::Decimal => "todecimal",
            Self::String => "tostring",
            Self::Datetime => "todatetime",
            Self::Timespan => "totimespan",
            Self::Guid => "toguid",
            Self::Dynamic => "todynamic",
        }
    }

    /// `int`, `long`, `real` and `decimal`.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real | Self::Decimal)
    }

    pub const fn is_integer(self) -> bool {
        matches!(self, Self::Int | Self::Long)
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
