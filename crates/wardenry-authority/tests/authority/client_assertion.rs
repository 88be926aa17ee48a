//! Client assertions at the token endpoints, in the shapes that real libraries send.

use http::StatusCode;
use serde_json::{Value, json};
use wardenry_core::id::AppId;

use crate::answer::Refusal;
use crate::client_key::{ClientKey, ask, asserting, claims};
use crate::world::{CONNECTOR, CUSTOMER, NOW, ORIGIN, OTHER_HOST, World};

fn changed(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn at(secs: i64) -> i64 {
    NOW.unix_secs() + secs
}

#[tokio::test]
async fn every_librarys_shape_is_understood() {
    let world = World::consented().await;
    let key = ClientKey::registered(&world).await;
    let chain = json!([wardenry_jose::base64(key.certificate.der())]);
    let pem_chain =
        json!([wardenry_jose::base64(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")]);
    let float = |secs: i64| json!(f64::from(u32::try_from(at(secs)).unwrap()) + 0.25);
    let floats = json!({
        "aud": claims()["aud"], "iss": CONNECTOR, "sub": CONNECTOR, "jti": "x", "exp": float(600), "iat": float(0),
    });
    let without_iat = json!({
        "aud": claims()["aud"], "iss": CONNECTOR, "sub": CONNECTOR, "jti": "x", "exp": at(1800), "nbf": at(0),
    });
    let ahead = json!({
        "aud": claims()["aud"], "iss": CONNECTOR, "sub": CONNECTOR, "jti": "x",
        "exp": at(600), "nbf": at(1), "iat": at(0),
    });
    let texts = json!({
        "aud": claims()["aud"], "iss": CONNECTOR, "sub": CONNECTOR, "jti": "x",
        "exp": at(600).to_string(), "nbf": at(0).to_string(),
    });
    let bare = json!({"aud": claims()["aud"], "iss": CONNECTOR, "sub": CONNECTOR, "exp": at(300)});
    let padded = format!("{}=", key.x5t());
    let padded_256 = format!("{}=", key.x5t_s256());
    for (library, header, claims) in [
        ("padded x5t, floats", json!({"alg": "RS256", "typ": "JWT", "x5t": padded}), &floats),
        (
            "PS256, padded x5t#S256, chain",
            json!({"alg": "PS256", "typ": "JWT", "x5t#S256": padded_256, "x5c": chain}),
            &floats,
        ),
        ("PS256, no iat, half an hour", json!({"alg": "PS256", "x5t#S256": padded_256}), &without_iat),
        ("PS256, unpadded, nbf ahead", json!({"alg": "PS256", "x5t#S256": key.x5t_s256()}), &ahead),
        ("RS256, unpadded, nbf ahead", json!({"alg": "RS256", "x5t": key.x5t()}), &ahead),
        ("RS256 with x5t#S256", json!({"alg": "RS256", "x5t#S256": key.x5t_s256()}), &ahead),
        ("standard base64", json!({"alg": "RS256", "x5t": key.x5t_standard()}), &without_iat),
        ("chain of PEM", json!({"alg": "RS256", "x5t": key.x5t_standard(), "x5c": pem_chain}), &without_iat),
        ("dates as texts", json!({"alg": "RS256", "x5t": key.x5t_standard()}), &texts),
        ("both thumbprints", json!({"alg": "PS256", "x5t": key.x5t(), "x5t#S256": key.x5t_s256()}), &floats),
        ("neither nbf, iat nor jti", json!({"alg": "RS256", "x5t": key.x5t(), "kid": "whatever"}), &bare),
    ] {
        let answer = ask(&world, &key.sign(&header, claims)).await;
        assert_eq!(answer.status, StatusCode::OK, "{library}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_token_says_that_a_certificate_proved_the_client() {
    let world = World::consented().await;
    let key = ClientKey::registered(&world).await;
    let token = ask(&world, &key.assertion()).await.access_token();
    assert_eq!(world.verified(&token).await.1["appidacr"], "2");
    let v1 = world.v1_token(&asserting(world.v1_form(), &key.assertion())).await;
    assert_eq!(world.verified(&v1.access_token()).await.1["appidacr"], "2");
}

#[tokio::test]
async fn one_assertion_may_serve_many_requests() {
    let world = World::consented().await;
    let key = ClientKey::registered(&world).await;
    let assertion = key.assertion();
    for _ in 0..3 {
        assert_eq!(ask(&world, &assertion).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn any_name_of_the_tenants_endpoints_is_an_audience() {
    let world = World::consented().await;
    let key = ClientKey::registered(&world).await;
    let asked = async |audience: Value| {
        let header = json!({"alg": "RS256", "x5t": key.x5t()});
        ask(&world, &key.sign(&header, &changed("aud", audience))).await
    };
    for audience in [
        format!("{ORIGIN}/{CUSTOMER}/oauth2/token"),
        format!("{ORIGIN}/alder.example/oauth2/v2.0/token"),
        format!("{ORIGIN}/FOODS.example/oauth2/token"),
        format!("https://{OTHER_HOST}/foods.example/oauth2/v2.0/token"),
        format!("{ORIGIN}/{CUSTOMER}/"),
        format!("{ORIGIN}/{CUSTOMER}/v2.0"),
    ] {
        let answer = asked(json!(audience)).await;
        assert_eq!(answer.status, StatusCode::OK, "{audience}: {}", answer.text);
    }
    for audience in [
        json!(format!("{ORIGIN}/harbour.example/oauth2/v2.0/token")),
        json!(format!("{ORIGIN}/common/oauth2/v2.0/token")),
        json!("https://evil.example/alder.example/oauth2/v2.0/token"),
        json!(format!("{ORIGIN}.evil.example/alder.example/oauth2/v2.0/token")),
        json!(format!("{ORIGIN}/")),
        json!(""),
        json!([]),
        json!(7),
        Value::Null,
    ] {
        let refused = asked(audience.clone()).await.refused();
        assert_eq!(refused, (400, 50_027, "invalid_request".to_owned()), "{audience}");
    }
}

#[tokio::test]
async fn every_defect_has_its_code() {
    let world = World::consented().await;
    let key = ClientKey::registered(&world).await;
    let stranger = ClientKey::generate();
    let malformed: Refusal = (400, 50_027, "invalid_request".to_owned());
    let mismatch: Refusal = (401, 50_048, "invalid_client".to_owned());
    let unproven: Refusal = (401, 700_027, "invalid_client".to_owned());
    let untimely: Refusal = (401, 700_024, "invalid_client".to_owned());
    let named = json!({"alg": "RS256", "x5t": key.x5t()});
    let other = AppId::from_guid(uuid::Uuid::from_u128(1));
    let (signed, _) = {
        let assertion = key.assertion();
        let (signed, signature) = assertion.rsplit_once('.').unwrap();
        (signed.to_owned(), signature.to_owned())
    };
    let key_of_the_token =
        json!({"alg": "RS256", "x5t": key.x5t(), "x5c": [wardenry_jose::base64(stranger.certificate.der())]});
    let mut without_exp = claims();
    without_exp.as_object_mut().unwrap().remove("exp");
    for (defect, assertion, expected) in [
        ("no token", "nonsense".to_owned(), &malformed),
        ("NUL", "\0.\0.\0".to_owned(), &malformed),
        ("no thumbprint", key.sign(&json!({"alg": "RS256"}), &claims()), &malformed),
        ("claims no object", key.sign(&named, &json!([])), &malformed),
        ("no exp", key.sign(&named, &without_exp), &malformed),
        ("exp no date", key.sign(&named, &changed("exp", json!("soon"))), &malformed),
        ("exp enormous", key.sign(&named, &changed("exp", json!(1e300))), &malformed),
        ("exp negative", key.sign(&named, &changed("exp", json!(-1))), &malformed),
        ("foreign iss", key.sign(&named, &changed("iss", json!(other))), &mismatch),
        ("foreign sub", key.sign(&named, &changed("sub", json!(other))), &mismatch),
        ("no sub", key.sign(&named, &changed("sub", Value::Null)), &mismatch),
        ("expired", key.sign(&named, &changed("exp", json!(at(-301)))), &untimely),
        ("too long a life", key.sign(&named, &changed("exp", json!(at(3901)))), &untimely),
        ("not yet", key.sign(&named, &changed("nbf", json!(at(301)))), &untimely),
        ("unknown key", stranger.assertion(), &unproven),
        ("key of the token's own", stranger.sign(&key_of_the_token, &claims()), &unproven),
        ("signed by another", stranger.sign(&named, &claims()), &unproven),
        ("signature cut off", format!("{signed}.AAAA"), &unproven),
        (
            "alg none",
            format!(
                "{}.",
                key.sign(&json!({"alg": "none", "x5t": key.x5t()}), &claims()).rsplit_once('.').unwrap().0
            ),
            &unproven,
        ),
        ("alg HS256", key.sign(&json!({"alg": "HS256", "x5t": key.x5t()}), &claims()), &unproven),
        ("alg RS512", key.sign(&json!({"alg": "RS512", "x5t": key.x5t()}), &claims()), &unproven),
        (
            "critical",
            key.sign(&json!({"alg": "RS256", "x5t": key.x5t(), "crit": ["b64"]}), &claims()),
            &unproven,
        ),
    ] {
        assert_eq!(&ask(&world, &assertion).await.refused(), expected, "{defect}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes() {
    let world = World::consented().await;
    let key = ClientKey::registered(&world).await;
    let header = json!({"alg": "RS256", "x5t": key.x5t()});
    for (name, secs) in [("exp", -299), ("exp", 3900), ("nbf", 300)] {
        let answer = ask(&world, &key.sign(&header, &changed(name, json!(at(secs))))).await;
        assert_eq!(answer.status, StatusCode::OK, "{name} {secs}");
    }
}

#[tokio::test]
async fn an_expired_or_removed_certificate_proves_nothing() {
    let world = World::consented().await;
    let key = ClientKey::registered(&world).await;
    world.clock.advance(std::time::Duration::from_secs(86_400));
    let header = json!({"alg": "RS256", "x5t": key.x5t()});
    let later = key.sign(&header, &changed("exp", json!(at(86_400 + 600))));
    let refused = ask(&world, &later).await.refused_at(world.clock_now());
    assert_eq!(refused, (401, 700_027, "invalid_client".to_owned()));
}

#[tokio::test]
async fn an_assertion_comes_with_its_type_and_nothing_besides() {
    let world = World::consented().await;
    let key = ClientKey::registered(&world).await;
    let form = asserting(world.v2_form(), &key.assertion());
    for (defect, form, code) in [
        ("no type", form.clone().without("client_assertion_type"), 900_144),
        ("other type", form.clone().set("client_assertion_type", "urn:x"), 50_027),
        ("a secret besides", form.clone().set("client_secret", "x"), 9_002_313),
        ("no assertion", form.clone().without("client_assertion"), 7_000_218),
    ] {
        assert_eq!(world.v2_token(&form).await.refused().1, code, "{defect}");
    }
}
