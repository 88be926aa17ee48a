//! Where a command goes and as whom, and what it says when that is not clear or nobody is there.

use crate::run::{APP, World, ends, env_file};

/// An address of this machine where nobody listens.
fn closed() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("https://localhost:{}", listener.local_addr().unwrap().port())
}

#[test]
fn without_any_settings_the_ways_to_give_them_are_named() {
    let expected = "error: it is not said where to connect\n\
                    hint: against a development server: --env-file FILE, as `wardenry serve --env-file FILE` wrote it\n\
                    hint: otherwise: --profile NAME (or --server URL), --client-id ID and a credential; see --help\n";
    for arguments in [&["token", "get", "--tenant", "a.example"][..], &["consent", "url"], &["doctor"]] {
        assert_eq!(World::new().run(arguments), ends(1, "", expected), "{arguments:?}");
    }
    let all = World::new().run(&["incidents", "list", "--all-tenants"]);
    assert_eq!((all.code, all.stdout.as_str()), (1, ""));
    assert!(
        all.stderr.starts_with("error: there are no tenants in ~/.config/wardenry/tenants.toml\nhint: "),
        "{all:?}"
    );
}

#[test]
fn a_missing_piece_is_named() {
    let world = World::new();
    let get = |more: &[&str]| world.run(&[&["token", "get", "--tenant", "a.example"], more].concat());
    let no_app =
        "error: it is not said as which app to act\nhint: add --client-id ID or set WARDENRY_CLIENT_ID\n";
    assert_eq!(get(&["--profile", "public"]), ends(1, "", no_app));
    assert_eq!(get(&["--profile", "public", "--client-secret-command", "echo x"]), ends(1, "", no_app));
    let no_credential = "error: there is no credential for the app\n\
                         hint: set WARDENRY_CLIENT_SECRET, or add --client-secret-file FILE, \
                         --client-secret-command COMMAND or --client-certificate FILE\n";
    assert_eq!(get(&["--profile", "public", "--client-id", APP]), ends(1, "", no_credential));
    let file = world.write("lab.env", &env_file("https://localhost:1"));
    let other_app = get(&["--env-file", &file, "--client-id", "99999999-2222-4333-8444-555555555555"]);
    assert_eq!(other_app, ends(1, "", no_credential), "the file's secret belongs to the file's app");
    let other_cloud = get(&["--env-file", &file, "--profile", "public"]);
    let left_out =
        "note: ~/lab.env belongs to another server than https://login.microsoftonline.com and is left out\n";
    assert_eq!(other_cloud, ends(1, "", &format!("{left_out}{no_app}")));
    let no_cloud = get(&["--client-id", APP, "--client-secret-command", "echo x"]);
    let expected = "error: it is not said which cloud to talk to\n\
                    hint: add --profile public (or another), --server URL for a Wardenry server, or --env-file FILE\n";
    assert_eq!(no_cloud, ends(1, "", expected));
    let both = get(&["--profile", "public", "--server", "https://localhost:1", "--client-id", APP]);
    assert_eq!(both, ends(2, "", "error: a server goes with the profile self, not with public\n"));
    let insecure =
        get(&["--server", "http://localhost:1", "--client-id", APP, "--client-secret-command", "echo x"]);
    assert_eq!(
        insecure,
        ends(1, "", "error: the authority is not an https address: \"http://localhost:1\"\n")
    );
    let missing_file = get(&["--profile", "public", "--client-id", APP, "--client-secret-file", "nope"]);
    let expected = "error: cannot read ~/nope\n  because No such file or directory (os error 2)\n";
    assert_eq!(missing_file, ends(1, "", expected));
}

