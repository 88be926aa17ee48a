use serde_json::{Value, json};
use wardenry_core::time::Timestamp;
use wardenry_jose::{KeySet, SigningKey, ThumbprintHeader};
use wardenry_oauth::token_check::{IssuerPolicy, authenticate};

use super::*;

const TENANT: &str = "5b0f7a52-8a0e-4d6e-9d5c-0f6a1c2b3d4e";

/// A caller as the token check makes it, with these claims besides the ones that every token has.
fn caller(claims: &Value) -> Caller {
    let now = Timestamp::from_unix_secs(1_800_000_000);
    let generated = SigningKey::generate(now).unwrap();
    let key = SigningKey::load(&generated.private_key, generated.certificate).unwrap();
    let mut all = json!({
        "aud": "https://api.security.microsoft.com",
        "iss": format!("https://localhost:8443/{TENANT}/"),
        "ver": "1.0",
        "tid": TENANT,
        "appid": "11111111-2222-4333-8444-555555555555",
        "oid": "66666666-7777-4888-8999-000000000000",
        "nbf": 1_799_999_000,
        "exp": 1_800_003_000,
    });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    let token = key.sign(&all, ThumbprintHeader::Present);
    let issuers = IssuerPolicy::of_server(["https://localhost:8443".to_owned()]);
    authenticate(&token, &KeySet::from_signing_keys([&key]), &issuers, &LIST_INCIDENTS, now).unwrap()
}

#[test]
fn an_app_with_the_role_reads_its_own_tenant() {
    for role in ["Incident.Read.All", "Incident.ReadWrite.All", "Incidents.Read.All"] {
        let reader = IncidentReader::of(&caller(&json!({"roles": [role]}))).unwrap();
        assert_eq!(reader.tenant(), TENANT.parse().unwrap(), "{role}");
    }
}

#[test]
fn an_app_without_the_role_is_told_which_one_is_missing() {
    for roles in [json!([]), json!(["AdvancedHunting.Read.All"]), json!(["Incident.Read"])] {
        let refusal = IncidentReader::of(&caller(&json!({"roles": roles}))).unwrap_err();
        assert!(refusal.to_string().contains("Incident.Read.All"), "{refusal}");
        assert!(matches!(refusal, ReadRefusal::MissingPermission(_)));
    }
}

#[test]
fn a_user_needs_the_scope_and_a_directory_role() {
    let of = |scope: &str, roles: &[DirectoryRole]| {
        let wids: Vec<_> = roles.iter().map(|role| role.template_id().to_string()).collect();
        IncidentReader::of(&caller(&json!({"scp": scope, "wids": wids})))
    };
    for role in READER_ROLES {
        assert!(of("openid Incident.Read", &[role]).is_ok(), "{role:?}");
    }
    assert_eq!(of("Incident.Read", &[]), Err(ReadRefusal::UserRole));
    assert_eq!(of("Incident.Read", &[DirectoryRole::ApplicationAdministrator]), Err(ReadRefusal::UserRole));
    let without_scope = of("AdvancedHunting.Read", &[DirectoryRole::SecurityReader]);
    assert!(matches!(without_scope, Err(ReadRefusal::MissingPermission(_))));
    let role_in_scope = of("Incident.Read.All", &[DirectoryRole::SecurityReader]);
    assert!(matches!(role_in_scope, Err(ReadRefusal::MissingPermission(_))));
}

#[test]
fn a_refused_user_is_told_the_roles() {
    assert_eq!(
        ReadRefusal::UserRole.to_string(),
        "the app may read incidents for its user, but the signed-in user has none of the directory roles Global \
         Administrator or Security Reader"
    );
}
