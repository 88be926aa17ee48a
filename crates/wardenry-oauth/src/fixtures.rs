//! A tenant, a client and a resource for the tests of the decisions.

use std::sync::{Arc, OnceLock};

use uuid::Uuid;
use wardenry_core::catalogue::THREAT_PROTECTION;
use wardenry_core::id::{AppId, KeyId, ServicePrincipalId, TenantId};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;
use wardenry_jose::{Certificate, SigningKey};

use crate::answers::{
    CertificateFacts, ClientAnswer, PrincipalFacts, ResourceAnswer, SecretFacts, SignInAudience,
    TenantAnswer, TokenVersion,
};

pub(crate) const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);
pub(crate) const ORIGIN: &str = "https://localhost:8443";
pub(crate) const TENANT: TenantId = TenantId::from_guid(Uuid::from_u128(0xa));
pub(crate) const PARTNER: TenantId = TenantId::from_guid(Uuid::from_u128(0xb));
pub(crate) const CLIENT: AppId = AppId::from_guid(Uuid::from_u128(0xc));

pub(crate) fn at(secs_from_now: i64) -> Timestamp {
    Timestamp::from_unix_secs(NOW.unix_secs() + secs_from_now)
}

/// One key for all tests: making one takes longer than they do.
pub(crate) fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(fresh_key)
}

pub(crate) fn fresh_key() -> SigningKey {
    let generated = SigningKey::generate(NOW).unwrap();
    SigningKey::load(&generated.private_key, generated.certificate).unwrap()
}

pub(crate) fn tenant() -> TenantAnswer {
    TenantAnswer {
        id: TENANT,
        domains: vec!["alder.example".into(), "foods.example".into()],
        display_name: "Alder Foods".into(),
        region: "EU".into(),
        created: Timestamp::from_unix_secs(1_700_000_000),
    }
}

pub(crate) fn secret(byte: u8, start: Timestamp, end: Timestamp) -> SecretFacts {
    SecretFacts { key_id: KeyId::from_guid(Uuid::from_u128(byte.into())), digest: digest(byte), start, end }
}

pub(crate) fn digest(byte: u8) -> SecretDigest {
    SecretDigest::from_bytes([byte; 32])
}

/// A multi-tenant app of the partner, consented in the tenant, with one valid secret (digest of ones)
/// and one registered certificate.
pub(crate) fn client() -> ClientAnswer {
    let certificate = Arc::new(Certificate::from_der(key().certificate_der()).unwrap());
    ClientAnswer {
        app: CLIENT,
        display_name: "Connector".into(),
        home_tenant: PARTNER,
        audience: SignInAudience::AzureADMultipleOrgs,
        disabled: false,
        secrets: vec![secret(1, at(-60), at(60))],
        certificates: vec![CertificateFacts {
            key_id: KeyId::from_guid(Uuid::from_u128(9)),
            certificate,
            start: at(-60),
            end: at(60),
        }],
        principal: Some(principal()),
    }
}

pub(crate) fn principal() -> PrincipalFacts {
    PrincipalFacts {
        id: ServicePrincipalId::from_guid(Uuid::from_u128(0xd)),
        enabled: true,
        created: NOW,
        app_roles: vec![(THREAT_PROTECTION.app_id, vec!["Incident.Read.All".into()])],
        assigned_resources: vec![THREAT_PROTECTION.app_id],
    }
}

pub(crate) fn resource(app: AppId, token_version: TokenVersion) -> ResourceAnswer {
    ResourceAnswer {
        app,
        display_name: "Resource".into(),
        principal: ServicePrincipalId::from_guid(Uuid::from_u128(0xe)),
        enabled: true,
        assignment_required: false,
        token_version,
    }
}
