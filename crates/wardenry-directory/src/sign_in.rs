//! Signing people in, and the sessions of their browsers.

use std::time::Duration;

use wardenry_core::calls::ApiCall;
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::entropy::random_bytes;
use wardenry_core::id::{TenantId, UserId};
use wardenry_core::secret::SecretString;
use wardenry_jose::base64url;
use wardenry_oauth::caller::Caller;
use wardenry_oauth::session_caller::SessionUser;

use crate::client_address;
use crate::directory::{Deed, Directory};
use crate::error::DirectoryError;
use crate::model::{Actor, Session, User};
use crate::store::Change;

/// How long a browser stays signed in.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// More characters than a user name can have: 64 before the `@`, and a domain name of 253.
const MAX_USER_NAME: usize = 64 + 1 + 253 + 1;

/// The most characters of what a browser calls itself that are kept.
const MAX_BROWSER: usize = 300;

/// Somebody who has proved who they are. Only a sign-in or a session look-up makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInUser {
    id: UserId,
    tenant: TenantId,
    name: String,
    display_name: String,
    roles: Vec<DirectoryRole>,
}

impl SignedInUser {
    pub(crate) fn of(user: User) -> Self {
        Self {
            id: user.id,
            tenant: user.tenant,
            name: user.user_name,
            display_name: user.display_name,
            roles: user.roles,
        }
    }

    pub fn id(&self) -> UserId {
        self.id
    }

    /// The user's own tenant: the only one in which the user can act.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The user principal name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    pub fn roles(&self) -> &[DirectoryRole] {
        &self.roles
    }

    /// The user as a caller in their own tenant, for what the portal does on their behalf.
    pub fn caller(&self, call: &ApiCall) -> Caller {
        self.session_user().at_home(call)
    }

    pub(crate) fn session_user(&self) -> SessionUser<'_> {
        SessionUser { tenant: self.tenant, id: self.id.as_guid(), name: &self.name, roles: &self.roles }
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::User { id: self.id, name: self.name.clone() }
    }
}

/// Why a sign-in failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// Unknown account or wrong password; which of the two is not told.
    #[error("user name or password is wrong")]
    Invalid,
    /// Too many failures from this account or address.
    #[error("too many failed sign-ins; try again in some minutes")]
    Throttled,
    /// The password is right, but the account is switched off.
    #[error("the account is switched off")]
    Disabled,
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl Directory {
    /// Checks a user name and password. `address` is where the attempt comes from, for throttling.
    pub async fn sign_in(
        &self,
        user_name: &str,
        password: &SecretString,
        address: &str,
    ) -> Result<SignedInUser, SignInError> {
        // Longer than any account's name, and short enough to be counted.
        let user_name: String = user_name.trim().to_lowercase().chars().take(MAX_USER_NAME).collect();
        if !self.throttle.admits(&user_name, address, self.now()) {
            return Err(SignInError::Throttled);
        }
        let user = self.store.user_by_name(&user_name).await.map_err(DirectoryError::from)?;
        let hash = user.as_ref().map(|user| &user.password_hash);
        let verified = self.passwords.verify(password, hash).await;
        match user {
            Some(user) if verified => {
                self.throttle.succeeded(&user_name, address);
                if user.enabled { Ok(SignedInUser::of(user)) } else { Err(SignInError::Disabled) }
            }
            _ => Err(SignInError::Invalid),
        }
    }

    /// Starts a session and returns the cookie's value, which is not kept.
    pub async fn start_session(&self, user: &SignedInUser) -> Result<SecretString, DirectoryError> {
        self.start_session_in(user, None).await
    }

    /// The same in a browser that has said what it is.
    pub async fn start_session_in(
        &self,
        user: &SignedInUser,
        browser: Option<&str>,
    ) -> Result<SecretString, DirectoryError> {
        let value = SecretString::new(base64url(&random_bytes::<32>(self.entropy.as_ref())));
        let created = self.now();
        let session = Session {
            digest: self.digest(&value),
            tenant: user.tenant,
            user: user.id,
            created,
            expires: created.plus(SESSION_LIFETIME),
            address: client_address::current(),
            browser: browser.map(|browser| browser.chars().take(MAX_BROWSER).collect()),
        };
        let deed = Deed {
            tenant: user.tenant,
            actor: &user.actor(),
            action: "session.start",
            target: format!("user {}", user.id),
            detail: String::new(),
        };
        // Whoever signs in clears away what has ended, so that sessions do not pile up.
        let changes = vec![Change::RemoveEndedSessions { by: created }, Change::AddSession(session)];
        self.commit(self.begin_writing().await, changes, deed).await?;
        Ok(value)
    }

    /// The user of a running session. Roles are those of this moment, not of the sign-in.
    pub async fn session_user(&self, cookie: &SecretString) -> Result<Option<SignedInUser>, DirectoryError> {
        let Some(session) = self.store.session(&self.digest(cookie)).await? else { return Ok(None) };
        if session.expires <= self.now() {
            return Ok(None);
        }
        let user = self.store.user(session.tenant, session.user).await?;
        Ok(user.filter(|user| user.enabled).map(SignedInUser::of))
    }

    /// Ends a session. Ending one that is gone already is no error.
    pub async fn end_session(&self, cookie: &SecretString) -> Result<(), DirectoryError> {
        let digest = self.digest(cookie);
        let Some(session) = self.store.session(&digest).await? else { return Ok(()) };
        let deed = Deed {
            tenant: session.tenant,
            actor: &Actor::System,
            action: "session.end",
            target: format!("user {}", session.user),
            detail: String::new(),
        };
        self.commit(self.begin_writing().await, vec![Change::RemoveSession { digest }], deed).await
    }
}
