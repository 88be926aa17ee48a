//! Applications.

use wardenry_oauth::answers::SignInAudience;

use crate::model::{Application, RedirectUris};
use crate::store::{Change, DirectoryStore, Page, Unique};

use super::forms::{self, guids};
use super::outcome::{Outcome, apply, assert_refused};
use super::samples::{
    ALL, app_id, application, application_id, at, certificate, password, principal, tenant, tenant_id,
};

/// Tokens are asked for by app id, administration is done by object id, resources are named by URI.
pub async fn an_application_is_found_by_every_name_with_all_it_has(store: &dyn DirectoryStore) {
    let plain = application(tenant_id(1), 2);
    let expected = Application {
        passwords: vec![password(1), password(2)],
        certificates: vec![certificate(3), certificate(4)],
        ..application(tenant_id(1), 1)
    };
    let mut changes = vec![
        Change::PutTenant(tenant(1)),
        Change::PutApplication(plain),
        Change::PutApplication(application(tenant_id(1), 1)),
    ];
    for credential in expected.passwords.clone() {
        changes.push(Change::AddPassword { application: expected.id, credential });
    }
    for credential in expected.certificates.clone() {
        changes.push(Change::AddCertificate { application: expected.id, credential });
    }
    apply(store, &changes).await;

    let mut found = vec![
        store.application(tenant_id(1), expected.id).await.unwrap(),
        store.application_by_app_id(expected.app_id).await.unwrap(),
    ];
    for uri in &expected.identifier_uris {
        found.push(store.application_by_identifier_uri(uri).await.unwrap());
    }
    let expected_form = forms::application(&expected);
    for application in found {
        assert_eq!(application.as_ref().map(forms::application).as_ref(), Some(&expected_form));
    }
    assert!(store.application(tenant_id(1), application_id(3)).await.unwrap().is_none());
    assert!(store.application_by_app_id(app_id(3)).await.unwrap().is_none());
    assert!(store.application_by_identifier_uri("api://a3").await.unwrap().is_none());
}

/// Every list may be empty and every optional field absent.
pub async fn an_application_may_have_nothing_but_its_name(store: &dyn DirectoryStore) {
    let bare = Application {
        audience: SignInAudience::AzureADMyOrg,
        disabled: false,
        redirect_uris: RedirectUris::default(),
        identifier_uris: Vec::new(),
        required_resources: Vec::new(),
        app_roles: Vec::new(),
        scopes: Vec::new(),
        requested_token_version: None,
        tags: Vec::new(),
        owner: None,
        ..application(tenant_id(1), 1)
    };
    apply(store, &[Change::PutTenant(tenant(1)), Change::PutApplication(bare.clone())]).await;
    let found = store.application_by_app_id(bare.app_id).await.unwrap();
    assert_eq!(found.as_ref().map(forms::application), Some(forms::application(&bare)));
}

/// Credentials have changes of their own, so that an edit of the name cannot bring a removed secret back.
pub async fn putting_again_replaces_everything_but_the_credentials(store: &dyn DirectoryStore) {
    let before = application(tenant_id(1), 1);
    apply(
        store,
        &[
            Change::PutTenant(tenant(1)),
            Change::PutApplication(before.clone()),
            Change::AddPassword { application: before.id, credential: password(1) },
            Change::AddCertificate { application: before.id, credential: certificate(2) },
        ],
    )
    .await;
    let edited = Application {
        app_id: app_id(9),
        display_name: "Renamed".to_owned(),
        audience: SignInAudience::AzureADMyOrg,
        disabled: false,
        redirect_uris: RedirectUris { spa: vec!["https://s.example".to_owned()], ..RedirectUris::default() },
        identifier_uris: vec!["api://new".to_owned(), "api://a1".to_owned()],
        required_resources: before.required_resources[..1].to_vec(),
        app_roles: Vec::new(),
        scopes: Vec::new(),
        requested_token_version: Some(1),
        tags: Vec::new(),
        created: at(9),
        owner: None,
        passwords: vec![password(7)],
        certificates: Vec::new(),
        ..before
    };
    apply(store, &[Change::PutApplication(edited.clone())]).await;

    let expected = Application { passwords: vec![password(1)], certificates: vec![certificate(2)], ..edited };
    let listed = forms::applications(&store.applications(tenant_id(1), ALL).await.unwrap());
    assert_eq!(listed, [forms::application(&expected)]);
    assert!(store.application_by_app_id(app_id(1)).await.unwrap().is_none());
    assert!(store.application_by_identifier_uri("https://z1.example").await.unwrap().is_none());
}

