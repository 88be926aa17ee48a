//! What can go wrong in the directory.

use wardenry_oauth::caller::MissingPermission;
use wardenry_oauth::consent::ConsentRefusal;

use crate::store::{StoreError, Unique};

/// Why the directory did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// No such object in the caller's tenant.
    #[error("no {what} with the id '{id}' exists in this tenant")]
    NotFound { what: &'static str, id: String },
    /// A property's value is not acceptable.
    #[error("the value of '{property}' is not valid: {problem}")]
    Invalid { property: String, problem: String },
    /// Something with this identity exists already.
    #[error("{0} exists already")]
    Exists(Unique),
    /// The caller's token lacks the permission.
    #[error(transparent)]
    MissingPermission(#[from] MissingPermission),
    /// The caller's permission does not reach this object.
    #[error("{0}")]
    OutOfReach(&'static str),
    /// The consent cannot be given.
    #[error("the consent cannot be given")]
    Consent(ConsentRefusal),
    /// The application asks for something else than what the user was shown.
    #[error("the application has changed what it asks for")]
    ConsentChanged,
    /// The database failed.
    #[error("the directory's storage failed")]
    Store(#[source] StoreError),
}

impl DirectoryError {
    pub(crate) fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    pub(crate) fn invalid(property: impl Into<String>, problem: impl ToString) -> Self {
        Self::Invalid { property: property.into(), problem: problem.to_string() }
    }
}

impl From<StoreError> for DirectoryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Exists(unique) => Self::Exists(unique),
            error => Self::Store(error),
        }
    }
}
