//! Objects to store. The number tells one from another; ids, names and ages follow from it.

use std::net::IpAddr;

use uuid::Uuid;
use wardenry_core::catalogue::DirectoryRole;
use wardenry_core::id::{
    AppId, AppRoleId, ApplicationId, KeyId, ScopeId, ServicePrincipalId, TenantId, UserId,
};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;
use wardenry_oauth::answers::SignInAudience;

use crate::model::{
    Actor, AppRoleAssignment, Application, AuditEvent, CertificateCredential, DelegatedGrant, OwnAppRole,
    OwnScope, PasswordCredential, PasswordHash, RedirectUris, RequiredResource, ServicePrincipal, Session,
    StoredSigningKey, Tenant, User,
};
use crate::store::Page;

/// Every item of a listing.
pub(super) const ALL: Page = Page { skip: 0, take: u32::MAX };

/// Ids of different kinds differ, so that one passed for another finds nothing.
fn guid(kind: u8, n: u8) -> Uuid {
    Uuid::from_bytes([kind, n, 0x5a, 0, 0, 0, 0x4a, 0xff, 0x8b, 0, 0, 0, 0, 0x80, kind, n])
}

/// An instant with a fraction; a greater number is later.
pub(super) fn at(n: u8) -> Timestamp {
    Timestamp::from_unix_ticks(17_700_000_001_234_567 + i64::from(n) * 10_000_000)
}

pub(super) fn tenant_id(n: u8) -> TenantId {
    TenantId::from_guid(guid(1, n))
}

pub(super) fn user_id(n: u8) -> UserId {
    UserId::from_guid(guid(2, n))
}

pub(super) fn application_id(n: u8) -> ApplicationId {
    ApplicationId::from_guid(guid(3, n))
}

pub(super) fn app_id(n: u8) -> AppId {
    AppId::from_guid(guid(4, n))
}

pub(super) fn principal_id(n: u8) -> ServicePrincipalId {
    ServicePrincipalId::from_guid(guid(5, n))
}

pub(super) fn role_id(n: u8) -> AppRoleId {
    AppRoleId::from_guid(guid(6, n))
}

pub(super) fn scope_id(n: u8) -> ScopeId {
    ScopeId::from_guid(guid(7, n))
}

pub(super) fn key_id(n: u8) -> KeyId {
    KeyId::from_guid(guid(8, n))
}

/// An id of the wire's form: 43 characters of base64url.
pub(super) fn wire_id(n: u8) -> String {
    format!("{n:0>3}-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL")
}

pub(super) fn digest(n: u8) -> SecretDigest {
    let mut bytes = [0xd1; 32];
    bytes[31] = n;
    SecretDigest::from_bytes(bytes)
}

pub(super) fn tenant(n: u8) -> Tenant {
    Tenant {
        id: tenant_id(n),
        display_name: format!("Tenant {n}"),
        domains: vec![format!("zeta{n}.example"), format!("alpha{n}.example"), format!("mid{n}.example")],
        region: "EU".to_owned(),
        created: at(n),
    }
}

