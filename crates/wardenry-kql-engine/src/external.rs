use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::TableProvider;
use wardenry_kql_values::{ScalarType, Value};

/// What `externaldata` asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalRequest {
    /// As written, in order.
    pub uris: Vec<String>,
    pub columns: Vec<(Arc<str>, ScalarType)>,
    /// `format`, `ignoreFirstRecord`, …, as written.
    pub options: Vec<(Box<str>, Value)>,
}

/// Decides which addresses `externaldata` may read, and reads them.
///
/// Queries come from people who must not read whatever the machine can reach: an implementation allows what it has been told to allow,
/// and bounds what it fetches.
#[async_trait]
pub trait External: Debug + Send + Sync {
    /// The rows, with the columns that were asked for in the layout of [`wardenry_kql_functions::layout`].
    async fn read(&self, request: &ExternalRequest) -> Result<Arc<dyn TableProvider>, ExternalError>;
}

/// Why `externaldata` has no rows.
#[derive(Debug, thiserror::Error)]
pub enum ExternalError {
    /// What must be done so that it is allowed, for whoever runs the engine.
    #[error("{uri} may not be read")]
    Denied { uri: String, remedy: String },
    #[error("{uri} cannot be read")]
    Failed {
        uri: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Allows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoExternal;

#[async_trait]
impl External for NoExternal {
    async fn read(&self, request: &ExternalRequest) -> Result<Arc<dyn TableProvider>, ExternalError> {
        Err(ExternalError::Denied {
            uri: request.uris.first().cloned().unwrap_or_default(),
            remedy: "whoever runs the engine must allow its host for externaldata".to_owned(),
        })
    }
}
