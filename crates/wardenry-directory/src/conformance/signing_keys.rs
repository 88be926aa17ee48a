//! Token signing keys.

use crate::model::StoredSigningKey;
use crate::store::{Change, DirectoryStore, Unique};

use super::forms;
use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{at, signing_key};

/// Rotation goes by age; keys of one age have an order too.
pub async fn keys_are_listed_oldest_first(store: &dyn DirectoryStore) {
    assert_eq!(forms::signing_keys(&store.signing_keys().await.unwrap()), []);
    let aged = |n, age| StoredSigningKey { created: at(age), ..signing_key(n) };
    let order = [aged(4, 1), aged(1, 2), aged(2, 3), aged(3, 3)];
    let jumbled = [3, 1, 0, 2].map(|n: usize| Change::AddSigningKey(order[n].clone()));
    apply(store, &jumbled).await;
    let listed = store.signing_keys().await.unwrap();
    assert_eq!(forms::signing_keys(&listed), forms::signing_keys(&order));
}

/// A key id in a token's header leads to one key, which is never replaced.
pub async fn a_key_id_is_taken_once(store: &dyn DirectoryStore) {
    apply(store, &[Change::AddSigningKey(signing_key(1))]).await;
    let second = StoredSigningKey { kid: signing_key(1).kid, ..signing_key(2) };
    assert_refused(store, Change::AddSigningKey(second), Outcome::Exists(Unique::SigningKey)).await;
}
