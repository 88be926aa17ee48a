use serde_json::{Value, json};
use wardenry_core::catalogue::THREAT_PROTECTION;
use wardenry_core::id::AppId;

use super::*;
use crate::answers::ClientAnswer;
use crate::client_credentials;
use crate::fixtures::{NOW, ORIGIN, client, resource, tenant};
use crate::parameters::Parameters;
use crate::target;

fn claims(client: &ClientAnswer, app: AppId, version: TokenVersion, credential: CredentialKind) -> Value {
    let tenant = tenant();
    let resource = resource(app, version);
    let form = Parameters::from_urlencoded(b"resource=https://api.security.microsoft.com/").unwrap();
    let requested = target::resource_of(&form, EndpointVersion::V1).unwrap();
    let grant = client_credentials::grant(&tenant, client, credential, &requested, Some(&resource)).unwrap();
    let token = app_only(&grant, &tenant, ORIGIN, NOW, &[0; 48]);
    let shown = matches!(token.thumbprint, ThumbprintHeader::Present);
    assert_eq!(shown, version == TokenVersion::V1);
    serde_json::to_value(&token.claims).unwrap()
}

#[test]
fn a_v1_token_has_the_recorded_claims() {
    let tid = "00000000-0000-0000-0000-00000000000a";
    let mut claims = claims(&client(), THREAT_PROTECTION.app_id, TokenVersion::V1, CredentialKind::Secret);
    let opaque = claims.as_object_mut().unwrap().remove("rh").unwrap();
    assert!(opaque.as_str().unwrap().starts_with("1.A"), "{opaque}");
    assert_eq!(
        claims,
        json!({
            "aud": "https://api.security.microsoft.com/",
            "iss": format!("{ORIGIN}/{tid}/"),
            "iat": 1_799_999_700, "nbf": 1_799_999_700, "exp": 1_800_003_600,
            "aio": "A".repeat(43),
            "app_displayname": "Connector",
            "appid": "00000000-0000-0000-0000-00000000000c",
            "appidacr": "1",
            "idp": format!("{ORIGIN}/{tid}/"),
            "idtyp": "app",
            "oid": "00000000-0000-0000-0000-00000000000d",
            "roles": ["Incident.Read.All"],
            "sub": "00000000-0000-0000-0000-00000000000d",
            "tenant_region_scope": "EU",
            "tid": tid,
            "uti": "A".repeat(22),
            "ver": "1.0",
            "xms_tcdt": 1_700_000_000,
        })
    );
}

#[test]
fn a_v2_token_has_exactly_the_recorded_claims() {
    let app = AppId::from_guid(uuid::Uuid::from_u128(0xf));
    let claims = claims(&client(), app, TokenVersion::V2, CredentialKind::Certificate);
    let names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    let recorded =
        ["aio", "aud", "azp", "azpacr", "exp", "iat", "iss", "nbf", "oid", "rh", "sub", "tid", "uti", "ver"];
    assert_eq!(
        {
            let mut names = names;
            names.sort_unstable();
            names
        },
        recorded
    );
    assert_eq!(claims["aud"], "00000000-0000-0000-0000-00000000000f");
    assert_eq!(claims["iss"], format!("{ORIGIN}/00000000-0000-0000-0000-00000000000a/v2.0"));
    assert_eq!(claims["azpacr"], "2");
}

#[test]
fn a_graph_token_is_marked_as_app_only_and_has_no_roles_when_none_are_granted() {
    let claims = claims(&client(), GRAPH.app_id, TokenVersion::V1, CredentialKind::Secret);
    assert_eq!(claims["wids"], json!([APP_ONLY_WIDS]));
    assert_eq!(claims.get("roles"), None);
}

#[test]
fn v1_answers_hold_texts_and_v2_answers_numbers() {
    let response = |endpoint| {
        let (start, end) = (
            Timestamp::from_unix_secs(NOW.unix_secs() - 300),
            Timestamp::from_unix_secs(NOW.unix_secs() + 3600),
        );
        serde_json::to_value(TokenResponse::new(endpoint, "t".into(), "https://x", start, end, NOW)).unwrap()
    };
    assert_eq!(
        response(EndpointVersion::V1),
        json!({
            "token_type": "Bearer", "expires_in": "3599", "ext_expires_in": "3599", "expires_on": "1800003600",
            "not_before": "1799999700", "resource": "https://x", "access_token": "t",
        })
    );
    assert_eq!(
        response(EndpointVersion::V2),
        json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "t"})
    );
}
