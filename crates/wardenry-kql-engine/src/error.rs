use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use wardenry_diagnostic::Span;
use wardenry_kql_functions::FunctionError;

/// Why a query that was understood could not be run to its end.
///
/// Every message is for the query's author. What the execution library says is kept as a source, for the log of
/// whoever runs the engine, and never becomes part of a message.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the result has more than {limit} row{}", plural(*.limit))]
    TooManyRows { limit: u64 },
    #[error("the result is larger than {limit} bytes")]
    ResultTooLarge { limit: u64 },
    #[error("the query ran longer than {} second{}", .limit.as_secs(), plural(.limit.as_secs()))]
    TimedOut { limit: Duration },
    #[error("the query needs more memory than the {limit} bytes that it may use")]
    OutOfMemory { limit: usize },
    /// The disk for temporary files is full, by this query or by something else.
    #[error("there is no room for the temporary files that the query needs")]
    NoTemporaryRoom,
    #[error("the query was cancelled")]
    Cancelled,
    /// An operator met a value that it refuses.
    #[error("{operator}: {message}")]
    Operator { operator: &'static str, message: String, span: Span },
    /// A result of one operator would exceed a limit of its own.
    #[error("{operator}: {message}")]
    OperatorLimit { operator: &'static str, message: String, span: Span },
    /// A function met a value that it refuses, or a limit of its own.
    #[error("{source}")]
    Function { source: FunctionError, span: Span },
    /// Something that the language has and that this engine does not run.
    #[error("{what} cannot be run here")]
    Unsupported { what: String, span: Span },
    /// An address that the host's policy does not allow to be read, and what would change that.
    #[error("externaldata may not read {uri}: {remedy}")]
    ExternalDenied { uri: String, remedy: String, span: Span },
    /// An address that is allowed and yields nothing.
    #[error("externaldata cannot read {uri}")]
    ExternalFailed {
        uri: String,
        span: Span,
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    #[error("the rows of a table cannot be read")]
    Read {
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A fault of ours.
    #[error("the engine failed ({stage})")]
    Internal {
        stage: &'static str,
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl RunError {
    /// Stable: never renumbered, never reused.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooManyRows { .. } => "KQL0901",
            Self::ResultTooLarge { .. } => "KQL0902",
            Self::TimedOut { .. } => "KQL0903",
            Self::OutOfMemory { .. } => "KQL0904",
            Self::Cancelled => "KQL0905",
            Self::Operator { .. } => "KQL0906",
            Self::OperatorLimit { .. } => "KQL0907",
            Self::Function { source: FunctionError::Argument { .. }, .. } => "KQL0908",
            Self::Function { source: FunctionError::Limit { .. }, .. } => "KQL0909",
            Self::Function { source: FunctionError::Arrow { .. }, .. } | Self::Internal { .. } => "KQL0910",
            Self::Unsupported { .. } => "KQL0911",
            Self::ExternalDenied { .. } => "KQL0912",
            Self::Read { .. } => "KQL0913",
            Self::ExternalFailed { .. } => "KQL0914",
            Self::NoTemporaryRoom => "KQL0915",
        }
    }

    /// The place in the query that the failure is about, where it is known.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Operator { span, .. }
            | Self::OperatorLimit { span, .. }
            | Self::Function { span, .. }
            | Self::Unsupported { span, .. }
            | Self::ExternalDenied { span, .. }
            | Self::ExternalFailed { span, .. } => Some(*span),
            _ => None,
        }
    }

    pub(crate) fn internal(stage: &'static str, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal { stage, source: source.into() }
    }
}

/// Whether a disk is full. Queries write nothing but temporary files.
fn is_of_full_disk(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            // An error that wraps another has no kind of its own.
            let wrapped = io.get_ref().is_some_and(|wrapped| is_of_full_disk(wrapped));
            if wrapped || matches!(io.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
                return true;
            }
        }
        next = cause.source();
    }
    false
}

/// The ending of a noun behind a number.
const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Errors of ours travel through the execution library as they are.
impl From<RunError> for DataFusionError {
    fn from(error: RunError) -> Self {
        Self::External(Box::new(error))
    }
}

