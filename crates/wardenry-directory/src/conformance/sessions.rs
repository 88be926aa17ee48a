//! Signed-in browsers.

use crate::store::{Change, DirectoryStore, Unique};

use super::forms;
use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{digest, session, tenant, tenant_id, user, user_id};

/// A cookie leads to its session until someone signs out. Whether it has expired is the directory's
/// business.
pub async fn a_session_is_found_by_its_digest_until_it_is_removed(store: &dyn DirectoryStore) {
    user_of_tenant_1(store).await;
    let sessions = [1, 2].map(|n| session(tenant_id(1), user_id(1), n));
    apply(store, &sessions.clone().map(Change::AddSession)).await;
    for expected in &sessions {
        let found = store.session(&expected.digest).await.unwrap();
        assert_eq!(found.as_ref().map(forms::session), Some(forms::session(expected)));
    }
    assert!(store.session(&digest(3)).await.unwrap().is_none());
    apply(store, &[Change::RemoveSession { digest: digest(1) }]).await;
    assert!(store.session(&digest(1)).await.unwrap().is_none());
    let kept = store.session(&digest(2)).await.unwrap();
    assert_eq!(kept.as_ref().map(forms::session), Some(forms::session(&sessions[1])));
}

/// What has ended by a time is cleared away, the last moment included; the rest stays.
pub async fn ended_sessions_are_removed_together(store: &dyn DirectoryStore) {
    user_of_tenant_1(store).await;
    let sessions = [1, 2, 3].map(|n| session(tenant_id(1), user_id(1), n));
    apply(store, &sessions.clone().map(Change::AddSession)).await;
    let by = sessions[1].expires;
    apply(store, &[Change::RemoveEndedSessions { by }]).await;
    apply(store, &[Change::RemoveEndedSessions { by }]).await;
    for (n, kept) in [(1, false), (2, false), (3, true)] {
        assert_eq!(store.session(&digest(n)).await.unwrap().is_some(), kept, "session {n}");
    }
}

/// Those of one user and of nobody else; where they came from may be unknown.
pub async fn sessions_of_a_user_are_listed_by_age(store: &dyn DirectoryStore) {
    user_of_tenant_1(store).await;
    let mut sessions = [1, 2, 3].map(|n| session(tenant_id(1), user_id(1), n));
    (sessions[1].address, sessions[1].browser) = (None, None);
    for n in [2, 0, 1] {
        apply(store, &[Change::AddSession(sessions[n].clone())]).await;
    }
    let found = store.sessions_of(tenant_id(1), user_id(1)).await.unwrap();
    let found: Vec<_> = found.iter().map(forms::session).collect();
    assert_eq!(found, sessions.each_ref().map(forms::session));
    assert!(store.sessions_of(tenant_id(2), user_id(1)).await.unwrap().is_empty());
    assert!(store.sessions_of(tenant_id(1), user_id(2)).await.unwrap().is_empty());
}

/// One cookie cannot come to mean another person.
pub async fn a_digest_is_taken_once(store: &dyn DirectoryStore) {
    user_of_tenant_1(store).await;
    apply(
        store,
        &[Change::PutUser(user(tenant_id(1), 2)), Change::AddSession(session(tenant_id(1), user_id(1), 1))],
    )
    .await;
    let second = Change::AddSession(session(tenant_id(1), user_id(2), 1));
    assert_refused(store, second, Outcome::Exists(Unique::Other)).await;
    let found = store.session(&digest(1)).await.unwrap();
    assert_eq!(found.map(|session| session.user), Some(user_id(1)));
}

/// A session is of a user of its tenant.
pub async fn the_user_has_to_exist_in_the_tenant(store: &dyn DirectoryStore) {
    user_of_tenant_1(store).await;
    for (home, n) in [(1, 2), (2, 1)] {
        let stray = Change::AddSession(session(tenant_id(home), user_id(n), 1));
        assert_refused(store, stray, Outcome::Missing).await;
    }
}

/// A second sign-out is told that there is nothing left.
pub async fn removing_what_is_not_there_is_refused(store: &dyn DirectoryStore) {
    user_of_tenant_1(store).await;
    assert_refused(store, Change::RemoveSession { digest: digest(1) }, Outcome::Missing).await;
}

async fn user_of_tenant_1(store: &dyn DirectoryStore) {
    apply(
        store,
        &[Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2)), Change::PutUser(user(tenant_id(1), 1))],
    )
    .await;
}
