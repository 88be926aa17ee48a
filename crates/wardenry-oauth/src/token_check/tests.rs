use serde_json::json;
use wardenry_core::calls::{GET_INCIDENT, LIST_INCIDENTS};
use wardenry_core::catalogue::{DEFENDER_ATP, THREAT_PROTECTION};
use wardenry_jose::{SigningKey, ThumbprintHeader};

use super::*;
use crate::fixtures::{CLIENT, NOW, ORIGIN, TENANT, at, fresh_key, key};

fn policy() -> IssuerPolicy {
    IssuerPolicy::of_server([ORIGIN.to_owned()])
}

fn claims() -> Value {
    json!({
        "aud": "https://api.security.microsoft.com",
        "iss": format!("{ORIGIN}/{TENANT}/"),
        "nbf": at(-300).unix_secs(),
        "exp": at(3600).unix_secs(),
        "appid": CLIENT,
        "oid": "00000000-0000-0000-0000-00000000000d",
        "roles": ["Incident.Read.All"],
        "tid": TENANT,
        "ver": "1.0",
    })
}

fn changed(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn signed(key: &SigningKey, claims: &Value) -> String {
    key.sign(claims, ThumbprintHeader::Present)
}

fn outcome(token: &str) -> Result<Caller, Check> {
    let keys = KeySet::from_signing_keys([key()]);
    authenticate(token, &keys, &policy(), &LIST_INCIDENTS, NOW).map_err(|failure| failure.check)
}

#[test]
fn a_good_token_yields_its_caller() {
    let caller = outcome(&signed(key(), &claims())).unwrap();
    assert_eq!(
        caller,
        Caller {
            tenant: TENANT,
            app: CLIENT,
            object_id: uuid::Uuid::from_u128(0xd),
            resource: &THREAT_PROTECTION,
            permissions: Permissions::Application { roles: vec!["Incident.Read.All".into()] },
        }
    );
    assert_eq!(caller.may(&GET_INCIDENT), Ok(()));
    assert!(caller.has_app_role("Incident.Read.All"));
}

#[test]
fn every_documented_audience_is_accepted() {
    for (audience, resource) in [
        ("https://api.security.microsoft.com/", &THREAT_PROTECTION),
        ("8ee8fdad-f234-4243-8f3b-15c294843740", &THREAT_PROTECTION),
        ("https://api.securitycenter.microsoft.com", &DEFENDER_ATP),
        ("https://securitycenter.onmicrosoft.com/windowsatpservice", &DEFENDER_ATP),
    ] {
        let caller = outcome(&signed(key(), &changed("aud", json!(audience)))).unwrap();
        assert_eq!(caller.resource(), resource, "{audience}");
    }
}

#[test]
fn a_v2_token_is_held_to_the_v2_issuer() {
    let mut v2 = changed("ver", json!("2.0"));
    assert_eq!(outcome(&signed(key(), &v2)), Err(Check::Issuer));
    v2["iss"] = json!(format!("{ORIGIN}/{TENANT}/v2.0"));
    v2["azp"] = v2.as_object_mut().unwrap().remove("appid").unwrap();
    assert_eq!(outcome(&signed(key(), &v2)).unwrap().app(), CLIENT);
}

#[test]
fn each_defect_fails_its_own_check() {
    let other_tenant = "99999999-0000-0000-0000-00000000000a";
    for (name, value, check) in [
        ("aud", json!("https://graph.microsoft.com"), Check::Audience),
        ("aud", json!("https://api.security.microsoft.com.evil.example"), Check::Audience),
        ("iss", json!(format!("https://evil.example/{TENANT}/")), Check::Issuer),
        ("iss", json!(format!("{ORIGIN}/{other_tenant}/")), Check::Tenant),
        ("tid", json!(other_tenant), Check::Tenant),
        ("tid", json!("common"), Check::Tenant),
        ("nbf", json!(at(1).unix_secs()), Check::NotBefore),
        ("exp", json!(at(0).unix_secs()), Check::Expiry),
        ("exp", Value::Null, Check::Claims),
        ("ver", json!("3.0"), Check::Issuer),
        ("nonce", json!("n"), Check::Claims),
        ("oid", Value::Null, Check::Claims),
    ] {
        assert_eq!(outcome(&signed(key(), &changed(name, value.clone()))), Err(check), "{name} = {value}");
    }
    assert_eq!(outcome(&signed(&fresh_key(), &claims())), Err(Check::Signature));
    assert_eq!(outcome("rubbish"), Err(Check::Form));
}

#[test]
fn a_missing_role_is_named_and_plural_spellings_count() {
    let without = outcome(&signed(key(), &changed("roles", json!(["AdvancedHunting.Read.All"])))).unwrap();
    let missing = without.may(&LIST_INCIDENTS).unwrap_err();
    assert_eq!(missing.carried, ["AdvancedHunting.Read.All"]);
    assert!(
        missing
            .to_string()
            .contains("Incident.Read.All or Incident.ReadWrite.All of Microsoft Threat Protection")
    );
    let plural = outcome(&signed(key(), &changed("roles", json!(["Incidents.Read.All"])))).unwrap();
    assert_eq!(plural.may(&LIST_INCIDENTS), Ok(()));
}

#[test]
fn a_delegated_token_is_judged_by_its_scopes_and_never_by_roles() {
    let mut delegated = changed("scp", json!("Incident.Read openid"));
    delegated["wids"] = json!(["62e90394-69f5-4237-9190-012177145e10", "unknown"]);
    delegated["upn"] = json!("ada@alder.example");
    let caller = outcome(&signed(key(), &delegated)).unwrap();
    assert_eq!(
        caller.permissions(),
        &Permissions::Delegated {
            scopes: vec!["Incident.Read".into(), "openid".into()],
            directory_roles: vec![DirectoryRole::GlobalAdministrator],
            user_name: Some("ada@alder.example".into()),
        }
    );
    assert!(!caller.has_app_role("Incident.Read.All"));
    let scopeless = outcome(&signed(key(), &changed("scp", json!("openid")))).unwrap();
    assert!(!scopeless.may(&LIST_INCIDENTS).unwrap_err().application);
}

#[test]
fn an_explanation_shows_every_check_at_once() {
    let mut claims = changed("aud", json!("https://graph.microsoft.com"));
    claims["exp"] = json!(at(-5).unix_secs());
    claims["roles"] = json!([]);
    let keys = KeySet::from_signing_keys([key()]);
    let explained = explain(&signed(&fresh_key(), &claims), &keys, &policy(), &LIST_INCIDENTS, NOW);
    let failed: Vec<Check> = explained
        .iter()
        .filter(|(_, verdict)| matches!(verdict, Verdict::Failed(_)))
        .map(|(check, _)| *check)
        .collect();
    assert_eq!(failed, [Check::Signature, Check::Audience, Check::Expiry]);
    assert_eq!(
        explained[8],
        (Check::Permission, Verdict::Skipped),
        "nobody is sent for consent to another API"
    );
    let order: Vec<Check> = explained.into_iter().map(|(check, _)| check).collect();
    assert_eq!(order, Check::ALL);
    let hopeless = explain("x", &keys, &policy(), &LIST_INCIDENTS, NOW);
    assert!(hopeless[1..].iter().all(|(_, verdict)| *verdict == Verdict::Skipped));
}