impl RunError {
    /// What an execution's failure means to the query's author.
    pub(crate) fn from_execution(error: DataFusionError, memory_limit: usize) -> Self {
        if is_of_full_disk(&error) {
            return Self::NoTemporaryRoom;
        }
        match error {
            DataFusionError::External(error) => match error.downcast::<Self>() {
                Ok(error) => *error,
                Err(error) => match error.downcast::<ArrowError>() {
                    Ok(error) => Self::from_arrow(*error, memory_limit),
                    // Only the tables bring errors that are neither ours nor the library's.
                    Err(error) => Self::Read { source: error },
                },
            },
            DataFusionError::ArrowError(error, _) => Self::from_arrow(*error, memory_limit),
            DataFusionError::Context(_, error) | DataFusionError::Diagnostic(_, error) => {
                Self::from_execution(*error, memory_limit)
            }
            DataFusionError::Collection(mut errors) if !errors.is_empty() => {
                Self::from_execution(errors.swap_remove(0), memory_limit)
            }
            DataFusionError::Shared(error) => match Arc::try_unwrap(error) {
                Ok(error) => Self::from_execution(error, memory_limit),
                Err(error) => Self::from_shared(&error, memory_limit),
            },
            DataFusionError::ResourcesExhausted(_) => Self::OutOfMemory { limit: memory_limit },
            error @ (DataFusionError::ParquetError(_)
            | DataFusionError::ObjectStore(_)
            | DataFusionError::IoError(_)) => Self::Read { source: error.into() },
            error => Self::internal("execution", error),
        }
    }

    fn from_arrow(error: ArrowError, memory_limit: usize) -> Self {
        match error {
            ArrowError::ExternalError(error) => match error.downcast::<DataFusionError>() {
                Ok(error) => Self::from_execution(*error, memory_limit),
                Err(error) => match error.downcast::<Self>() {
                    Ok(error) => *error,
                    Err(error) => Self::Internal { stage: "execution", source: error },
                },
            },
            // The files that operators write to are as large as they may be.
            ArrowError::IoError(message, _) if message.contains("spilling") => {
                Self::OutOfMemory { limit: memory_limit }
            }
            error => Self::internal("execution", error),
        }
    }

    /// Of a failure that several partitions hold.
    fn from_shared(error: &DataFusionError, memory_limit: usize) -> Self {
        match error.find_root() {
            DataFusionError::External(error) => match error.downcast_ref::<Self>() {
                Some(error) => error.copy(),
                None => Self::internal("execution", error.to_string()),
            },
            DataFusionError::ResourcesExhausted(_) => Self::OutOfMemory { limit: memory_limit },
            error @ (DataFusionError::ParquetError(_)
            | DataFusionError::ObjectStore(_)
            | DataFusionError::IoError(_)) => Self::Read { source: error.to_string().into() },
            error => Self::internal("execution", error.to_string()),
        }
    }

    /// The same failure; of sources that cannot be copied, the text.
    fn copy(&self) -> Self {
        match self {
            Self::TooManyRows { limit } => Self::TooManyRows { limit: *limit },
            Self::ResultTooLarge { limit } => Self::ResultTooLarge { limit: *limit },
            Self::TimedOut { limit } => Self::TimedOut { limit: *limit },
            Self::OutOfMemory { limit } => Self::OutOfMemory { limit: *limit },
            Self::NoTemporaryRoom => Self::NoTemporaryRoom,
            Self::Cancelled => Self::Cancelled,
            Self::Operator { operator, message, span } => {
                Self::Operator { operator, message: message.clone(), span: *span }
            }
            Self::OperatorLimit { operator, message, span } => {
                Self::OperatorLimit { operator, message: message.clone(), span: *span }
            }
            Self::Function { source, span } => Self::Function {
                source: match source {
                    FunctionError::Argument { function, message } => {
                        FunctionError::Argument { function, message: message.clone() }
                    }
                    FunctionError::Limit { function, message } => {
                        FunctionError::Limit { function, message: message.clone() }
                    }
                    FunctionError::Arrow { function, source } => FunctionError::Arrow {
                        function,
                        source: ArrowError::ComputeError(source.to_string()),
                    },
                },
                span: *span,
            },
            Self::Unsupported { what, span } => Self::Unsupported { what: what.clone(), span: *span },
            Self::ExternalDenied { uri, remedy, span } => {
                Self::ExternalDenied { uri: uri.clone(), remedy: remedy.clone(), span: *span }
            }
            Self::ExternalFailed { uri, span, source } => {
                Self::ExternalFailed { uri: uri.clone(), span: *span, source: source.to_string().into() }
            }
            Self::Read { source } => Self::Read { source: source.to_string().into() },
            Self::Internal { stage, source } => Self::internal(stage, source.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_found_in_whatever_it_is_wrapped() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let arrow = ArrowError::IoError("IO error".to_owned(), io::Error::other(full()));
        for error in [
            DataFusionError::IoError(full()),
            DataFusionError::ArrowError(Box::new(arrow), None),
            DataFusionError::External(Box::new(full())).context("while sorting"),
            DataFusionError::Shared(Arc::new(DataFusionError::IoError(full()))),
        ] {
            let shown = error.to_string();
            let found = RunError::from_execution(error, 1);
            assert!(matches!(found, RunError::NoTemporaryRoom), "{shown}: {found:?}");
        }
        let other = DataFusionError::IoError(io::Error::from(io::ErrorKind::PermissionDenied));
        assert!(matches!(RunError::from_execution(other, 1), RunError::Read { .. }));
    }
}
