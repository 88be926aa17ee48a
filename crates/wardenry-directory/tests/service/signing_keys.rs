//! Signing keys: always two published, rotation, the master key.

use std::collections::BTreeSet;
use std::time::Duration;

use wardenry_core::id::TenantId;
use wardenry_directory::signing_keys::{KeyRing, KeyRingError, SigningKeys};
use wardenry_directory::store::DirectoryStore as _;
use wardenry_jose::{ThumbprintHeader, UnverifiedJws};

use crate::world::{World, directory};

const DAY: Duration = Duration::from_secs(86_400);

fn published(ring: &KeyRing) -> BTreeSet<String> {
    ring.published().map(|key| key.kid().to_owned()).collect()
}

fn token(ring: &KeyRing) -> String {
    ring.signing().sign(&std::collections::BTreeMap::from([("a", "b")]), ThumbprintHeader::Absent)
}

fn verifies(ring: &KeyRing, token: &str) -> bool {
    ring.verification().verify(UnverifiedJws::parse(token).unwrap()).is_ok()
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_keys_survive_a_restart() {
    let world = World::new().await;
    let first = SigningKeys::load(&world.directory).await.unwrap().ring();
    assert_eq!(published(&first).len(), 2);
    assert!(published(&first).contains(first.signing().kid()));
    let world = world.restart().await;
    let again = SigningKeys::load(&world.directory).await.unwrap().ring();
    assert_eq!(published(&again), published(&first));
    assert_eq!(again.signing().kid(), first.signing().kid());
    assert!(verifies(&again, &token(&first)));
}

#[tokio::test]
async fn keys_rotate_with_overlap() {
    let world = World::new().await;
    let keys = SigningKeys::load(&world.directory).await.unwrap();
    let first = keys.ring();
    let token = token(&first);
    let mut signers = vec![first.signing().kid().to_owned()];
    let mut last_verified = 0;
    for day in 1..=400 {
        world.clock.advance(DAY);
        let before = keys.ring();
        keys.rotate(&world.directory).await.unwrap();
        let ring = keys.ring();
        assert!(published(&ring).len() >= 2, "day {day}");
        let kid = ring.signing().kid().to_owned();
        assert!(
            published(&before).contains(&kid),
            "day {day}: whoever fetched the keys yesterday knows the signer"
        );
        if signers.last() != Some(&kid) {
            signers.push(kid);
        }
        if verifies(&ring, &token) {
            last_verified = day;
        }
    }
    assert_eq!(signers.len(), 5, "a key signs for ninety days");
    assert_eq!(last_verified, 91, "a key is published for two days after it stopped signing");
}

#[tokio::test]
async fn a_long_pause_ends_with_usable_keys() {
    let world = World::new().await;
    let keys = SigningKeys::load(&world.directory).await.unwrap();
    let old = published(&keys.ring());
    world.clock.advance(DAY * 3650);
    keys.rotate(&world.directory).await.unwrap();
    let ring = keys.ring();
    assert_eq!(published(&ring).len(), 2);
    assert!(published(&ring).is_disjoint(&old));
    assert!(verifies(&ring, &token(&ring)));
}

#[tokio::test]
async fn keys_sealed_under_another_master_key_are_refused_and_left_alone() {
    let world = World::new().await;
    let kid = SigningKeys::load(&world.directory).await.unwrap().ring().signing().kid().to_owned();
    let refused = SigningKeys::load(&directory(&world.store, &world.clock, 8)).await.unwrap_err();
    assert!(matches!(refused, KeyRingError::Sealed { .. }), "{refused:?}");
    assert!(refused.to_string().contains("does not belong to this database"), "{refused}");
    let again = SigningKeys::load(&world.directory).await.unwrap().ring();
    assert_eq!(again.signing().kid(), kid);
}

#[tokio::test]
async fn private_keys_are_not_readable_in_the_database() {
    let world = World::new().await;
    SigningKeys::load(&world.directory).await.unwrap();
    for key in world.store.signing_keys().await.unwrap() {
        // A PKCS #8 key names its algorithm (rsaEncryption) in the clear.
        const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        let found =
            key.encrypted_private_key.windows(RSA_ENCRYPTION.len()).any(|bytes| bytes == RSA_ENCRYPTION);
        assert!(!found, "{}", key.kid);
    }
    let deployment = world.audit(TenantId::from_guid(uuid::Uuid::nil())).await;
    let actions: Vec<_> = deployment.iter().map(|event| event.action).collect();
    assert_eq!(actions, ["signing_key.add", "signing_key.add"]);
}
