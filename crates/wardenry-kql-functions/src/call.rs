//! The interface between a checked call and its kernel.

use std::fmt::Debug;
use std::sync::Arc;

use datafusion_expr::ColumnarValue;
use wardenry_kql_values::{ScalarType, Value};

use crate::GeoDatabase;

/// A call site, as it is known before any row is.
#[derive(Debug)]
pub struct ScalarCall<'a> {
    /// The canonical name: a function may serve several.
    pub name: &'static str,
    pub argument_types: &'a [ScalarType],
    /// The value of each argument that is constant.
    pub constants: &'a [Option<Value>],
    pub result_type: ScalarType,
    pub context: &'a Context,
}

/// What is the same in all of a query.
#[derive(Clone, Debug)]
pub struct Context {
    /// The instant of the query, in ticks since 0001-01-01.
    pub now: i64,
    /// For `rand()` and `new_guid()`.
    pub seed: u64,
    /// The largest compiled regular expression, in bytes.
    pub regex_size: usize,
    /// For `geo_info_from_ip_address()`; without one it knows nothing.
    pub geo_database: Option<Arc<dyn GeoDatabase>>,
}

/// A function or operator.
#[derive(Clone, Copy, Debug)]
pub struct ScalarFunction {
    /// The canonical names that it serves.
    pub names: &'static [&'static str],
    /// Prepares a kernel for a call site.
    pub bind: fn(&ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError>,
}

/// What runs over batches.
pub trait Kernel: Debug + Send + Sync {
    /// One value for each of `rows` rows, in the layout of the call's result type. A constant may come back as a scalar.
    fn evaluate(&self, arguments: &[ColumnarValue], rows: usize) -> Result<ColumnarValue, FunctionError>;
}

/// Why a call cannot run. The message is for the query's author.
#[derive(Debug, thiserror::Error)]
pub enum FunctionError {
    /// An argument has a value that the function refuses, for example a regular expression that does not compile.
    #[error("{function}: {message}")]
    Argument { function: &'static str, message: String },
    /// A result would exceed a limit.
    #[error("{function}: {message}")]
    Limit { function: &'static str, message: String },
    #[error("arrow failed in {function}")]
    Arrow {
        function: &'static str,
        #[source]
        source: arrow::error::ArrowError,
    },
}

impl FunctionError {
    /// A call whose arguments are not those of the function. The checker lets none through.
    pub(crate) fn misplaced(function: &'static str) -> Self {
        Self::Argument { function, message: "the arguments are not those of the function".to_owned() }
    }
}