/// An application that is new comes with the credentials that it carries.
pub async fn a_new_application_brings_its_credentials(store: &dyn DirectoryStore) {
    let equipped = Application {
        passwords: vec![password(2), password(1)],
        certificates: vec![certificate(3)],
        ..application(tenant_id(1), 1)
    };
    apply(store, &[Change::PutTenant(tenant(1)), Change::PutApplication(equipped.clone())]).await;
    let found = store.application_by_app_id(equipped.app_id).await.unwrap();
    assert_eq!(found.as_ref().map(forms::application), Some(forms::application(&equipped)));
}

/// The app id identifies a client over all tenants: a second owner, new or edited, is refused.
pub async fn an_app_id_belongs_to_one_application(store: &dyn DirectoryStore) {
    two_applications(store).await;
    for (home, n) in [(1, 2), (1, 3), (2, 4)] {
        let second = Application { app_id: app_id(1), ..application(tenant_id(home), n) };
        assert_refused(store, Change::PutApplication(second), Outcome::Exists(Unique::AppId)).await;
    }
}

/// Credentials are added by object id alone, so no other tenant can have an application of that id.
pub async fn an_object_id_belongs_to_one_application(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let second = Application { id: application_id(1), ..application(tenant_id(2), 3) };
    assert_refused(store, Change::PutApplication(second), Outcome::Exists(Unique::Other)).await;
}

/// A resource's name leads to one application: a second owner, new or edited, is refused.
pub async fn an_identifier_uri_belongs_to_one_application(store: &dyn DirectoryStore) {
    two_applications(store).await;
    for (home, n) in [(1, 2), (1, 3), (2, 4)] {
        let identifier_uris = vec!["api://own".to_owned(), "api://a1".to_owned()];
        let second = Application { identifier_uris, ..application(tenant_id(home), n) };
        assert_refused(store, Change::PutApplication(second), Outcome::Exists(Unique::IdentifierUri)).await;
    }
    let doubled = Application {
        identifier_uris: vec!["api://b".to_owned(), "api://b".to_owned()],
        ..application(tenant_id(1), 3)
    };
    assert_refused(store, Change::PutApplication(doubled), Outcome::Exists(Unique::IdentifierUri)).await;
}

/// A trailing slash or another letter case makes another name.
pub async fn identifier_uris_are_compared_exactly(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let similar = ["API://A1", "api://a1/", "api://A1", "api://a1 "];
    for uri in similar {
        assert!(store.application_by_identifier_uri(uri).await.unwrap().is_none(), "{uri:?}");
    }
    let neighbour =
        Application { identifier_uris: similar.map(str::to_owned).to_vec(), ..application(tenant_id(1), 3) };
    apply(store, &[Change::PutApplication(neighbour.clone())]).await;
    for uri in similar {
        let found = store.application_by_identifier_uri(uri).await.unwrap();
        assert_eq!(found.map(|application| application.id), Some(neighbour.id), "{uri:?}");
    }
}

/// What one change frees, a later one of the same commit can take.
pub async fn an_identifier_uri_can_move_within_a_commit(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let giver = Application { identifier_uris: Vec::new(), ..application(tenant_id(1), 1) };
    let taker = Application { identifier_uris: vec!["api://a1".to_owned()], ..application(tenant_id(1), 2) };
    apply(store, &[Change::PutApplication(giver), Change::PutApplication(taker.clone())]).await;
    let found = store.application_by_identifier_uri("api://a1").await.unwrap();
    assert_eq!(found.map(|application| application.id), Some(taker.id));
}

/// No application is at home in a tenant that is not there.
pub async fn the_home_tenant_has_to_exist(store: &dyn DirectoryStore) {
    apply(store, &[Change::PutTenant(tenant(1))]).await;
    let homeless = Change::PutApplication(application(tenant_id(2), 1));
    assert_refused(store, homeless, Outcome::Missing).await;
}

