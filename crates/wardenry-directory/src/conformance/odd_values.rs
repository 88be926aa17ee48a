//! Values that break careless storage.

use wardenry_core::time::Timestamp;

use crate::model::{
    Actor, Application, AuditEvent, CertificateCredential, DelegatedGrant, PasswordCredential, RedirectUris,
    ServicePrincipal, Tenant, User,
};
use crate::store::{Change, DirectoryStore};

use super::forms;
use super::outcome::apply;
use super::samples::{
    ALL, application, audit_event, certificate, grant, password, principal, principal_id, session, tenant,
    tenant_id, user, user_id,
};

/// Other scripts, combining characters, the syntax of SQL, JSON and patterns, line ends, nothing at all.
const TEXTS: [&str; 9] = [
    "Größe, naïve café, İstanbul",
    "e\u{301} is not \u{e9}",
    "東京都 🏢 \u{1f469}\u{200d}\u{1f4bb} \u{202e}evil\u{202c}",
    "'); DROP TABLE tenant; --",
    r#"["a", {"b": null}] \" \\ \u0041"#,
    "100 % _sure_ $1 ?1 :a @b",
    "line\r\nline\ttab\u{7f}\u{85}\u{2028}",
    " leading and trailing ",
    "",
];

/// Every text is kept to the byte, in fields and in lists.
pub async fn texts_come_back_as_they_went_in(store: &dyn DirectoryStore) {
    for (n, text) in (1..).zip(TEXTS) {
        let texts = vec![text.to_owned(), text.to_owned()];
        let id = tenant_id(n);
        let tenant = Tenant {
            display_name: text.to_owned(),
            domains: vec![text.to_owned()],
            region: text.to_owned(),
            ..tenant(n)
        };
        let user = User { user_name: text.to_owned(), display_name: text.to_owned(), ..user(id, n) };
        let mut application = Application {
            display_name: text.to_owned(),
            redirect_uris: RedirectUris {
                web: texts.clone(),
                spa: texts.clone(),
                public_client: texts.clone(),
            },
            identifier_uris: vec![text.to_owned()],
            tags: texts.clone(),
            passwords: vec![PasswordCredential { display_name: Some(text.to_owned()), ..password(n) }],
            ..application(id, n)
        };
        text.clone_into(&mut application.app_roles[0].description);
        text.clone_into(&mut application.scopes[0].value);
        let principal =
            ServicePrincipal { display_name: text.to_owned(), tags: texts.clone(), ..principal(id, n) };
        let grant = DelegatedGrant { id: text.to_owned(), scopes: texts.clone(), ..grant(id, n, n, n) };
        let event = AuditEvent {
            actor: Actor::User { id: user.id, name: text.to_owned() },
            target: text.to_owned(),
            detail: text.to_owned(),
            ..audit_event(id, n)
        };
        let changes = [
            Change::PutTenant(tenant.clone()),
            Change::PutUser(user.clone()),
            Change::PutApplication(application.clone()),
            Change::PutServicePrincipal(principal.clone()),
            Change::PutDelegatedGrant(grant.clone()),
        ];
        store.commit(&changes, &event).await.unwrap();

        assert_eq!(store.tenant_by_domain(text).await.unwrap(), Some(tenant));
        assert_eq!(store.user_by_name(text).await.unwrap(), Some(user));
        let found = store.application_by_identifier_uri(text).await.unwrap();
        assert_eq!(found.as_ref().map(forms::application), Some(forms::application(&application)));
        assert_eq!(store.service_principals(id, ALL).await.unwrap(), [principal]);
        assert_eq!(store.delegated_grants_of(id, principal_id(n)).await.unwrap(), [grant]);
        assert_eq!(store.audit_events(id, ALL).await.unwrap(), [event]);
    }
}

/// A credential "for ever" and a clock that was never set are kept to the tick, and sort.
pub async fn times_may_lie_at_the_ends_of_the_range(store: &dyn DirectoryStore) {
    let (first, last) = (Timestamp::from_unix_ticks(i64::MIN), Timestamp::from_unix_ticks(i64::MAX));
    let oldest = Tenant { created: first, ..tenant(3) };
    let epoch = Tenant { created: Timestamp::UNIX_EPOCH, ..tenant(2) };
    let newest = Tenant { created: last, ..tenant(1) };
    let equipped = Application {
        created: first,
        passwords: vec![PasswordCredential { start: first, end: last, ..password(1) }],
        certificates: vec![CertificateCredential { start: first, end: last, ..certificate(2) }],
        ..application(tenant_id(1), 1)
    };
    let mut signed_in = session(tenant_id(1), user_id(1), 1);
    signed_in.expires = last;
    let event = AuditEvent { at: first, ..audit_event(tenant_id(1), 1) };
    let changes = [
        Change::PutTenant(newest.clone()),
        Change::PutTenant(epoch.clone()),
        Change::PutTenant(oldest.clone()),
        Change::PutUser(user(tenant_id(1), 1)),
        Change::PutApplication(equipped.clone()),
        Change::AddSession(signed_in.clone()),
    ];
    store.commit(&changes, &event).await.unwrap();
    assert_eq!(store.tenants(ALL).await.unwrap(), [oldest, epoch, newest]);
    let listed = forms::applications(&store.applications(tenant_id(1), ALL).await.unwrap());
    assert_eq!(listed, [forms::application(&equipped)]);
    let found = store.session(&signed_in.digest).await.unwrap();
    assert_eq!(found.as_ref().map(forms::session), Some(forms::session(&signed_in)));
    assert_eq!(store.audit_events(tenant_id(1), ALL).await.unwrap(), [event]);
}

/// What the directory lets through is kept whole: long names, long lists, certificates with long chains.
pub async fn big_values_come_back_whole(store: &dyn DirectoryStore) {
    let uris: Vec<String> = (0..200).map(|n| format!("https://{n}.example/{}", "x".repeat(1000))).collect();
    let big = Application {
        display_name: "ü".repeat(100_000),
        redirect_uris: RedirectUris { web: uris.clone(), ..RedirectUris::default() },
        identifier_uris: uris,
        certificates: (1..=20)
            .map(|n| CertificateCredential { certificate_der: vec![n; 50_000], ..certificate(n) })
            .collect(),
        ..application(tenant_id(1), 1)
    };
    apply(store, &[Change::PutTenant(tenant(1)), Change::PutApplication(big.clone())]).await;
    let found = store.application_by_app_id(big.app_id).await.unwrap();
    assert!(found.as_ref().map(forms::application) == Some(forms::application(&big)));
}
