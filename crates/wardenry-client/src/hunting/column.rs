//! Columns of a hunting result and their types.

use std::fmt;

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HuntingColumn {
    pub name: String,
    /// As on the wire: `DateTime`, `SByte`, `Object`, …
    pub wire_type: String,
    pub column_type: ColumnType,
}

/// The KQL type that a type name of the wire stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    Bool,
    Int,
    Long,
    Real,
    Decimal,
    String,
    Datetime,
    Timespan,
    Guid,
    Dynamic,
    /// A name that this version does not know.
    Unknown,
}

impl ColumnType {
    /// Reads the wire's short .NET names, their full names (`System.Int64`) and KQL's own, in any letter case.
    pub fn from_wire(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        let short = lower.strip_prefix("system.").unwrap_or(&lower);
        match short.strip_prefix("data.sqltypes.").unwrap_or(short) {
            "sbyte" | "boolean" | "bool" => Self::Bool,
            "int32" | "int16" | "byte" | "int" => Self::Int,
            "int64" | "uint32" | "long" => Self::Long,
            "double" | "single" | "real" => Self::Real,
            "sqldecimal" | "decimal" => Self::Decimal,
            "string" => Self::String,
            "datetime" | "datetimeoffset" | "date" => Self::Datetime,
            "timespan" | "time" => Self::Timespan,
            "guid" | "uuid" => Self::Guid,
            "object" | "dynamic" => Self::Dynamic,
            _ => Self::Unknown,
        }
    }

    /// KQL's name of the type.
    pub fn name(self) -> &'static str {
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
            Self::Unknown => "unknown",
        }
    }

    /// Whether values are numbers, which people read right-aligned.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Long | Self::Real | Self::Decimal)
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
