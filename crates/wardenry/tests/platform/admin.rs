//! A fresh hardened server, from the first tenant to the first token.

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Killed, Said, run, spawn_until, wardenry};

fn create(folder: &TempDir, domain: &str) -> Said {
    let admin = format!("ada@{domain}");
    run(wardenry()
        .args(["admin", "create-tenant", "--name", "Example Ltd", "--domain", domain, "--admin", &admin])
        .args(["--automation", "automation", "--output", "json", "--data", "data"])
        .current_dir(folder.path()))
}

#[test]
fn the_first_tenant_is_made_on_the_data_folder_and_administers_itself() {
    let folder = TempDir::new().unwrap();
    let made = create(&folder, "example.org");
    assert_eq!(made.code, Some(0), "{}", made.err);
    let made: Value = serde_json::from_str(&made.out).unwrap();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    assert!(text("admin_password").len() >= 16);

    let listen = {
        // A free port, so that clients can be told the address beforehand.
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        probe.local_addr().unwrap()
    };
    let mut serve = wardenry();
    serve.args(["serve", "--data", "data", "--listen", &listen.to_string()]).current_dir(folder.path());
    let _server = Killed(spawn_until(&mut serve, "hardened server answers at"));
    let server = format!("https://localhost:{}", listen.port());
    let list = run(wardenry()
        .args(["apps", "list", "--server", &server, "--ca-file", "data/tls/ca.pem", "--output", "json"])
        .args(["--tenant", &text("tenant"), "--client-id", &text("automation_client_id")])
        .env("WARDENRY_CLIENT_SECRET", text("automation_client_secret"))
        .env("HOME", folder.path())
        .current_dir(folder.path()));
    assert_eq!(list.code, Some(0), "{}", list.err);
    let list: Value = serde_json::from_str(&list.out).unwrap();
    assert_eq!(list[0]["displayName"], "automation", "{list}");

    let while_running = create(&folder, "second.example");
    assert_eq!(while_running.code, Some(1), "the server holds the folder");
    assert!(while_running.err.contains("hint: "), "{}", while_running.err);
}

#[test]
fn a_tenant_is_made_with_its_administrator_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let create = |admin: &str| {
        run(wardenry()
            .args(["admin", "create-tenant", "--name", "A", "--domain", "a.example", "--admin", admin])
            .current_dir(folder.path()))
    };
    let refused = create("x@b.example");
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("must be name@<a domain of the tenant>"), "{}", refused.err);
    let corrected = create("x@a.example");
    assert_eq!(corrected.code, Some(0), "nothing was left behind: {}", corrected.err);
    let elsewhere =
        run(wardenry().args(["admin", "list-tenants", "--data", "typo"]).current_dir(folder.path()));
    assert_eq!(elsewhere.code, Some(1));
    assert!(!folder.path().join("typo").exists(), "looking makes nothing");
}

#[test]
fn tenants_are_listed_and_domains_belong_to_one_only() {
    let folder = TempDir::new().unwrap();
    assert_eq!(create(&folder, "one.example").code, Some(0));
    assert_eq!(create(&folder, "two.example").code, Some(0));
    let again = create(&folder, "ONE.example");
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("a tenant with this domain exists already"), "{}", again.err);
    let list = run(wardenry()
        .args(["admin", "list-tenants", "--data", "data", "--output", "csv"])
        .current_dir(folder.path()));
    let domains: Vec<_> = list.out.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(domains, ["one.example", "two.example"]);
}
