//! The client commands against a real server.

use serde_json::Value;

use crate::process::Server;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn one_queue_over_all_customers_is_honest_about_the_one_that_has_not_consented() {
    let server = Server::start();
    let list = server.client(&["incidents", "list", "--all-tenants", "--output", "jsonl"]);
    assert_eq!(list.code, Some(3), "{}", list.err);
    let tenants: std::collections::BTreeSet<String> = list
        .out
        .lines()
        .map(|line| json(line)["tenantName"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(tenants.into_iter().collect::<Vec<_>>(), ["Alder Foods", "Birch Clinics"]);
    assert!(list.err.contains("Cedar Freight") && list.err.contains("AADSTS7000229"), "{}", list.err);
    let one = server.client(&[
        "incidents",
        "list",
        "--tenant",
        "birch",
        "--status",
        "active",
        "--top",
        "1",
        "--output",
        "json",
    ]);
    assert_eq!(one.code, Some(0), "{}", one.err);
    let check = server.client(&["consent", "check", "--all-tenants"]);
    assert_eq!(check.code, Some(3));
}

#[test]
fn a_customers_withdrawal_is_felt_with_the_next_token() {
    let server = Server::start();
    let permission = "Incident.Read.All";
    let revoked =
        server.client(&["consent", "revoke", "--tenant", "Alder Foods", "--permission", permission]);
    assert_eq!(revoked.code, Some(0), "{}", revoked.err);
    let refused = server.client(&["incidents", "list", "--tenant", "alder"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains(permission), "{}", refused.err);
    let everything = server.client(&["consent", "revoke", "--tenant", "Alder Foods"]);
    assert_eq!(everything.code, Some(0), "{}", everything.err);
    let gone = server.client(&["token", "get", "--tenant", "alder"]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.err.contains("AADSTS7000229"), "{}", gone.err);
    let other = server.client(&["incidents", "list", "--tenant", "birch"]);
    assert_eq!(other.code, Some(0), "another tenant's consent is untouched: {}", other.err);
}

#[test]
fn an_app_is_registered_and_given_a_secret_from_the_command_line() {
    let server = Server::start();
    let created = server.client(&["apps", "create", "Night shift", "--output", "json"]);
    assert_eq!(created.code, Some(0), "{}", created.err);
    let app = json(&created.out)["appId"].as_str().unwrap().to_owned();
    let permission = server.client(&["apps", "add-permission", &app, "Incident.Read.All"]);
    assert_eq!(permission.code, Some(0), "{}", permission.err);
    let secret = server.client(&["apps", "add-secret", &app, "--name", "first"]);
    assert_eq!(secret.code, Some(0), "{}", secret.err);
    assert!(secret.out.trim().contains("~wdy~"), "the secret alone is on standard output: {}", secret.out);
    let shown = server.client(&["apps", "show", &app, "--output", "json"]);
    assert!(!shown.out.contains(secret.out.trim()), "and nowhere else");
    let deleted = server.client(&["apps", "delete", &app, "--yes"]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.err);
    assert_eq!(server.client(&["apps", "show", &app]).code, Some(1));
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let server = Server::start();
    let said = server.client(&["doctor", "--output", "json"]);
    assert_eq!(said.code, Some(3), "some tenants work: {}{}", said.out, said.err);
    let findings = json(&said.out);
    let broken: Vec<_> = findings
        .as_array()
        .unwrap_or_else(|| panic!("{findings}"))
        .iter()
        .filter(|finding| finding["result"] == "broken")
        .collect();
    assert_eq!(broken.len(), 1, "{findings:#}");
    assert!(broken[0].to_string().contains("Cedar Freight"), "{}", broken[0]);
}
