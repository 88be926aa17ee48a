//! `wardenry token inspect` and `explain` without a server: keys from a file.

use std::time::Duration;

use serde_json::{Value, json};
use wardenry_core::time::{Clock as _, SystemClock};
use wardenry_jose::{Jwk, JwkSet, SigningKey, ThumbprintHeader};

use crate::run::{World, ends};

const TENANT: &str = "bbbbbbbb-2222-4333-8444-555555555555";
const SERVER: &str = "https://localhost:8443";

struct Signer {
    world: World,
    key: SigningKey,
    jwks: String,
}

impl Signer {
    fn new() -> Self {
        let world = World::new();
        let generated = SigningKey::generate(SystemClock.now()).unwrap();
        let key = SigningKey::load(&generated.private_key, generated.certificate).unwrap();
        let jwks = serde_json::to_string(&JwkSet { keys: vec![Jwk::of(&key, None)] }).unwrap();
        let jwks = world.write("jwks.json", &jwks);
        Self { world, key, jwks }
    }

    /// An app-only token of the Defender API, with changes.
    fn token(&self, changes: &Value) -> String {
        let now = SystemClock.now();
        let mut claims = json!({
            "aud": "https://api.security.microsoft.com", "iss": format!("{SERVER}/{TENANT}/"), "tid": TENANT,
            "ver": "1.0", "appid": "11111111-2222-4333-8444-555555555555", "app_displayname": "Harbour \u{1b}[31mWatch",
            "oid": "cccccccc-2222-4333-8444-555555555555", "roles": ["Incident.Read.All"],
            "nbf": now.minus(Duration::from_secs(300)).unix_secs(), "exp": now.plus(Duration::from_secs(3600)).unix_secs(),
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.key.sign(&claims, ThumbprintHeader::Present)
    }

    fn run(&self, verb: &[&str], token: &str) -> crate::run::Ran {
        let keys = ["--jwks", &self.jwks, "--server", SERVER];
        self.world.run_with_input(&[&["token"], verb, &keys].concat(), token)
    }

    fn explained(&self, token: &str) -> (i32, Value) {
        let ran = self.run(&["explain", "--call", "GET /api/incidents", "-o", "json"], token);
        (ran.code, serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}")))
    }
}

/// The checks that did not pass, with their result.
fn trouble(explanation: &Value) -> Vec<String> {
    let checks = explanation["checks"].as_array().unwrap().iter();
    let not_passed = checks.filter(|check| check["result"] != "passed");
    not_passed
        .map(|check| format!("{}: {}", check["check"].as_str().unwrap(), check["result"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_good_token_is_verified_and_shown() {
    let signer = Signer::new();
    let ran = signer.run(&["inspect"], &format!("Bearer {}\n", signer.token(&json!({}))));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    for line in [
        "verified    yes: signature, issuer, tenant, audience and times are in order",
        "kind        application: the app acts as itself",
        "app         11111111-2222-4333-8444-555555555555 (Harbour \\u{1b}[31mWatch)",
        "audience    https://api.security.microsoft.com (Microsoft Threat Protection)",
        "roles       Incident.Read.All",
    ] {
        assert!(ran.stdout.lines().any(|shown| shown == line), "{line}\n{ran:?}");
    }
    let json = signer.run(&["inspect", "-o", "json"], &signer.token(&json!({})));
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["verified"], &json["claims"]["tid"]), (&json!(true), &json!(TENANT)));
}

#[test]
fn a_token_that_fails_a_check_is_shown_and_ends_with_one() {
    let signer = Signer::new();
    let forged = {
        let other = Signer::new();
        other.token(&json!({}))
    };
    for (token, failing) in [
        (signer.token(&json!({"exp": 1_700_000_000})), "expiry"),
        (signer.token(&json!({"iss": format!("https://evil.example/{TENANT}/")})), "issuer"),
        (signer.token(&json!({"aud": "https://other.example"})), "audience"),
        (forged, "signature"),
    ] {
        let ran = signer.run(&["inspect"], &token);
        let line = format!("verified    NO: it fails the check of its {failing}");
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stdout.lines().any(|shown| shown == line), "{line}\n{ran:?}");
    }
}

#[test]
fn decoding_without_verifying_is_loud() {
    let signer = Signer::new();
    let token = signer.token(&json!({"roles": Value::Null}));
    let world = World::new();
    let file = world.write("token", &token);
    let ran = world.run(&["token", "inspect", "--no-verify", "--file", &file]);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.stderr,
        "warning: NOT VERIFIED: anybody can have written this token; do not act on what it says\n"
    );
    assert!(
        ran.stdout.starts_with("verified    NO: decoded only, anybody can have written this\n"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("roles       none: the tenant has granted nothing to the app\n"), "{ran:?}");
    let json = world.run(&["token", "inspect", "--no-verify", "--file", &file, "-o", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["verified"], &json["checks"]), (&json!(false), &Value::Null));
}

#[test]
fn what_is_no_token_is_an_error_that_does_not_repeat_it() {
    let world = World::new();
    let empty = world.run_with_input(&["token", "inspect", "--no-verify"], "\n");
    let expected = "error: there is no token in the input\n\
                    hint: get one: `wardenry token get --tenant T | wardenry token inspect`\n";
    assert_eq!(empty, ends(1, "", expected));
    let garbage = world.run_with_input(&["token", "inspect", "--no-verify"], "hunter2");
    let expected = "error: not a signed JSON web token in compact form\n\
                    hint: an access token of a v1 or v2 endpoint consists of three parts joined by dots\n";
    assert_eq!(garbage, ends(1, "", expected));
}

#[test]
fn an_explanation_names_each_check_and_what_to_do() {
    let signer = Signer::new();
    let (code, good) = signer.explained(&signer.token(&json!({})));
    assert_eq!((code, &good["accepted"], trouble(&good)), (0, &json!(true), Vec::new()));
    assert_eq!(good["checks"].as_array().unwrap().len(), 9);
    let (code, refused) = signer
        .explained(&signer.token(&json!({"roles": ["AdvancedHunting.Read.All"], "exp": 1_700_000_000})));
    assert_eq!((code, &refused["accepted"]), (1, &json!(false)));
    assert_eq!(trouble(&refused), ["expiry: failed", "permission: failed"]);
    let permission = refused["checks"].as_array().unwrap().last().unwrap();
    assert!(permission["found"].as_str().unwrap().contains("Incident.Read.All"), "{permission}");
    assert!(permission["remedy"].as_str().unwrap().contains("consent"), "{permission}");
    let (code, no_token) = signer.explained("hunter2");
    assert_eq!((code, trouble(&no_token)[0].as_str()), (1, "form: failed"));
    let ran = signer.run(&["explain", "--call", "GET /api/incidents"], &signer.token(&json!({"roles": []})));
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.starts_with("GET /api/incidents is refused\n\nCHECK "), "{ran:?}");
    assert!(ran.stdout.contains("\nWhat to do\n  permission: add Incident.Read.All"), "{ran:?}");
}
