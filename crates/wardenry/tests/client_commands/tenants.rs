//! `wardenry tenants add`, `list`, `remove`.

use crate::run::{APP, World, ends, env_file};

fn add_first(world: &World) -> crate::run::Ran {
    let secret = world.write("secret", "hunter2\n");
    world.run(&[
        "tenants",
        "add",
        "Alder Foods",
        "alder.example",
        "--server",
        "https://localhost:8443",
        "--client-id",
        APP,
        "--client-secret-file",
        &secret,
        "--connection",
        "lab",
    ])
}

const REGISTRY: &str = r#"[connections.lab]
profile = "self"
server = "https://localhost:8443"
client-id = "11111111-2222-4333-8444-555555555555"
credential = { secret-file = "~/secret" }

[[tenants]]
name = "Alder Foods"
tenant = "alder.example"
connection = "lab"

[[tenants]]
name = "Birch"
tenant = "bbbbbbbb-2222-4333-8444-555555555555"
connection = "lab"
"#;

#[test]
fn tenants_are_added_listed_and_removed() {
    let world = World::new();
    assert_eq!(
        world.run(&["tenants", "list"]),
        ends(0, "", "note: there are no tenants yet; `wardenry tenants add --help` shows how to add one\n")
    );
    assert_eq!(add_first(&world), ends(0, "", "note: added Alder Foods\n"));
    let second = world.run(&["tenants", "add", "Birch", "bbbbbbbb-2222-4333-8444-555555555555"]);
    assert_eq!(second, ends(0, "", "note: added Birch\n"));
    assert_eq!(world.registry().replace(&world.path("").display().to_string(), "~/"), REGISTRY);
    let table = "\
NAME         TENANT                                CONNECTION  CLOUD                   CLIENT ID                             CREDENTIAL
Alder Foods  alder.example                         lab         https://localhost:8443  11111111-2222-4333-8444-555555555555  ~/secret
Birch        bbbbbbbb-2222-4333-8444-555555555555  lab         https://localhost:8443  11111111-2222-4333-8444-555555555555  ~/secret
";
    let shown = world.run(&["tenants", "list"]);
    // The home folder is longer than `~`, but stands in the last column.
    assert_eq!(shown, ends(0, table, ""));
    let removed = world.run(&["tenants", "remove", "alder foods"]);
    assert_eq!(removed, ends(0, "", "note: removed Alder Foods\n"));
    let csv = "name,tenant,connection,cloud,client_id,credential\r\n\
               Birch,bbbbbbbb-2222-4333-8444-555555555555,lab,https://localhost:8443,\
               11111111-2222-4333-8444-555555555555,~/secret\r\n";
    assert_eq!(world.run(&["tenants", "list", "--output", "csv"]), ends(0, csv, ""));
    let record = serde_json::json!({
        "name": "Birch", "tenant": "bbbbbbbb-2222-4333-8444-555555555555", "connection": "lab",
        "cloud": "https://localhost:8443", "clientId": APP, "credential": "~/secret",
    });
    let lines = world.run(&["tenants", "list", "-o", "jsonl"]).stdout;
    assert_eq!((lines.lines().count(), serde_json::from_str(&lines).ok()), (1, Some(record.clone())));
    let document = world.run(&["tenants", "list", "-o", "json"]).stdout;
    assert_eq!(serde_json::from_str(&document).ok(), Some(serde_json::json!([record])));
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let world = World::new();
    let nowhere = world.run(&["tenants", "add", "Alder", "alder.example"]);
    let hint = "hint: say how to reach the tenant: --profile NAME (or --server URL), --client-id ID and a credential\n";
    assert_eq!(nowhere, ends(1, "", &format!("error: the registry has no connection yet\n{hint}")));
    add_first(&world);
    let before = world.registry();
    let taken = world.run(&["tenants", "add", "ALDER FOODS", "x.example"]);
    assert_eq!(taken, ends(1, "", "error: the registry has a tenant \"Alder Foods\" already\n"));
    let common = world.run(&["tenants", "add", "X", "common"]);
    assert_eq!(common, ends(1, "", "error: \"common\" stands for any organisation, not for one tenant\n"));
    let beginning = world.run(&["tenants", "remove", "a"]);
    assert_eq!((beginning.code, world.registry()), (1, before.clone()), "{beginning:?}");
    let missing = world.run(&["tenants", "remove", "alder foods", "cedar"]);
    let expected = "error: there is no tenant \"cedar\" in ~/.config/wardenry/tenants.toml; nothing was removed\n\
                    hint: `wardenry tenants list` shows the names\n";
    assert_eq!(missing, ends(1, "", expected));
    assert_eq!(world.registry(), before);
}

#[test]
fn the_customers_of_a_development_server_are_added_at_once() {
    let world = World::new();
    let file = world.write("lab.env", &env_file("https://localhost:8443"));
    let added = world.run(&["tenants", "add", "--env-file", &file]);
    assert_eq!(added, ends(0, "", "note: added Alder Foods\nnote: added Birch Clinics\n"));
    let registry = world.registry();
    assert!(registry.contains("secret-file-entry"), "{registry}");
    assert!(!registry.contains("hunter2"), "{registry}");
    // Without adding them, they can be looked at as well.
    let other = World::new().with_variable("WARDENRY_ENV_FILE", file);
    let names = other.run(&["tenants", "list", "-o", "csv"]).stdout;
    let names: Vec<_> = names.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(names, ["Alder Foods", "Birch Clinics"]);
}

#[test]
fn a_broken_registry_names_file_line_and_field() {
    let world = World::new();
    world.write(
        ".config/wardenry/tenants.toml",
        "[[tenants]]\nname = \"A\"\ntennant = \"a.example\"\nconnection = \"x\"\n",
    );
    let ran = world.run(&["tenants", "list"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr.starts_with("error: ~/.config/wardenry/tenants.toml is not a valid registry\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("line 3") && ran.stderr.contains("tennant"), "{ran:?}");
}
