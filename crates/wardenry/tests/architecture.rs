//! The house stays as ARCHITECTURE.md draws it: which crate may know which, and what is deliberately absent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The edges that exist, one `from -> to` a line. A new one is a decision, made visible here.
const EDGES: &str = include_str!("architecture/edges.txt");

/// Normal dependencies by workspace member.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let text = |value: &Value| value.as_str().expect("names are texts").to_owned();
    let packages = metadata["packages"].as_array().expect("there are packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies are a list");
            let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
            (text(&package["name"]), normal.map(|dependency| text(&dependency["name"])).collect())
        })
        .collect()
}

#[test]
fn the_edges_between_our_crates_are_the_listed_ones() {
    let dependencies = dependencies();
    let mut found = Vec::new();
    for (from, to) in &dependencies {
        found.extend(
            to.iter().filter(|to| dependencies.contains_key(*to)).map(|to| format!("{from} -> {to}")),
        );
    }
    let listed: Vec<_> = EDGES.lines().map(str::to_owned).collect();
    assert_eq!(
        found, listed,
        "tests/architecture/edges.txt lists the edges; a change of it is a change of the design"
    );
}

#[test]
fn what_is_deliberately_absent_is_absent() {
    let dependencies = dependencies();
    let delivery = ["wardenry", "wardenry-api", "wardenry-authority", "wardenry-portal", "wardenry-web"];
    for (crate_name, users) in [
        ("axum", &delivery[..]),
        ("hyper", &["wardenry"][..]),
        ("sqlx", &["wardenry-store"][..]),
        ("maud", &["wardenry-authority", "wardenry-portal", "wardenry-web"][..]),
        ("clap", &["wardenry", "wardenry-kql-corpus"][..]),
        ("aws-lc-rs", &["wardenry-benches", "wardenry-directory", "wardenry-jose", "wardenry-s3"][..]),
        (
            "datafusion",
            &[
                "wardenry-hunting",
                "wardenry-kql-corpus",
                "wardenry-kql-engine",
                "wardenry-kql-files",
                "wardenry-lake",
            ][..],
        ),
    ] {
        for (package, its) in &dependencies {
            let allowed = users.contains(&package.as_str());
            assert!(allowed || !its.contains(crate_name), "{package} must not know {crate_name}");
        }
    }
}

#[test]
fn the_partners_side_knows_no_server_crate() {
    let dependencies = dependencies();
    let server = [
        "wardenry-api",
        "wardenry-authority",
        "wardenry-directory",
        "wardenry-incidents",
        "wardenry-store",
        "wardenry-web",
    ];
    for partner in ["wardenry-client", "wardenry-fleet"] {
        let known = &dependencies[partner];
        assert!(server.iter().all(|name| !known.contains(*name)), "{partner}: {known:?}");
    }
}
