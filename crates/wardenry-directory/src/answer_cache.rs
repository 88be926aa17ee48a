//! Remembered answers to the protocol's questions.
//!
//! A token request asks about a tenant, a client and a resource; without a cache that is a dozen
//! statements for one signature. Every write makes all answers be forgotten, and an answer that was
//! being put together while a write happened is never found again: each entry carries the generation
//! in which its reading began, and writes begin a new generation after they have committed.
//!
//! This is sound because one server owns a data folder. A backend that several servers share needs the
//! generation in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::sync::Cache;
use wardenry_core::id::{AppId, TenantId};
use wardenry_oauth::answers::{ClientAnswer, ResourceAnswer, TenantAnswer};
use wardenry_oauth::tenant_segment::TenantSegment;

/// The most answers of each kind that are remembered.
const CAPACITY: u64 = 50_000;

/// Moment in the history of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Generation(u64);

#[derive(Debug)]
pub(crate) struct AnswerCache {
    generation: AtomicU64,
    pub(crate) tenants: Cache<(Generation, TenantKey), Arc<TenantAnswer>>,
    pub(crate) clients: Cache<(Generation, TenantId, AppId), Arc<ClientAnswer>>,
    pub(crate) resources: Cache<(Generation, TenantId, String), Arc<ResourceAnswer>>,
}

/// A concrete name of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TenantKey {
    Id(TenantId),
    Domain(String),
}

impl TenantKey {
    /// `None` for the shared names, which stand for no tenant.
    pub(crate) fn of(segment: &TenantSegment) -> Option<Self> {
        match segment {
            TenantSegment::Id(id) => Some(Self::Id(*id)),
            TenantSegment::Domain(domain) => Some(Self::Domain(domain.clone())),
            TenantSegment::Common | TenantSegment::Organizations | TenantSegment::Consumers => None,
        }
    }
}

impl AnswerCache {
    pub(crate) fn new() -> Self {
        Self {
            generation: AtomicU64::new(0),
            tenants: Cache::new(CAPACITY),
            clients: Cache::new(CAPACITY),
            resources: Cache::new(CAPACITY),
        }
    }

    /// To be taken before reading what an answer is made of.
    pub(crate) fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::SeqCst))
    }

    pub(crate) fn forget_everything(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.tenants.invalidate_all();
        self.clients.invalidate_all();
        self.resources.invalidate_all();
    }
}
