//! Certificates: `keyCredentials` of a patch, `addKey` and `removeKey`.

use serde_json::{Value, json};
use wardenry_core::time::Clock as _;
use wardenry_jose::{Certificate, SigningKey, ThumbprintHeader, base64};

use crate::world::{Answer, NOTHING, World, key_pair, text};

const AUDIENCE: &str = "00000003-0000-0000-c000-000000000000";
const OLD_AUDIENCE: &str = "00000002-0000-0000-c000-000000000000";

fn entry(key: &SigningKey) -> Value {
    json!({
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": base64(key.certificate_der()),
        "displayName": "CI",
    })
}

/// The thumbprint as directories print it.
fn thumbprint(key: &SigningKey) -> String {
    let bytes = wardenry_jose::decode_base64url(key.kid()).unwrap();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from_digit(digit.into(), 16).unwrap().to_ascii_uppercase()).collect()
}

/// What a registered certificate looks like, with its content as given.
fn answered(key: &SigningKey, key_id: &str, content: Value) -> Value {
    let certificate = Certificate::from_der(key.certificate_der()).unwrap();
    json!({
        "customKeyIdentifier": thumbprint(key),
        "displayName": "CI",
        "endDateTime": certificate.not_after(),
        "key": content,
        "keyId": key_id,
        "startDateTime": certificate.not_before(),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    })
}

struct App {
    id: String,
    app_id: String,
}

impl App {
    /// An application with these certificates, set by an administrator.
    async fn with(world: &World, keys: &[&SigningKey]) -> Self {
        let entries: Vec<Value> = keys.iter().map(|key| entry(key)).collect();
        let body = json!({"displayName": "Harbour Watch", "keyCredentials": entries});
        let (id, app_id) = world.application(body).await;
        Self { id, app_id }
    }

    async fn patch(&self, world: &World, entries: Value) -> Answer {
        let path = format!("/v1.0/applications/{}", self.id);
        world.alder("PATCH", &path, json!({"keyCredentials": entries})).await
    }

    async fn keys(&self, world: &World) -> Vec<Value> {
        let path = format!("/v1.0/applications/{}?$select=keyCredentials", self.id);
        world.alder("GET", &path, Value::Null).await.body["keyCredentials"].as_array().unwrap().clone()
    }

    async fn act(&self, world: &World, action: &str, body: Value) -> Answer {
        world.alder("POST", &format!("/v1.0/applications/{}/{action}", self.id), body).await
    }

    fn proof(&self, world: &World, signer: &SigningKey) -> String {
        proof(world, signer, &json!({"iss": self.id}))
    }
}

fn proof(world: &World, signer: &SigningKey, claims: &Value) -> String {
    let now = world.clock.now().unix_secs();
    let mut all = json!({"aud": AUDIENCE, "nbf": now, "exp": now + 600});
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    signer.sign(&all, ThumbprintHeader::Present)
}