#[test]
fn a_server_that_is_not_there_is_an_error_with_advice() {
    let server = closed();
    let world = World::new()
        .with_variable("WARDENRY_SERVER", &server)
        .with_variable("WARDENRY_CLIENT_ID", APP)
        .with_variable("WARDENRY_CLIENT_SECRET", "hunter2")
        // Loopback is never reached through a proxy.
        .with_variable("HTTPS_PROXY", "http://proxy.invalid:1");
    let ran = world.run(&["doctor", "-o", "jsonl"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let findings: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let reach = findings.iter().find(|finding| finding["check"] == "reach").unwrap();
    assert_eq!(
        (&reach["result"], &reach["subject"], &reach["advice"]),
        (
            &"broken".into(),
            &server.as_str().into(),
            &serde_json::json!([
                "check the address and that the server is running; `wardenry doctor` looks at the whole way"
            ])
        )
    );
    assert!(
        reach["found"].as_str().unwrap().starts_with(&format!("cannot connect to {server}\n")),
        "{reach}"
    );
    assert!(
        findings.iter().any(|finding| finding["check"] == "proxy" && finding["result"] == "watch"),
        "{ran:?}"
    );
    assert!(!format!("{ran:?}").contains("hunter2"));
    let human = world.run(&["doctor"]);
    let expected = format!("BROKEN  reach     {server}: cannot connect to {server}\n          because ");
    assert!(human.stdout.contains(&expected), "{human:?}");
    let one = world.run(&["doctor", "--tenant", "alder.example"]);
    assert!(one.stdout.contains(&format!("authority {server}, 1 tenant\n")), "{one:?}");
}

#[test]
fn a_readable_secret_file_and_a_broken_env_file_are_remarked_on() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::new();
    let file = world.write("lab.env", &env_file("http://localhost:1"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = world.run(&["token", "get", "--tenant", "alder", "--env-file", &file]);
    let expected = "warning: ~/lab.env may be read by other users (mode 644); run: chmod 600 '~/lab.env'\n\
                    error: the authority is not an https address: \"http://localhost:1\"\n";
    assert_eq!(ran, ends(1, "", expected));
    let broken = world.write("broken.env", "AUTHORITY=https://localhost:1\nhunter2\n");
    let ran = world.run(&["token", "get", "--tenant", "alder", "--env-file", &broken]);
    let expected = "error: cannot read ~/broken.env\n  because line 2 is not of the form KEY=value\n";
    assert_eq!(ran, ends(1, "", expected));
    let short = world.write("short.env", "AUTHORITY=https://localhost:1\n");
    let ran = world.run(&["consent", "url", "--env-file", &short]);
    assert_eq!(ran, ends(1, "", "error: ~/short.env has no entry CLIENT_ID\n"));
}

#[test]
fn a_scenario_may_have_no_customers() {
    let world = World::new();
    let server = closed();
    let file = env_file(&server)
        .replace("bbbbbbbb-2222-4333-8444-555555555555,birch.example", "")
        .replace("Alder Foods,Birch Clinics", "");
    let file = world.write("lab.env", &file);
    let hints = "hint: add [[tenants]] with part = \"customer\" to the scenario\nhint: or name a tenant with --tenant\n";
    let none = format!("error: the scenario of the env file has no customers\n{hints}");
    assert_eq!(world.run(&["incidents", "list", "--all-tenants", "--env-file", &file]), ends(1, "", &none));
    let doctor = world.run(&["doctor", "--env-file", &file]).stdout;
    let expected = format!("has no customers\n{}", hints.replace("hint:", "          do:"));
    assert!(doctor.contains(&expected), "{doctor}");
    let named = world.run(&["doctor", "--tenant", "alder.example", "--env-file", &file]).stdout;
    assert!(named.contains(&format!("authority {server}, 1 tenant\n")), "{named}");
}

#[test]
fn an_unknown_tenant_is_told_from_the_known_ones() {
    let world = World::new();
    let quoted = env_file("https://localhost:1")
        .replace("=Alder Foods,Birch Clinics", "='Alder Foods,Birch O'\\''Hara'");
    let file = world.write("lab.env", &quoted);
    let ran = world.run(&["token", "get", "--tenant", "delta", "--env-file", &file]);
    let expected = "error: no tenant is called \"delta\"\nhint: known are: Alder Foods, Birch O'Hara\n";
    assert_eq!(ran, ends(1, "", expected));
}

#[test]
fn an_env_file_outlives_its_server() {
    let world = World::new();
    let file = world.write("lab.env", &format!("{}CA_FILE=gone.pem\n", env_file("https://localhost:1")));
    let expected = "error: cannot read the CA file ~/gone.pem\n  because No such file or directory (os error 2)\n\
                    hint: when an env file names it, the server that wrote the env file has stopped: start it again\n";
    for arguments in [&["token", "get", "--tenant", "alder"][..], &["doctor"]] {
        let ran = world.run(&[arguments, &["--env-file", &file]].concat());
        assert_eq!(ran, ends(1, "", expected), "{arguments:?}");
    }
}
