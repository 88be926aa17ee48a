//! Secrets and certificates: several at a time, removal, replacement as a whole.

use std::time::Duration;

use wardenry_core::id::{ApplicationId, KeyId};
use wardenry_core::secret::SecretString;
use wardenry_core::time::{Clock as _, Timestamp};
use wardenry_directory::admin::{CertificateEntry, NewCertificate, NewPassword};
use wardenry_directory::registration::ApplicationPatch;
use wardenry_directory::store::{StoreError, Unique};
use wardenry_directory::{DirectoryError, is_generated_secret};
use wardenry_jose::{Certificate, SigningKey};

use crate::world::{World, directory};

fn certificate(world: &World) -> Certificate {
    let generated = SigningKey::generate(world.clock.now()).unwrap();
    Certificate::from_der(&generated.certificate).unwrap()
}

fn new(certificate: Certificate) -> NewCertificate {
    NewCertificate { display_name: None, certificate, start: None, end: None }
}

async fn replace(
    world: &World,
    id: ApplicationId,
    entries: Vec<CertificateEntry>,
) -> Result<Vec<KeyId>, DirectoryError> {
    let admin = world.operator.application_admin(world.harbour);
    let patch = ApplicationPatch { certificates: Some(entries), ..ApplicationPatch::default() };
    let application = world.directory.update_application(&admin, id, patch).await?;
    Ok(application.certificates.iter().map(|credential| credential.key_id).collect())
}

/// The ids of the certificates by which the service would let the client in.
async fn registered(world: &World, id: ApplicationId) -> Vec<KeyId> {
    let application = world.directory.application(&world.operator.reader(world.harbour), id).await.unwrap();
    let client = world.client(world.harbour, application.app_id).await;
    let answered: Vec<KeyId> = client.certificates.iter().map(|facts| facts.key_id).collect();
    let stored: Vec<KeyId> = application.certificates.iter().map(|credential| credential.key_id).collect();
    assert_eq!(answered, stored);
    answered
}

#[tokio::test]
async fn several_secrets_are_valid_side_by_side_and_one_is_removed_alone() {
    let world = World::new().await;
    let application = world.application(Vec::new()).await;
    let admin = world.operator.application_admin(world.harbour);
    let mut secrets = Vec::new();
    for lifetime_days in [1, 30, 700] {
        let end = world.clock.now().plus(Duration::from_secs(lifetime_days * 86_400));
        let wanted = NewPassword { end: Some(end), ..NewPassword::default() };
        let (credential, secret) =
            world.directory.add_password(&admin, application.id, wanted).await.unwrap();
        assert!(is_generated_secret(secret.expose()));
        assert_eq!((credential.start, credential.end), (world.clock.now(), end));
        secrets.push((credential, secret));
    }
    let known = async |secret: &SecretString| {
        let digest = world.directory.digest(secret);
        let client = world.client(world.alder, application.app_id).await;
        client.secrets.iter().find(|facts| facts.digest.matches(&digest)).map(|facts| facts.key_id)
    };
    for (credential, secret) in &secrets {
        assert_eq!(known(secret).await, Some(credential.key_id));
    }
    world.directory.remove_password(&admin, application.id, secrets[1].0.key_id).await.unwrap();
    assert_eq!(known(&secrets[0].1).await, Some(secrets[0].0.key_id));
    assert_eq!(known(&secrets[1].1).await, None);
    assert_eq!(known(&secrets[2].1).await, Some(secrets[2].0.key_id));
    let again = world.directory.remove_password(&admin, application.id, secrets[1].0.key_id).await;
    assert!(matches!(again, Err(DirectoryError::NotFound { what: "password credential", .. })), "{again:?}");
}

#[tokio::test]
async fn a_secret_is_worthless_under_another_master_key() {
    let world = World::new().await;
    let application = world.application(Vec::new()).await;
    let admin = world.operator.application_admin(world.harbour);
    let (credential, secret) =
        world.directory.add_password(&admin, application.id, NewPassword::default()).await.unwrap();
    let other = directory(&world.store, &world.clock, 8);
    assert!(credential.digest.matches(&world.directory.digest(&secret)));
    assert!(!credential.digest.matches(&other.digest(&secret)));
}

#[tokio::test]
async fn at_most_a_hundred_secrets_are_kept() {
    let world = World::new().await;
    let application = world.application(Vec::new()).await;
    let admin = world.operator.application_admin(world.harbour);
    for _ in 0..100 {
        world.directory.add_password(&admin, application.id, NewPassword::default()).await.unwrap();
    }
    let refused = world.directory.add_password(&admin, application.id, NewPassword::default()).await;
    assert!(matches!(refused, Err(DirectoryError::Invalid { .. })), "{refused:?}");
}

