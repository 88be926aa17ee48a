//! `wardenry demo --exit`: the walk is a test of the whole flow.

use crate::process::{run, wardenry};

#[test]
fn every_step_of_the_walk_does_what_it_should() {
    let said = run(wardenry().args(["demo", "--exit", "--listen", "127.0.0.1:0"]));
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    let steps: Vec<&str> = said
        .out
        .lines()
        .filter(|line| line.get(..2).is_some_and(|number| number.trim().parse::<u8>().is_ok()))
        .map(|line| line[4..].trim())
        .collect();
    assert_eq!(
        steps,
        [
            "The partner's automation gets a token for Microsoft Graph",
            "Register a multi-tenant application",
            "Choose API permissions",
            "Add a client secret",
            "Ask for a token for Alder Foods, before anybody there has consented",
            "An ordinary user opens the consent link",
            "Alder Foods's Global Administrator opens the same link and accepts",
            "The same token request again, v2 endpoint",
            "And on the v1 endpoint, as older samples do",
            "What the token says",
            "Read Alder Foods's incidents",
            "Birch Clinics consents, too",
            "One queue over all customers",
            "Send events into Birch Clinics's hunting tables",
            "One hunt over all customers",
            "A hunt with a token that lacks the permission",
            "Alder Foods withdraws the incident permission",
            "The same call, with a new token",
        ]
    );
    assert!(said.out.contains("AADSTS7000229") && said.out.contains("Cedar Freight: not consented yet"));
    assert!(said.out.ends_with("Every step did what it should.\n"), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "no colours when the output is no terminal");
}

#[test]
fn an_address_that_cannot_be_had_is_a_plain_failure() {
    let said = run(wardenry().args(["demo", "--exit", "--listen", "192.0.2.1:1"]));
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("a development server listens on loopback only"), "{}", said.err);
}
