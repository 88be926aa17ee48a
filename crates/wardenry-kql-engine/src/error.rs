use std::error::Error as StdError;
use std::time::Duration;

use datafusion::error::DataFusionError;
use wardenry_diagnostic::Span;
use wardenry_kql_functions::FunctionError;

/// Why a query that was understood could not be run to its end.
///
/// Every message is for the query's author. What the execution library says is kept as a source, for the log of
/// whoever runs the engine, and never becomes part of a message.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the result has more than {limit} rows")]
    TooManyRows { limit: u64 },
    #[error("the result is larger than {limit} bytes")]
    ResultTooLarge { limit: u64 },
    #[error("the query ran longer than {} seconds", .limit.as_secs())]
    TimedOut { limit: Duration },
    #[error("the query needs more memory than the {limit} bytes that it may use")]
    OutOfMemory { limit: usize },
    #[error("the query was cancelled")]
    Cancelled,
    /// An operator met a value that it refuses.
    #[error("{operator}: {message}")]
    Operator { operator: &'static str, message: String, span: Span },
    /// A result of one operator would exceed a limit of its own.
    #[error("{operator}: {message}")]
    OperatorLimit { operator: &'static str, message: String, span: Span },
    #[error(transparent)]
    Function(#[from] FunctionError),
    /// Something that the language has and that this engine does not run.
    #[error("{what} cannot be run here")]
    Unsupported { what: String, span: Span },
    /// An address that the host's policy does not allow to be read.
    #[error("externaldata may not read {uri}")]
    ExternalDenied { uri: String, span: Span },
    #[error("a source of `{table}` cannot be read")]
    Read {
        table: String,
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
            Self::Function(FunctionError::Argument { .. }) => "KQL0908",
            Self::Function(FunctionError::Limit { .. }) => "KQL0909",
            Self::Function(FunctionError::Arrow { .. }) | Self::Internal { .. } => "KQL0910",
            Self::Unsupported { .. } => "KQL0911",
            Self::ExternalDenied { .. } => "KQL0912",
            Self::Read { .. } => "KQL0913",
        }
    }

    /// The place in the query that the failure is about, where it is known.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Operator { span, .. }
            | Self::OperatorLimit { span, .. }
            | Self::Unsupported { span, .. }
            | Self::ExternalDenied { span, .. } => Some(*span),
            _ => None,
        }
    }

    pub(crate) fn internal(stage: &'static str, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal { stage, source: source.into() }
    }
}

/// Errors of ours travel through the execution library as they are.
impl From<RunError> for DataFusionError {
    fn from(error: RunError) -> Self {
        Self::External(Box::new(error))
    }
}
