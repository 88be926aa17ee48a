//! `wardenry serve`: starting, refusing to start, starting again.

use std::collections::BTreeSet;

use tempfile::TempDir;

use crate::process::{Said, Server, read_env, run, wardenry};

fn refused(arguments: &[&str]) -> Said {
    let folder = TempDir::new().unwrap();
    run(wardenry().arg("serve").args(arguments).current_dir(folder.path()))
}

#[test]
fn the_environment_file_says_everything_that_a_suite_needs() {
    let server = Server::start();
    let env = server.env();
    let keys: BTreeSet<&str> = env.keys().map(String::as_str).collect();
    for key in [
        "AUTHORITY",
        "API_BASE",
        "GRAPH_BASE",
        "PORTAL",
        "CA_FILE",
        "PARTNER_TENANT",
        "CUSTOMER_TENANTS",
        "TENANT",
        "CLIENT_ID",
        "CLIENT_SECRET",
        "SCOPE",
        "RESOURCE",
        "ADMIN_USER",
        "ADMIN_PASSWORD",
        "PARTNER_ADMIN_USER",
        "PARTNER_ADMIN_PASSWORD",
    ] {
        assert!(keys.contains(key), "{key} is missing");
    }
    assert_eq!(env["CUSTOMER_TENANTS"].split(',').next(), Some(env["TENANT"].as_str()));
    assert_eq!(env["ADMIN_USER"], "ines@alderfoods.example");
    let sourced = std::process::Command::new("sh")
        .args(["-euc", ". \"$1\"; printf %s \"$CUSTOMER_NAMES\"", "sh"])
        .arg(server.env_file())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&sourced.stdout), "Alder Foods,Birch Clinics,Cedar Freight");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(server.env_file()), 0o600);
        assert_eq!(mode(server.data().join("master.key")), 0o600);
        assert_eq!(mode(server.data().join("tls/server.key")), 0o600);
    }
}

#[test]
fn two_servers_cannot_share_a_data_folder() {
    let server = Server::start();
    let data = server.data();
    let second = refused(&["--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("error: ") && second.err.contains("is in use by process"), "{}", second.err);
    assert!(second.err.contains("hint: "), "{}", second.err);
}

#[test]
fn a_killed_server_starts_again_with_its_world_and_fresh_secrets() {
    let first = Server::start();
    let before = first.env();
    let folder = first.kill();
    let again = Server::start_in(folder);
    let after = read_env(&again.env_file());
    assert_eq!(before["CLIENT_ID"], after["CLIENT_ID"]);
    assert_ne!(before["CLIENT_SECRET"], after["CLIENT_SECRET"]);
    assert_eq!(std::fs::read(&before["CA_FILE"]).unwrap(), std::fs::read(&after["CA_FILE"]).unwrap());
    let list = again.client(&["incidents", "list", "--tenant", "alder"]);
    assert_eq!(list.code, Some(0), "{}", list.err);
    let old_secret = run(wardenry()
        .args(["token", "get", "--tenant", &after["TENANT"], "--server", &after["AUTHORITY"]])
        .args(["--ca-file", &after["CA_FILE"], "--client-id", &after["CLIENT_ID"]])
        .env("WARDENRY_CLIENT_SECRET", &before["CLIENT_SECRET"])
        .env("HOME", again.folder.path()));
    assert_eq!(old_secret.code, Some(1));
    assert!(old_secret.err.contains("AADSTS7000215"), "{}", old_secret.err);
}

#[test]
fn unsafe_or_senseless_flags_are_wrong_usage() {
    for (arguments, expected) in [
        (&["--dev", "--listen", "0.0.0.0:0"][..], "a development server listens on loopback only"),
        (&["--listen", "0.0.0.0:0"], "needs a certificate"),
        (&["--seed", "demo"], "--dev"),
        (&["--dev", "--env-file", "x"], "--env-file needs --seed"),
        (&["--host", "a b"], "not a host name"),
        (&["--tls-certificate", "x"], "--tls-key"),
    ] {
        let said = refused(arguments);
        assert_eq!(said.code, Some(2), "{arguments:?}: {}", said.err);
        assert!(said.err.contains(expected), "{arguments:?}: {}", said.err);
        assert_eq!(said.out, "");
    }
}

#[test]
fn broken_files_are_named_with_line_and_field() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let scenario = file("world.toml", "[[tenants]]\nname = 'A'\ndomains = ['a.example']\npart = 'uncle'\n");
    let said = refused(&["--dev", "--listen", "127.0.0.1:0", "--seed", &scenario]);
    assert_eq!(said.code, Some(1));
    for part in ["world.toml", "line 4", "part", "`partner` or `customer`"] {
        assert!(said.err.contains(part), "{part}: {}", said.err);
    }
    let domain = file("domain.toml", "[[tenants]]\nname = 'A'\ndomains = ['not a domain']\n");
    let said = refused(&["--dev", "--listen", "127.0.0.1:0", "--seed", &domain]);
    assert!(
        said.err.contains("tenant 'A'") && said.err.contains("'not a domain' is not a domain name"),
        "{}",
        said.err
    );
    let config = file("config.toml", "lisen = '127.0.0.1:0'\n");
    let said = refused(&["--config", &config]);
    assert!(
        said.err.contains("config.toml") && said.err.contains("line 1") && said.err.contains("lisen"),
        "{}",
        said.err
    );
}

#[test]
fn a_damaged_database_or_key_refuses_to_start_and_says_what_to_do() {
    let folder = Server::start().kill();
    let data = folder.path().join("data");
    let data_text = data.to_str().unwrap();
    let key = std::fs::read(data.join("master.key")).unwrap();

    std::fs::write(data.join("master.key"), [7; 32]).unwrap();
    let said = refused(&["--data", data_text, "--listen", "127.0.0.1:0"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("the key file does not belong to this database"), "{}", said.err);

    std::fs::write(data.join("master.key"), &key[..31]).unwrap();
    let said = refused(&["--data", data_text, "--listen", "127.0.0.1:0"]);
    assert!(said.err.contains("it must have 32 bytes"), "{}", said.err);

    std::fs::write(data.join("master.key"), key).unwrap();
    std::fs::write(data.join("wardenry.db"), "this was a database once").unwrap();
    let said = refused(&["--data", data_text, "--listen", "127.0.0.1:0"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("wardenry.db") && said.err.contains("hint: "), "{}", said.err);
}
