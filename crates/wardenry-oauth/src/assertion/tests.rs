use serde_json::json;
use wardenry_jose::ThumbprintHeader;

use super::*;
use crate::fixtures::{CLIENT, NOW, ORIGIN, at, client, fresh_key, key, tenant};

const ENDPOINT: &str = "https://localhost:8443/0000000a/oauth2/v2.0/token";

fn claims() -> Value {
    let endpoint = ENDPOINT.replace("0000000a", &tenant().id.to_string());
    json!({"iss": CLIENT, "sub": CLIENT, "aud": endpoint, "jti": "x", "exp": at(600).unix_secs(), "iat": NOW.unix_secs()})
}

fn changed(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn checked(claims: &Value) -> Result<(), Code> {
    outcome(&key().sign(claims, ThumbprintHeader::Present), NOW)
}

fn outcome(assertion: &str, now: Timestamp) -> Result<(), Code> {
    let tenant = tenant();
    let origins = ["https://127.0.0.1:8443".to_owned(), ORIGIN.to_owned()];
    let audiences = AssertionAudiences { origins: &origins, tenant: &tenant };
    check(assertion, &client(), audiences, now).map_err(|error| error.code())
}

#[test]
fn dates_may_be_whole_fractional_or_textual_and_iat_or_nbf_may_be_missing() {
    assert_eq!(checked(&claims()), Ok(()));
    assert_eq!(checked(&changed("exp", json!(1_800_000_600.25))), Ok(()));
    assert_eq!(checked(&changed("exp", json!("1800000600"))), Ok(()));
    assert_eq!(checked(&changed("nbf", json!(at(2).unix_secs()))), Ok(()));
    assert_eq!(checked(&changed("iat", Value::Null)), Ok(()));
}

#[test]
fn any_name_of_the_tenants_endpoints_is_an_audience() {
    for audience in [
        "https://localhost:8443/alder.example/oauth2/token",
        "https://localhost:8443/FOODS.example/oauth2/v2.0/token",
        "https://127.0.0.1:8443/alder.example/oauth2/v2.0/token",
        "https://localhost:8443/alder.example/v2.0",
        "https://localhost:8443/alder.example/",
    ] {
        assert_eq!(checked(&changed("aud", json!(audience))), Ok(()), "{audience}");
        assert_eq!(
            checked(&changed("aud", json!(["https://elsewhere.example", audience]))),
            Ok(()),
            "{audience}"
        );
    }
    for audience in [
        "",
        "https://localhost:8443",
        "https://localhost:8443/birch.example/oauth2/v2.0/token",
        "https://localhost:8443/common/oauth2/v2.0/token",
        "https://localhost:8443/alder.example/oauth2/v2.0/authorize",
        "https://evil.example/alder.example/oauth2/v2.0/token",
    ] {
        assert_eq!(checked(&changed("aud", json!(audience))), Err(Code::AssertionMalformed), "{audience}");
    }
}

#[test]
fn one_origin_may_be_the_beginning_of_another() {
    let tenant = tenant();
    for origins in [["https://id.example", "https://id.example.org"], ["https://localhost", ORIGIN]] {
        let origins = origins.map(str::to_owned);
        let audiences = AssertionAudiences { origins: &origins, tenant: &tenant };
        for origin in &origins {
            assert!(audiences.contain(&format!("{origin}/alder.example/oauth2/token")), "{origin}");
        }
        assert!(!audiences.contain("https://id.example.evil/alder.example/oauth2/token"));
    }
}

#[test]
fn the_time_range_is_bounded_on_both_sides() {
    for (name, secs) in [("exp", -301), ("exp", 4000), ("nbf", 400)] {
        let refused = checked(&changed(name, json!(at(secs).unix_secs())));
        assert_eq!(refused, Err(Code::AssertionTimeRange), "{name} {secs}");
    }
    assert_eq!(checked(&changed("exp", Value::Null)), Err(Code::AssertionMalformed));
    assert_eq!(checked(&changed("exp", json!("soon"))), Err(Code::AssertionMalformed));
    assert_eq!(checked(&changed("exp", json!(1e300))), Err(Code::AssertionMalformed));
}

#[test]
fn issuer_and_subject_must_both_be_the_client() {
    for name in ["iss", "sub"] {
        let other = json!("99999999-2222-4333-8444-555555555555");
        assert_eq!(checked(&changed(name, other)), Err(Code::AssertionIssuerMismatch));
        assert_eq!(checked(&changed(name, json!(7))), Err(Code::AssertionIssuerMismatch));
    }
}

#[test]
fn only_a_registered_key_can_sign() {
    let foreign = fresh_key().sign(&claims(), ThumbprintHeader::Present);
    assert_eq!(outcome(&foreign, NOW), Err(Code::AssertionSignature));
    let unnamed = key().sign(&claims(), ThumbprintHeader::Absent);
    assert_eq!(outcome(&unnamed, NOW), Err(Code::AssertionMalformed));
    let token = key().sign(&claims(), ThumbprintHeader::Present);
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_eq!(outcome(&format!("{signed}.AAAA"), NOW), Err(Code::AssertionSignature));
    assert_eq!(outcome("nonsense", NOW), Err(Code::AssertionMalformed));
    assert_eq!(outcome(&token, at(61)), Err(Code::AssertionSignature), "the registration has ended");
}
