use object_store::Error;

/// Why requests cannot be made at all.
#[derive(Debug, thiserror::Error)]
pub enum S3SettingsError {
    #[error("the certificates of the authority cannot be read")]
    Authority(#[source] reqwest::Error),
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
    #[error("the access key has characters that no key has")]
    AccessKey,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum S3Error {
    /// After as many attempts as are made.
    #[error("the object store cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the object store refuses: {code} ({status}), {message}")]
    Refused {
        status: u16,
        /// The protocol's, for example `NoSuchBucket`.
        code: String,
        message: String,
    },
    /// It does not speak the protocol.
    #[error("the object store answers what it must not: {0}")]
    Unexpected(&'static str),
}

impl S3Error {
    pub(crate) fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }

    /// As the users of stores know it.
    pub(crate) fn about(self, path: &str) -> Error {
        let path = path.to_owned();
        let (status, bucket_is_missing) = match &self {
            Self::Refused { status, code, .. } => (*status, code == "NoSuchBucket"),
            _ => (0, false),
        };
        let source = Box::new(self);
        match status {
            404 if !bucket_is_missing => Error::NotFound { path, source },
            401 => Error::Unauthenticated { path, source },
            403 => Error::PermissionDenied { path, source },
            412 => Error::Precondition { path, source },
            _ => Error::Generic { store: "S3", source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is missing with its bucket may be there again with it.
    #[test]
    fn an_object_is_missing_only_where_there_is_a_bucket() {
        let refused = |status, code: &str| {
            let (code, message) = (code.to_owned(), String::new());
            S3Error::Refused { status, code, message }.about("a")
        };
        assert!(matches!(refused(404, "NoSuchKey"), Error::NotFound { .. }));
        assert!(matches!(refused(404, "no code"), Error::NotFound { .. }));
        assert!(matches!(refused(404, "NoSuchBucket"), Error::Generic { .. }));
        assert!(matches!(refused(403, "AccessDenied"), Error::PermissionDenied { .. }));
        assert!(matches!(refused(503, "SlowDown"), Error::Generic { .. }));
    }
}