/// A deleted application leaves no credential that a later one of the same id could inherit.
pub async fn deleting_takes_credentials_and_names_along(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let doomed = application(tenant_id(1), 1);
    apply(
        store,
        &[
            Change::AddPassword { application: doomed.id, credential: password(1) },
            Change::AddCertificate { application: doomed.id, credential: certificate(2) },
            Change::DeleteApplication { tenant: tenant_id(1), id: doomed.id },
        ],
    )
    .await;
    assert!(store.application(tenant_id(1), doomed.id).await.unwrap().is_none());
    assert!(store.application_by_app_id(doomed.app_id).await.unwrap().is_none());
    assert!(store.application_by_identifier_uri("api://a1").await.unwrap().is_none());

    apply(store, &[Change::PutApplication(doomed.clone())]).await;
    let found = store.application_by_identifier_uri("api://a1").await.unwrap();
    assert_eq!(found.as_ref().map(forms::application), Some(forms::application(&doomed)));
}

/// Customers keep their service principal of an application that its publisher has deleted.
pub async fn deleting_leaves_service_principals(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let (home, customer) = (principal(tenant_id(1), 1), principal(tenant_id(2), 1));
    apply(
        store,
        &[
            Change::PutServicePrincipal(home.clone()),
            Change::PutServicePrincipal(customer.clone()),
            Change::DeleteApplication { tenant: tenant_id(1), id: application_id(1) },
        ],
    )
    .await;
    for expected in [home, customer] {
        let found = store.service_principal_by_app(expected.tenant, app_id(1)).await.unwrap();
        assert_eq!(found, Some(expected));
    }
}

/// A second deletion is told that there is nothing left.
pub async fn deleting_what_is_not_there_is_refused(store: &dyn DirectoryStore) {
    two_applications(store).await;
    let unknown = Change::DeleteApplication { tenant: tenant_id(1), id: application_id(3) };
    assert_refused(store, unknown, Outcome::Missing).await;
}

/// Listings have a stable order, and an application with many credentials counts once.
pub async fn applications_are_listed_by_age_then_id(store: &dyn DirectoryStore) {
    let mut changes = vec![Change::PutTenant(tenant(1)), Change::PutTenant(tenant(2))];
    for (home, n, age) in [(1, 5, 1), (2, 6, 1), (1, 4, 3), (1, 3, 3), (1, 2, 2)] {
        let aged = Application { created: at(age), ..application(tenant_id(home), n) };
        changes.push(Change::PutApplication(aged));
    }
    for n in 1..4 {
        changes.push(Change::AddPassword { application: application_id(2), credential: password(n) });
    }
    apply(store, &changes).await;
    let order = [5, 2, 3, 4].map(|n| application_id(n).as_guid());
    let id = |application: &Application| application.id.as_guid();
    for (page, expected) in [
        (ALL, &order[..]),
        (Page { skip: 0, take: 3 }, &order[..3]),
        (Page { skip: 1, take: 2 }, &order[1..3]),
        (Page { skip: 3, take: 9 }, &order[3..]),
        (Page { skip: 4, take: 1 }, &[]),
        (Page { skip: 0, take: 0 }, &[]),
    ] {
        assert_eq!(guids(&store.applications(tenant_id(1), page).await.unwrap(), id), expected, "{page:?}");
    }
    let page = Page { skip: 1, take: 1 };
    let expected = Application {
        created: at(2),
        passwords: vec![password(1), password(2), password(3)],
        ..application(tenant_id(1), 2)
    };
    let listed = forms::applications(&store.applications(tenant_id(1), page).await.unwrap());
    assert_eq!(listed, [forms::application(&expected)]);
}

/// Applications 1 and 2 in tenant 1, and an empty tenant 2.
async fn two_applications(store: &dyn DirectoryStore) {
    apply(
        store,
        &[
            Change::PutTenant(tenant(1)),
            Change::PutTenant(tenant(2)),
            Change::PutApplication(application(tenant_id(1), 1)),
            Change::PutApplication(application(tenant_id(1), 2)),
        ],
    )
    .await;
}
