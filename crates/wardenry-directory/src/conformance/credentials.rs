//! Secrets and certificates of applications.

use crate::model::{Application, CertificateCredential, PasswordCredential};
use crate::store::{Change, DirectoryStore, Unique};

use super::forms;
use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{application, application_id, certificate, key_id, password, tenant, tenant_id};

/// Several credentials of either kind are kept at a time, for rotation.
pub async fn credentials_are_listed_in_the_order_of_their_addition(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let passwords = vec![password(3), PasswordCredential { display_name: None, ..password(1) }, password(2)];
    let certificates = vec![certificate(6), CertificateCredential { display_name: None, ..certificate(5) }];
    for credential in passwords.clone() {
        apply(store, &[Change::AddPassword { application: application_id(1), credential }]).await;
    }
    for credential in certificates.clone() {
        apply(store, &[Change::AddCertificate { application: application_id(1), credential }]).await;
    }
    let expected = Application { passwords, certificates, ..application(tenant_id(1), 1) };
    assert_credentials(store, &expected).await;
    assert_credentials(store, &application(tenant_id(1), 2)).await;
}

/// A rotation removes the old credential and nothing else.
pub async fn a_removed_credential_is_gone_and_the_others_stay(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let id = application_id(1);
    apply(
        store,
        &[
            Change::AddPassword { application: id, credential: password(1) },
            Change::AddPassword { application: id, credential: password(2) },
            Change::AddCertificate { application: id, credential: certificate(3) },
            Change::AddCertificate { application: id, credential: certificate(4) },
        ],
    )
    .await;
    apply(store, &[Change::RemovePassword { application: id, key_id: key_id(1) }]).await;
    apply(store, &[Change::RemoveCertificate { application: id, key_id: key_id(4) }]).await;
    let rest = Application {
        passwords: vec![password(2)],
        certificates: vec![certificate(3)],
        ..application(tenant_id(1), 1)
    };
    assert_credentials(store, &rest).await;

    // The key id of a removed credential is free, and the new one is the last in the list.
    apply(store, &[Change::AddPassword { application: id, credential: password(1) }]).await;
    assert_credentials(store, &Application { passwords: vec![password(2), password(1)], ..rest }).await;
}

/// A key id names one credential of an application, whatever its kind.
pub async fn a_key_id_is_taken_once_in_an_application(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let application = application_id(1);
    apply(
        store,
        &[
            Change::AddPassword { application, credential: password(1) },
            Change::AddCertificate { application, credential: certificate(2) },
        ],
    )
    .await;
    for n in [1, 2] {
        let secret = Change::AddPassword { application, credential: password(n) };
        assert_refused(store, secret, Outcome::Exists(Unique::KeyId)).await;
        let certificate = Change::AddCertificate { application, credential: certificate(n) };
        assert_refused(store, certificate, Outcome::Exists(Unique::KeyId)).await;
    }
}

/// A key id that a caller chooses says nothing about the credentials of others.
pub async fn two_applications_may_use_one_key_id(store: &dyn DirectoryStore) {
    two_applications(store).await;
    for n in [1, 2] {
        let application = application_id(n);
        apply(store, &[Change::AddPassword { application, credential: password(1) }]).await;
    }
    apply(store, &[Change::RemovePassword { application: application_id(1), key_id: key_id(1) }]).await;
    assert_credentials(store, &application(tenant_id(1), 1)).await;
    let other = Application { passwords: vec![password(1)], ..application(tenant_id(1), 2) };
    assert_credentials(store, &other).await;
}

/// A credential is never without its application.
pub async fn the_application_has_to_exist(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let application = application_id(3);
    let secret = Change::AddPassword { application, credential: password(1) };
    assert_refused(store, secret, Outcome::Missing).await;
    let certificate = Change::AddCertificate { application, credential: certificate(1) };
    assert_refused(store, certificate, Outcome::Missing).await;
}

/// A removal meets the credential that it names: of that application and of that kind.
pub async fn removing_what_is_not_there_is_refused(store: &dyn DirectoryStore) {
    two_applications(store).await;
    apply(
        store,
        &[
            Change::AddPassword { application: application_id(1), credential: password(1) },
            Change::AddCertificate { application: application_id(1), credential: certificate(2) },
        ],
    )
    .await;
    for (application, n) in [(1, 2), (1, 3), (2, 1), (3, 1)] {
        let application = application_id(application);
        let removal = Change::RemovePassword { application, key_id: key_id(n) };
        assert_refused(store, removal, Outcome::Missing).await;
    }
    for (application, n) in [(1, 1), (1, 3), (2, 2), (3, 2)] {
        let application = application_id(application);
        let removal = Change::RemoveCertificate { application, key_id: key_id(n) };
        assert_refused(store, removal, Outcome::Missing).await;
    }
}

/// Applications 1 and 2 in tenant 1, without credentials.
async fn two_applications(store: &dyn DirectoryStore) {
    apply(
        store,
        &[
            Change::PutTenant(tenant(1)),
            Change::PutApplication(application(tenant_id(1), 1)),
            Change::PutApplication(application(tenant_id(1), 2)),
        ],
    )
    .await;
}

async fn assert_credentials(store: &dyn DirectoryStore, expected: &Application) {
    let found = store.application_by_app_id(expected.app_id).await.unwrap();
    assert_eq!(found.as_ref().map(forms::application), Some(forms::application(expected)));
}