#[tokio::test]
async fn certificates_are_added_and_removed_one_by_one() {
    let world = World::new().await;
    let id = world.application(Vec::new()).await.id;
    let admin = world.operator.application_admin(world.harbour);
    let (one, two) = (certificate(&world), certificate(&world));
    let outside = NewCertificate {
        start: Some(Timestamp::UNIX_EPOCH),
        end: Some(two.not_after().plus(Duration::from_secs(1))),
        ..new(two.clone())
    };
    let first = world.directory.add_certificate(&admin, id, new(one.clone())).await.unwrap();
    let second = world.directory.add_certificate(&admin, id, outside).await.unwrap();
    assert_eq!(first.display_name.as_deref(), Some("CN=Wardenry token signing"));
    assert_eq!(
        (second.start, second.end),
        (two.not_before(), two.not_after()),
        "dates stay within the certificate"
    );
    assert_eq!(registered(&world, id).await, [first.key_id, second.key_id]);
    let twice = world.directory.add_certificate(&admin, id, new(one)).await;
    assert!(matches!(twice, Err(DirectoryError::Invalid { .. })), "{twice:?}");
    world.directory.remove_certificate(&admin, id, first.key_id).await.unwrap();
    assert_eq!(registered(&world, id).await, [second.key_id]);
    world.clock.advance(Duration::from_secs(11 * 365 * 86_400));
    let late = world.directory.add_certificate(&admin, id, new(certificate_of_the_past())).await;
    assert!(matches!(late, Err(DirectoryError::Invalid { .. })), "{late:?}");
}

fn certificate_of_the_past() -> Certificate {
    let generated = SigningKey::generate(Timestamp::from_unix_secs(1_700_000_000)).unwrap();
    Certificate::from_der(&generated.certificate).unwrap()
}

#[tokio::test]
async fn a_list_of_certificates_is_set_as_a_whole_or_not_at_all() {
    let world = World::new().await;
    let id = world.application(Vec::new()).await.id;
    let (one, two, three) = (certificate(&world), certificate(&world), certificate(&world));
    let add = |key_id: Option<KeyId>, certificate: &Certificate| CertificateEntry {
        key_id,
        certificate: Some(new(certificate.clone())),
    };
    let keep = |key_id: KeyId| CertificateEntry { key_id: Some(key_id), certificate: None };
    let ids = replace(&world, id, vec![add(None, &one), add(None, &two)]).await.unwrap();
    assert_eq!(registered(&world, id).await, ids);
    let chosen: KeyId = "99999999-0000-4000-8000-000000000001".parse().unwrap();
    let next = replace(&world, id, vec![keep(ids[1]), add(Some(chosen), &three)]).await.unwrap();
    assert_eq!(next, [ids[1], chosen]);
    assert_eq!(registered(&world, id).await, next);

    let unknown: KeyId = "99999999-0000-4000-8000-000000000002".parse().unwrap();
    for entries in [
        vec![keep(unknown)],
        vec![keep(next[0]), add(None, &one), add(None, &one)],
        vec![add(Some(next[0]), &one)],
        vec![keep(next[0]), add(None, &certificate_of_the_past()), add(None, &two)],
    ] {
        let refused = replace(&world, id, entries).await;
        assert!(matches!(refused, Err(DirectoryError::Invalid { .. })), "{refused:?}");
        assert_eq!(registered(&world, id).await, next);
    }
    // An entry that is named twice is there once.
    assert_eq!(replace(&world, id, vec![keep(next[0]), keep(next[0]), keep(chosen)]).await.unwrap(), next);
    // Ids are unique within the application, over both kinds of credentials.
    let admin = world.operator.application_admin(world.harbour);
    let (password, _) = world.directory.add_password(&admin, id, NewPassword::default()).await.unwrap();
    for key_id in [password.key_id, unknown] {
        let twice = vec![add(Some(key_id), &one), add(Some(unknown), &two)];
        let taken = replace(&world, id, twice).await;
        assert!(matches!(taken, Err(DirectoryError::Exists(Unique::KeyId))), "{taken:?}");
        assert_eq!(registered(&world, id).await, next);
    }
    let other = world.application(Vec::new()).await.id;
    assert_eq!(replace(&world, other, vec![add(Some(chosen), &one)]).await.unwrap(), [chosen]);
    assert_eq!(replace(&world, id, Vec::new()).await.unwrap(), []);
    assert_eq!(registered(&world, id).await, []);
}

#[tokio::test]
async fn a_closed_database_is_reported_as_such() {
    let world = World::new().await;
    let application = world.application(Vec::new()).await;
    let admin = world.operator.application_admin(world.harbour);
    world.store.clone().close().await;
    let failed = world.directory.add_password(&admin, application.id, NewPassword::default()).await;
    assert!(matches!(failed, Err(DirectoryError::Store(StoreError::Backend(_)))), "{failed:?}");
}