pub(super) fn user(tenant: TenantId, n: u8) -> User {
    User {
        id: user_id(n),
        tenant,
        user_name: format!("user{n}@alpha.example"),
        display_name: format!("User {n}"),
        password_hash: PasswordHash::from_phc(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA{n}")),
        roles: vec![DirectoryRole::SecurityReader, DirectoryRole::GlobalAdministrator],
        enabled: true,
        created: at(n),
    }
}

/// An application with something in every field but the credentials.
pub(super) fn application(tenant: TenantId, n: u8) -> Application {
    Application {
        id: application_id(n),
        app_id: app_id(n),
        home_tenant: tenant,
        display_name: format!("Application {n}"),
        audience: SignInAudience::AzureADMultipleOrgs,
        disabled: true,
        redirect_uris: RedirectUris {
            web: vec![format!("https://web{n}.example/cb?a=b"), "http://localhost".to_owned()],
            spa: vec![format!("https://spa{n}.example/")],
            public_client: vec![format!("app{n}://auth")],
        },
        identifier_uris: vec![format!("https://z{n}.example"), format!("api://a{n}")],
        required_resources: vec![
            RequiredResource {
                resource: app_id(n.wrapping_add(100)),
                app_roles: vec![role_id(2), role_id(1)],
                scopes: vec![scope_id(1)],
            },
            RequiredResource {
                resource: app_id(n.wrapping_add(101)),
                app_roles: Vec::new(),
                scopes: Vec::new(),
            },
        ],
        app_roles: vec![OwnAppRole {
            id: role_id(9),
            value: "Thing.Read.All".to_owned(),
            display_name: "Read things".to_owned(),
            description: "Reads all things.".to_owned(),
            enabled: true,
            allowed_member_types: vec!["Application".to_owned(), "User".to_owned()],
        }],
        scopes: vec![OwnScope {
            id: scope_id(9),
            value: "Thing.Read".to_owned(),
            display_name: "Read your things".to_owned(),
            description: "Reads the things of the user.".to_owned(),
            enabled: false,
            admin_only: true,
        }],
        requested_token_version: Some(2),
        tags: vec!["HideApp".to_owned(), "partner".to_owned()],
        created: at(n),
        owner: Some(app_id(n.wrapping_add(50))),
        passwords: Vec::new(),
        certificates: Vec::new(),
    }
}

pub(super) fn password(n: u8) -> PasswordCredential {
    PasswordCredential {
        key_id: key_id(n),
        display_name: Some(format!("Secret {n}")),
        hint: format!("w{n:0>2}"),
        digest: digest(n),
        start: at(n),
        end: at(n.saturating_add(100)),
    }
}

pub(super) fn certificate(n: u8) -> CertificateCredential {
    CertificateCredential {
        key_id: key_id(n),
        display_name: Some(format!("Certificate {n}")),
        certificate_der: vec![0x30, 0x82, 0, n, 0xff],
        start: at(n),
        end: at(n.saturating_add(100)),
    }
}

/// The service principal of application number `n`.
pub(super) fn principal(tenant: TenantId, n: u8) -> ServicePrincipal {
    ServicePrincipal {
        id: principal_id(n),
        tenant,
        app_id: app_id(n),
        display_name: format!("Service principal {n}"),
        home_tenant: Some(tenant_id(200)),
        enabled: true,
        assignment_required: false,
        tags: vec!["WindowsAzureActiveDirectoryIntegratedApp".to_owned()],
        created: at(n),
    }
}

/// Assigns role `n` of principal `resource` to principal `client`.
pub(super) fn assignment(tenant: TenantId, n: u8, client: u8, resource: u8) -> AppRoleAssignment {
    AppRoleAssignment {
        id: wire_id(n),
        tenant,
        principal: principal_id(client),
        resource: principal_id(resource),
        role: role_id(n),
        created: at(n),
    }
}

/// Grants principal `client` delegated permissions on principal `resource` for all users.
pub(super) fn grant(tenant: TenantId, n: u8, client: u8, resource: u8) -> DelegatedGrant {
    DelegatedGrant {
        id: wire_id(n),
        tenant,
        client: principal_id(client),
        resource: principal_id(resource),
        user: None,
        scopes: vec!["Thing.Read".to_owned(), "Thing.Write".to_owned()],
        created: at(n),
    }
}

pub(super) fn session(tenant: TenantId, user: UserId, n: u8) -> Session {
    Session {
        digest: digest(n),
        tenant,
        user,
        created: at(n),
        expires: at(n.saturating_add(100)),
        address: Some(IpAddr::from([192, 0, 2, n])),
        browser: Some(format!("Browser/{n}")),
    }
}

pub(super) fn signing_key(n: u8) -> StoredSigningKey {
    StoredSigningKey {
        kid: format!("kid-{n}_{n}"),
        encrypted_private_key: vec![n, 0, 1, 2, 0xff],
        certificate_der: vec![0x30, n],
        created: at(n),
        signs_from: at(n.saturating_add(1)),
        retires: at(n.saturating_add(90)),
    }
}

pub(super) fn audit_event(tenant: TenantId, n: u8) -> AuditEvent {
    AuditEvent {
        id: guid(9, n),
        tenant,
        at: at(n),
        actor: Actor::User { id: user_id(n), name: format!("user{n}@alpha.example") },
        action: "application.password.add",
        target: format!("application {}", application_id(n)),
        detail: format!("Secret {n}, valid for 90 days"),
        address: Some(IpAddr::from([192, 0, 2, n])),
    }
}
