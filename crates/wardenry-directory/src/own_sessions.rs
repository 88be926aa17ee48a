//! The sessions of a user, for the user: where they are signed in, and ending that.

use std::net::IpAddr;

use wardenry_core::secret::{SecretDigest, SecretString};
use wardenry_core::time::Timestamp;
use wardenry_jose::{base64url, decode_base64url};

use crate::directory::{Deed, Directory, Writing};
use crate::error::DirectoryError;
use crate::model::Session;
use crate::sign_in::SignedInUser;
use crate::store::Change;

/// A running session of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Names the session to its user; it opens nothing.
    pub handle: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub address: Option<IpAddr>,
    /// What the browser has called itself.
    pub browser: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl Directory {
    /// The running sessions of a user, the newest first. `current` is the cookie of the one that asks.
    pub async fn own_sessions(
        &self,
        user: &SignedInUser,
        current: &SecretString,
    ) -> Result<Vec<OwnSession>, DirectoryError> {
        let current = self.digest(current);
        let own = |session: Session| OwnSession {
            handle: handle(&session.digest),
            created: session.created,
            expires: session.expires,
            address: session.address,
            browser: session.browser,
            current: session.digest.matches(&current),
        };
        Ok(self.running_sessions(user).await?.into_iter().map(own).collect())
    }

    /// Ends one session of the user's own.
    pub async fn end_own_session(&self, user: &SignedInUser, wanted: &str) -> Result<(), DirectoryError> {
        let wanted: Option<[u8; 32]> = decode_base64url(wanted).and_then(|bytes| bytes.try_into().ok());
        let wanted = wanted
            .map(SecretDigest::from_bytes)
            .ok_or_else(|| DirectoryError::not_found("session", "of this name"))?;
        let writing = self.begin_writing().await;
        let mut sessions = self.running_sessions(user).await?;
        sessions.retain(|session| session.digest.matches(&wanted));
        if sessions.is_empty() {
            return Err(DirectoryError::not_found("session", "of this name"));
        }
        self.end(writing, user, sessions, "one").await
    }

    /// Ends all sessions of the user but the one with this cookie.
    pub async fn end_other_sessions(
        &self,
        user: &SignedInUser,
        current: &SecretString,
    ) -> Result<(), DirectoryError> {
        let current = self.digest(current);
        let writing = self.begin_writing().await;
        let mut sessions = self.running_sessions(user).await?;
        sessions.retain(|session| !session.digest.matches(&current));
        if sessions.is_empty() {
            return Ok(());
        }
        self.end(writing, user, sessions, "all others").await
    }

    async fn end(
        &self,
        writing: Writing,
        user: &SignedInUser,
        sessions: Vec<Session>,
        which: &str,
    ) -> Result<(), DirectoryError> {
        let changes = sessions.into_iter().map(|session| Change::RemoveSession { digest: session.digest });
        let deed = Deed {
            tenant: user.tenant(),
            actor: &user.actor(),
            action: "session.end",
            target: format!("user {}", user.id()),
            detail: which.to_owned(),
        };
        self.commit(writing, changes.collect(), deed).await
    }

    async fn running_sessions(&self, user: &SignedInUser) -> Result<Vec<Session>, DirectoryError> {
        let mut sessions = self.store.sessions_of(user.tenant(), user.id()).await?;
        let now = self.now();
        sessions.retain(|session| session.expires > now);
        sessions.reverse();
        Ok(sessions)
    }
}

fn handle(digest: &SecretDigest) -> String {
    base64url(digest.as_bytes())
}
