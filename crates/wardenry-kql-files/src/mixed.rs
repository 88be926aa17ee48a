//! Columns whose values are of more than one type.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use wardenry_kql_values::ScalarType;

/// Where a value stands in a file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Line(u64),
    /// Where lines mean nothing.
    Record(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Record(number) => write!(f, "record {number}"),
        }
    }
}

/// A column that got its type from a few of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixedColumn {
    pub column: Arc<str>,
    /// The type that it got.
    pub scalar_type: ScalarType,
    /// The type that most values have.
    pub mostly: ScalarType,
    /// Values in all; missing ones do not count.
    pub values: u64,
    /// Those of other types.
    pub others: u64,
    /// The first of these.
    pub first: Place,
    pub value: String,
}

impl fmt::Display for MixedColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, scalar_type, mostly, values, others, first, value } = self;
        write!(f, "the column `{column}` is {scalar_type}, not {mostly}, because of {value} in {first}")?;
        match others {
            1 => write!(f, " (the only one of {values} values)"),
            _ => write!(f, " ({others} of {values} values)"),
        }
    }
}

/// Something about a table's types that its owner may not expect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeNote {
    Mixed {
        path: PathBuf,
        column: MixedColumn,
    },
    /// Files of one table disagree.
    Differs {
        column: Arc<str>,
        /// The type that it got.
        scalar_type: ScalarType,
        /// The type in the files before.
        before: ScalarType,
        here: ScalarType,
        path: PathBuf,
    },
    /// There is a header and nothing else, so that every type is a guess.
    NoRows {
        path: PathBuf,
    },
}

impl fmt::Display for TypeNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mixed { path, column } => write!(f, "{}: {column}", path.display()),
            Self::Differs { column, scalar_type, before, here, path } => write!(
                f,
                "the column `{column}` is {scalar_type}, because it is {here} in {} and {before} before",
                path.display()
            ),
            Self::NoRows { path } => write!(f, "{} has no rows: its columns are string", path.display()),
        }
    }
}
