//! Reading a request's body whole, within bounds of size and time.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use http_body_util::LengthLimitError;

/// The body did not arrive, or is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("the request body is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    #[error("the request body did not arrive within {} seconds", timeout.as_secs())]
    TooSlow { timeout: Duration },
    #[error("the request body did not arrive whole")]
    Broken,
}

fn is_too_large(error: &axum::Error) -> bool {
    error.source().is_some_and(<dyn Error>::is::<LengthLimitError>)
}

/// Reads at most so many bytes in at most this time.
pub async fn read(body: Body, limit_bytes: usize, timeout: Duration) -> Result<Bytes, BodyError> {
    match tokio::time::timeout(timeout, to_bytes(body, limit_bytes)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_large(&error) => Err(BodyError::TooLarge { limit_bytes }),
        Ok(Err(_)) => Err(BodyError::Broken),
        Err(_) => Err(BodyError::TooSlow { timeout }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_are_bounded_in_size_and_time() {
        let minute = Duration::from_secs(60);
        assert_eq!(read(Body::from("abc"), 3, minute).await, Ok(Bytes::from("abc")));
        assert_eq!(read(Body::from("abcd"), 3, minute).await, Err(BodyError::TooLarge { limit_bytes: 3 }));
        let torn = futures_util::stream::iter([Ok("ab"), Err(std::io::Error::other("gone"))]);
        assert_eq!(read(Body::from_stream(torn), 3, minute).await, Err(BodyError::Broken));
        let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let slow = read(Body::from_stream(never), 3, Duration::ZERO).await;
        assert_eq!(slow, Err(BodyError::TooSlow { timeout: Duration::ZERO }));
    }
}
