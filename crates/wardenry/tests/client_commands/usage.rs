//! Help and wrong usage.

use crate::run::World;

/// Every command of the client side, in the order of its group's help.
const COMMANDS: &[&[&str]] = &[
    &["token", "get"],
    &["token", "inspect"],
    &["token", "explain"],
    &["consent", "url"],
    &["consent", "check"],
    &["consent", "revoke"],
    &["tenants", "add"],
    &["tenants", "list"],
    &["tenants", "remove"],
    &["tenants", "check"],
    &["apps", "list"],
    &["apps", "show"],
    &["apps", "create"],
    &["apps", "add-permission"],
    &["apps", "remove-permission"],
    &["apps", "add-secret"],
    &["apps", "remove-secret"],
    &["apps", "add-certificate"],
    &["apps", "remove-certificate"],
    &["apps", "delete"],
    &["incidents", "list"],
    &["incidents", "show"],
    &["hunt"],
    &["ingest"],
    &["doctor"],
];

#[test]
fn every_command_explains_itself_on_standard_output() {
    let world = World::new();
    for command in COMMANDS {
        let ran = world.run(&[command, &["--help"][..]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command:?}");
        let usage = format!("Usage: wardenry {}", command.join(" "));
        assert!(ran.stdout.contains(&usage), "{command:?}: {}", ran.stdout);
    }
}

#[test]
fn the_list_of_commands_is_complete() {
    let world = World::new();
    for group in ["token", "consent", "tenants", "apps", "incidents"] {
        let help = world.run(&[group, "--help"]).stdout;
        let listed: Vec<_> = help
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .map_while(|line| line.strip_prefix("  "))
            // What is indented further is the rest of a long explanation.
            .filter_map(|line| line.split_once(' ').map_or(Some(line), |(name, _)| Some(name)))
            .filter(|name| !name.is_empty())
            .filter(|name| *name != "help")
            .collect();
        let known: Vec<_> =
            COMMANDS.iter().filter(|command| command[0] == group).map(|command| command[1]).collect();
        assert_eq!(listed, known, "{group}");
    }
}

#[test]
fn wrong_usage_is_two_and_prints_no_data() {
    let world = World::new();
    for arguments in [
        &[][..],
        &["nonsense"],
        &["token", "get"],
        &["token", "inspect", "eyJhbGciOiJSUzI1NiJ9.e30.AA"],
        &["token", "get", "--tenant", "a.example", "--client-secret", "hunter2"],
        &["token", "explain", "--call", "GET /nowhere"],
        &["consent", "url", "--form", "v2"],
        &["consent", "check"],
        &["incidents", "list"],
        &["incidents", "list", "--tenant", "a.example", "--all-tenants"],
        &["incidents", "list", "--all-tenants", "--since", "yesterday"],
        &["incidents", "list", "--all-tenants", "--status", "Paused"],
        &["incidents", "list", "--all-tenants", "--top", "0"],
        &["incidents", "show", "seven", "--tenant", "a.example"],
        &["hunt", "T"],
        &["hunt", "--all-tenants", "--shape", "kusto", "T"],
        &["hunt", "--all-tenants", "--max-rows", "0", "T"],
        &["hunt", "--all-tenants", "--file", "q.kql", "T"],
        &["ingest", "events.jsonl"],
        &["ingest", "--tenant", "a.example"],
        &["tenants", "add", "Alder"],
        &["tenants", "remove"],
        &["apps", "show"],
        &["doctor", "--profile", "mars"],
        &["doctor", "--output", "xml"],
    ] {
        let ran = world.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?} {ran:?}");
    }
}

#[test]
fn numbers_are_whole_and_from_one() {
    let world = World::new();
    for (arguments, expected) in [
        (&["incidents", "list", "--all-tenants", "--top", "0"][..], "write a whole number from 1\n"),
        (&["incidents", "list", "--all-tenants", "--concurrency", "x"], "write a whole number from 1\n"),
        (&["incidents", "show", "seven", "--tenant", "a.example"], "write a whole number from 1\n"),
        (&["doctor", "--concurrency", "1.5"], "write a whole number from 1\n"),
        (&["apps", "add-secret", "x", "--days", "0"], "write a whole number from 1 to 3650\n"),
    ] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(&format!(": {expected}")), "{ran:?}");
    }
}
