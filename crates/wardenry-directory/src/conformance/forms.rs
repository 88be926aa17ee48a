//! Forms of those objects that cannot be compared themselves, because they hold secrets. Taking them
//! apart by name makes a new field fail to compile here.

use std::net::IpAddr;

use uuid::Uuid;
use wardenry_core::id::{AppId, ApplicationId, KeyId, TenantId, UserId};
use wardenry_core::time::Timestamp;
use wardenry_oauth::answers::SignInAudience;

use crate::model::{
    Application, CertificateCredential, OwnAppRole, OwnScope, PasswordCredential, RedirectUris,
    RequiredResource, Session, StoredSigningKey,
};

#[derive(Debug, PartialEq)]
pub(super) struct ApplicationForm {
    ids: (ApplicationId, AppId, TenantId, Option<AppId>),
    names: (String, Vec<String>, Vec<String>),
    audience: SignInAudience,
    disabled: bool,
    redirect_uris: RedirectUris,
    required_resources: Vec<RequiredResource>,
    app_roles: Vec<OwnAppRole>,
    scopes: Vec<OwnScope>,
    requested_token_version: Option<u8>,
    created: Timestamp,
    passwords: Vec<PasswordForm>,
    certificates: Vec<CertificateCredential>,
}

#[derive(Debug, PartialEq)]
struct PasswordForm {
    key_id: KeyId,
    display_name: Option<String>,
    hint: String,
    digest: [u8; 32],
    validity: (Timestamp, Timestamp),
}

pub(super) fn application(application: &Application) -> ApplicationForm {
    let Application {
        id,
        app_id,
        home_tenant,
        display_name,
        audience,
        disabled,
        redirect_uris,
        identifier_uris,
        required_resources,
        app_roles,
        scopes,
        requested_token_version,
        tags,
        created,
        owner,
        passwords,
        certificates,
    } = application.clone();
    ApplicationForm {
        ids: (id, app_id, home_tenant, owner),
        names: (display_name, identifier_uris, tags),
        audience,
        disabled,
        redirect_uris,
        required_resources,
        app_roles,
        scopes,
        requested_token_version,
        created,
        passwords: passwords.into_iter().map(password).collect(),
        certificates,
    }
}

pub(super) fn applications<'a>(
    applications: impl IntoIterator<Item = &'a Application>,
) -> Vec<ApplicationForm> {
    applications.into_iter().map(application).collect()
}

fn password(credential: PasswordCredential) -> PasswordForm {
    let PasswordCredential { key_id, display_name, hint, digest, start, end } = credential;
    PasswordForm { key_id, display_name, hint, digest: *digest.as_bytes(), validity: (start, end) }
}

/// A session with its digest in the open.
type SessionForm = ([u8; 32], TenantId, UserId, Timestamp, Timestamp, Option<IpAddr>, Option<String>);

pub(super) fn session(session: &Session) -> SessionForm {
    let Session { digest, tenant, user, created, expires, address, browser } = session;
    (*digest.as_bytes(), *tenant, *user, *created, *expires, *address, browser.clone())
}

#[derive(Debug, PartialEq)]
pub(super) struct SigningKeyForm {
    kid: String,
    bytes: (Vec<u8>, Vec<u8>),
    times: (Timestamp, Timestamp, Timestamp),
}

pub(super) fn signing_keys(keys: &[StoredSigningKey]) -> Vec<SigningKeyForm> {
    keys.iter().map(signing_key).collect()
}

fn signing_key(key: &StoredSigningKey) -> SigningKeyForm {
    let StoredSigningKey { kid, encrypted_private_key, certificate_der, created, signs_from, retires } =
        key.clone();
    SigningKeyForm {
        kid,
        bytes: (encrypted_private_key, certificate_der),
        times: (created, signs_from, retires),
    }
}

/// The ids of a listing's items, when only the order matters.
pub(super) fn guids<T>(items: &[T], id: impl Fn(&T) -> Uuid) -> Vec<Uuid> {
    items.iter().map(id).collect()
}
