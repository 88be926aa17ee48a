//! When applications got their last tokens.

use crate::store::DirectoryStore;

use super::samples::{app_id, at, tenant_id};

/// One time for each application and tenant: the latest, whatever came first.
pub async fn the_latest_time_of_each_application_is_kept(store: &dyn DirectoryStore) {
    assert_eq!(store.last_tokens(tenant_id(1)).await.unwrap(), []);
    for (tenant, app, time) in [(1, 1, 5), (1, 1, 7), (1, 1, 6), (1, 2, 3), (2, 1, 9)] {
        store.note_token(tenant_id(tenant), app_id(app), at(time)).await.unwrap();
    }
    let kept = store.last_tokens(tenant_id(1)).await.unwrap();
    assert_eq!(kept, [(app_id(1), at(7)), (app_id(2), at(3))]);
    assert_eq!(store.last_tokens(tenant_id(2)).await.unwrap(), [(app_id(1), at(9))]);
    assert_eq!(store.last_tokens(tenant_id(3)).await.unwrap(), []);
}
