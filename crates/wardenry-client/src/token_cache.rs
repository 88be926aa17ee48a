//! Tokens kept in memory: one request per key at a time, replaced before they end.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use wardenry_core::id::AppId;
use wardenry_core::time::{Clock, Timestamp};
use wardenry_oauth::EndpointVersion;

use crate::error::Error;
use crate::tenant::TenantName;
use crate::token::AccessToken;

/// After a failed attempt to replace a token that is still valid, how long it is served without another.
const PAUSE_AFTER_FAILED_REFRESH: Duration = Duration::from_secs(30);
/// When more keys than this are held, those whose tokens have ended are dropped.
const PRUNE_ABOVE: usize = 4096;

type Flight = Shared<BoxFuture<'static, Result<AccessToken, Error>>>;

/// What a token was issued for. Two clouds, tenants, apps, resources or endpoint generations never share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TokenKey {
    pub(crate) authority: String,
    pub(crate) tenant: TenantName,
    pub(crate) app: AppId,
    pub(crate) resource: String,
    pub(crate) version: EndpointVersion,
}

/// Access tokens by (authority, tenant, app, resource, endpoint generation), in memory only.
///
/// - Concurrent callers for one key share one request and its outcome, a failure included. Failures are
///   not remembered beyond that.
/// - A token is replaced ahead of its end. While that runs, other callers get the old one; when it fails,
///   the old one is served on and the next attempt waits half a minute.
///
/// Cheap to clone; clones share the tokens.
#[derive(Clone)]
pub struct TokenCache {
    slots: Arc<Mutex<HashMap<TokenKey, Slot>>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Slot {
    token: Option<AccessToken>,
    flight: Option<Flight>,
    no_refresh_before: Option<Timestamp>,
}

/// Why a token is being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// There is no valid token: the request deserves patience.
    None,
    /// There is a valid token: a quick attempt will do.
    Refresh,
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").field("keys", &self.slots().len()).finish_non_exhaustive()
    }
}

impl TokenCache {
    /// An empty cache.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { slots: Arc::default(), clock }
    }

    /// The token for this key: the cached one, or else the outcome of `request`, which at most one caller
    /// runs at a time.
    pub(crate) async fn token<F>(
        &self,
        key: &TokenKey,
        request: impl FnOnce(Need) -> F,
    ) -> Result<AccessToken, Error>
    where
        F: Future<Output = Result<AccessToken, Error>> + Send + 'static,
    {
        let (flight, old) = match self.look_up(key, request) {
            Found::Token(token) => return Ok(token),
            Found::Flight(flight, old) => (flight, old),
        };
        let outcome = flight.clone().await;
        self.land(key, &flight, &outcome);
        match (outcome, old) {
            (Err(error), Some(old)) if old.is_valid(self.clock.now()) => {
                tracing::debug!(error.code = error.code(), "serving the old token, as replacing it failed");
                Ok(old)
            }
            (outcome, _) => outcome,
        }
    }

    /// Forgets this very token, because an API refused it. A newer one stays.
    pub(crate) fn forget(&self, key: &TokenKey, refused: &AccessToken) {
        if let Some(slot) = self.slots().get_mut(key) {
            slot.token.take_if(|token| token.secret().matches(refused.secret()));
        }
    }

    fn look_up<F>(&self, key: &TokenKey, request: impl FnOnce(Need) -> F) -> Found
    where
        F: Future<Output = Result<AccessToken, Error>> + Send + 'static,
    {
        let now = self.clock.now();
        let mut slots = self.slots();
        if slots.len() > PRUNE_ABOVE {
            slots.retain(|_, slot| {
                slot.flight.is_some() || slot.token.as_ref().is_some_and(|t| t.is_valid(now))
            });
        }
        let slot = slots.entry(key.clone()).or_default();
        // Nobody waits for it any more, so nobody drives it: its connection may be long gone.
        slot.flight.take_if(|flight| flight.strong_count() == Some(1));
        let valid = slot.token.clone().filter(|token| token.is_valid(now));
        let Some(token) = valid else {
            let flight = slot.flight.get_or_insert_with(|| request(Need::None).boxed().shared()).clone();
            return Found::Flight(flight, None);
        };
        let may_refresh =
            slot.flight.is_none() && slot.no_refresh_before.is_none_or(|earliest| now >= earliest);
        if token.is_due(now) && may_refresh {
            let flight = request(Need::Refresh).boxed().shared();
            slot.flight = Some(flight.clone());
            return Found::Flight(flight, Some(token));
        }
        Found::Token(token)
    }

    /// Stores the outcome, once, whichever of the waiting callers comes first.
    fn land(&self, key: &TokenKey, flight: &Flight, outcome: &Result<AccessToken, Error>) {
        let mut slots = self.slots();
        let Some(slot) = slots.get_mut(key) else { return };
        if slot.flight.take_if(|current| current.ptr_eq(flight)).is_none() {
            return;
        }
        match outcome {
            Ok(token) => *slot = Slot { token: Some(token.clone()), ..Slot::default() },
            Err(_) => slot.no_refresh_before = Some(self.clock.now().plus(PAUSE_AFTER_FAILED_REFRESH)),
        }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<TokenKey, Slot>> {
        // The map is consistent between any two statements that hold the lock, so a panic elsewhere in
        // the process is no reason to fail.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Found {
    Token(AccessToken),
    /// A request under way, and the still valid token that it would replace.
    Flight(Flight, Option<AccessToken>),
}