#[tokio::test]
async fn certificates_are_set_with_the_application_and_shown_on_request_only() {
    let world = World::new().await;
    let key = key_pair();
    let app = App::with(&world, &[&key]).await;
    let path = format!("/v1.0/applications/{}", app.id);
    let withheld = world.alder("GET", &path, Value::Null).await.body["keyCredentials"].clone();
    let key_id = text(&withheld[0]["keyId"]);
    assert_eq!(withheld, json!([answered(&key, &key_id, Value::Null)]));
    let content = json!(base64(key.certificate_der()));
    assert_eq!(app.keys(&world).await, [answered(&key, &key_id, content)]);
    let listed = world.alder("GET", "/v1.0/applications?$select=keyCredentials", Value::Null).await;
    assert_eq!(listed.body["value"], json!([{"keyCredentials": [answered(&key, &key_id, Value::Null)]}]));
    let client = world.directory.client(world.alder, app.app_id.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(client.certificates.len(), 1);
}

#[tokio::test]
async fn a_patch_replaces_the_list_and_keeps_entries_by_their_id() {
    let world = World::new().await;
    let (one, two, three) = (key_pair(), key_pair(), key_pair());
    let app = App::with(&world, &[&one, &two]).await;
    let before = app.keys(&world).await;
    let chosen_id = "cccccccc-0000-4000-8000-000000000003";
    let mut chosen = entry(&three);
    chosen["keyId"] = json!(chosen_id);
    // One whole, as it was read; a new one under an id of the client's choice; the second one left out.
    let patched = app.patch(&world, json!([before[0], chosen])).await;
    assert_eq!(patched.status, 204, "{}", patched.body);
    let after = app.keys(&world).await;
    let content = json!(base64(three.certificate_der()));
    assert_eq!(after, [before[0].clone(), answered(&three, chosen_id, content)]);
    // The id alone is enough to keep an entry.
    assert_eq!(app.patch(&world, json!([{"keyId": chosen_id}])).await.status, 204);
    assert_eq!(app.keys(&world).await, [after[1].clone()]);
    assert_eq!(app.patch(&world, json!([])).await.status, 204);
    assert_eq!(app.keys(&world).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_pem_text_in_base64_is_a_certificate_too_and_dates_stay_within_it() {
    let world = World::new().await;
    let key = key_pair();
    let certificate = Certificate::from_der(key.certificate_der()).unwrap();
    let pem =
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", base64(certificate.der()));
    let mut one = entry(&key);
    one["key"] = json!(base64(pem.as_bytes()));
    one["startDateTime"] = json!("2000-01-01T00:00:00Z");
    one["endDateTime"] = json!("2028-01-01T00:00:00Z");
    let body = json!({"displayName": "Harbour Watch", "keyCredentials": [one]});
    let created = world.alder("POST", "/v1.0/applications", body).await;
    let registered = &created.body["keyCredentials"][0];
    let mut expected = answered(&key, &text(&registered["keyId"]), Value::Null);
    expected["endDateTime"] = json!("2028-01-01T00:00:00Z");
    assert_eq!(*registered, expected);
}

#[tokio::test]
async fn bad_certificates_are_refused_by_name_and_nothing_changes() {
    let world = World::new().await;
    let (key, other) = (key_pair(), key_pair());
    let app = App::with(&world, &[&key]).await;
    let before = app.keys(&world).await;
    let with = |member: &str, value: Value| {
        let mut changed = entry(&other);
        changed[member] = value;
        json!([before[0], changed])
    };
    let mut replaced = entry(&other);
    replaced["keyId"] = before[0]["keyId"].clone();
    let not_there = format!(
        "The value of 'keyCredentials.key' is not valid: is another certificate than the one registered under {}.",
        text(&before[0]["keyId"])
    );
    for (entries, message) in [
        (with("key", json!("***")), "The value of 'keyCredentials[1].key' is not valid: must be base64."),
        (
            with("key", json!(base64(b"nonsense"))),
            "The value of 'keyCredentials[1].key' is not valid: not an X.509 certificate in DER or PEM form.",
        ),
        (
            with("key", Value::Null),
            "The value of 'keyCredentials.key' is not valid: is needed for a certificate that is not registered yet.",
        ),
        (
            with("type", json!("X509CertAndPassword")),
            "The value of 'keyCredentials[1].type' is not valid: must be AsymmetricX509Cert.",
        ),
        (
            with("usage", json!("Sign")),
            "The value of 'keyCredentials[1].usage' is not valid: must be Verify.",
        ),
        (with("keyId", json!("x")), "The value of 'keyCredentials[1].keyId' is not valid: must be a GUID."),
        (
            with("endDateTime", json!("2027-01-15T07:59:59Z")),
            "The value of 'keyCredential.key' is not valid: the certificate has expired.",
        ),
        (
            json!([entry(&other), entry(&other)]),
            "The value of 'keyCredential.key' is not valid: this certificate is registered already.",
        ),
        (json!([replaced]), not_there.as_str()),
        (json!("x"), "The value of 'keyCredentials' is not valid: must be a list of objects."),
    ] {
        let refused = app.patch(&world, entries).await;
        assert_eq!(refused.refusal(), (400, "Request_BadRequest", message));
    }
    assert_eq!(app.keys(&world).await, before);
}

#[tokio::test]
async fn a_registered_key_vouches_for_the_next_one_and_for_removals() {
    let world = World::new().await;
    let (old, new) = (key_pair(), key_pair());
    let app = App::with(&world, &[&old]).await;
    let old_id = text(&app.keys(&world).await[0]["keyId"]);
    let body = json!({
        "keyCredential": entry(&new),
        "passwordCredential": null,
        "proof": app.proof(&world, &old),
    });
    let added = app.act(&world, "addKey", body).await;
    let new_id = text(&added.body["keyId"]);
    let mut expected = answered(&new, &new_id, Value::Null);
    expected["@odata.context"] = json!("https://localhost:8443/v1.0/$metadata#microsoft.graph.keyCredential");
    assert_eq!((added.status.as_u16(), &added.body), (200, &expected));

    let body = json!({"keyId": old_id, "proof": app.proof(&world, &new)});
    let removed = app.act(&world, "removeKey", body.clone()).await;
    assert_eq!((removed.status.as_u16(), removed.body), (204, Value::Null));
    let left: Vec<String> = app.keys(&world).await.iter().map(|key| text(&key["keyId"])).collect();
    assert_eq!(left, [new_id.as_str()]);
    assert_eq!(app.act(&world, "removeKey", body).await.status, 404);
    // The last one may go as well; after that only an administrator can add one.
    let body = json!({"keyId": new_id, "proof": app.proof(&world, &new)});
    assert_eq!(app.act(&world, "removeKey", body).await.status, 204);
    let body = json!({"keyCredential": entry(&old), "proof": app.proof(&world, &new)});
    let refused = app.act(&world, "addKey", body).await;
    let message = "The application has no valid certificate to prove possession with; an administrator can set \
                   keyCredentials with PATCH instead.";
    assert_eq!(refused.refusal(), (400, "Request_BadRequest", message));
}

#[tokio::test]
async fn every_documented_form_of_a_proof_is_taken() {
    let world = World::new().await;
    let old = key_pair();
    let app = App::with(&world, &[&old]).await;
    let now = world.clock.now().unix_secs();
    for claims in [
        json!({"iss": app.id}),
        json!({"iss": app.app_id}),
        json!({"iss": app.id, "aud": OLD_AUDIENCE}),
        json!({"iss": app.id, "nbf": null}),
        json!({"iss": app.id, "sub": app.id, "jti": "x", "iat": now}),
    ] {
        let body = json!({"keyCredential": entry(&key_pair()), "proof": proof(&world, &old, &claims)});
        let added = app.act(&world, "addKey", body).await;
        assert_eq!(added.status, 200, "{claims}: {}", added.body);
    }
}

#[tokio::test]
async fn a_proof_that_does_not_hold_adds_and_removes_nothing() {
    let world = World::new().await;
    let (key, stranger) = (key_pair(), key_pair());
    let app = App::with(&world, &[&key]).await;
    let before = app.keys(&world).await;
    let now = world.clock.now().unix_secs();
    let with = |claims: Value| {
        let mut all = json!({"iss": app.id});
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        proof(&world, &key, &all)
    };
    let good = app.proof(&world, &key);
    let (signed, _) = good.rsplit_once('.').unwrap();
    let times = "it is not valid at this time, or for longer than ten minutes";
    for (proof, problem) in [
        ("nonsense".to_owned(), "it is not a signed JSON web token in compact form"),
        (signed.to_owned(), "it is not a signed JSON web token in compact form"),
        (format!("{signed}.AAAA"), "the signature does not fit the content"),
        (
            app.proof(&world, &stranger),
            "x5t or x5t#S256 of its header names no valid certificate of the application",
        ),
        (
            with(json!({"aud": "https://graph.microsoft.com"})),
            "its aud must be 00000003-0000-0000-c000-000000000000",
        ),
        (with(json!({"iss": NOTHING})), "its iss must be the object id of the application"),
        (with(json!({"exp": null})), "it has no exp"),
        (with(json!({"exp": now + 601})), times),
        (with(json!({"nbf": now + 301, "exp": now + 800})), times),
        (with(json!({"nbf": now - 900, "exp": now - 300})), times),
        (with(json!({"nbf": null, "exp": now + 601})), times),
    ] {
        let message = format!("The proof is not valid: {problem}.");
        let expected = (401, "Authentication_MissingOrMalformed", message.as_str());
        let body = json!({"keyCredential": entry(&key_pair()), "proof": proof});
        assert_eq!(app.act(&world, "addKey", body).await.refusal(), expected);
        let body = json!({"keyId": before[0]["keyId"], "proof": proof});
        assert_eq!(app.act(&world, "removeKey", body).await.refusal(), expected);
    }
    let proof = app.proof(&world, &key);
    for (action, body, message) in [
        ("addKey", json!({"proof": proof}), "The property 'keyCredential' is required."),
        (
            "addKey",
            json!({"keyCredential": {}, "proof": proof}),
            "The property 'keyCredential.key' is required.",
        ),
        ("addKey", json!({"keyCredential": entry(&stranger)}), "The property 'proof' is required."),
        (
            "addKey",
            json!({"keyCredential": entry(&stranger), "passwordCredential": {"secretText": "x"}, "proof": proof}),
            "The value of 'passwordCredential' is not valid: private keys are not taken; send the certificate alone.",
        ),
        ("removeKey", json!({"proof": proof}), "The property 'keyId' is required."),
        ("removeKey", json!({"keyId": NOTHING}), "The property 'proof' is required."),
    ] {
        assert_eq!(app.act(&world, action, body).await.refusal(), (400, "Request_BadRequest", message));
    }
    assert_eq!(app.keys(&world).await, before);
}

#[tokio::test]
async fn an_expired_certificate_vouches_for_nothing() {
    let world = World::new().await;
    let key = key_pair();
    let mut short = entry(&key);
    short["endDateTime"] = json!("2027-01-15T08:30:00Z");
    let body = json!({"displayName": "Harbour Watch", "keyCredentials": [short]});
    let (id, app_id) = world.application(body).await;
    let app = App { id, app_id };
    world.clock.advance(std::time::Duration::from_secs(1800));
    let body = json!({"keyCredential": entry(&key_pair()), "proof": app.proof(&world, &key)});
    let refused = app.act(&world, "addKey", body).await;
    assert_eq!((refused.refusal().0, refused.refusal().1), (400, "Request_BadRequest"));
    // A patch may still name it.
    let kept = app.keys(&world).await;
    assert_eq!(app.patch(&world, json!([kept[0], entry(&key_pair())])).await.status, 204);
    assert_eq!(app.keys(&world).await[0], kept[0]);
}
