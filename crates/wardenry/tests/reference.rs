//! The reference pages say what the code says.
//!
//! After a change, `WARDENRY_UPDATE_REFERENCE=1 cargo test -p wardenry --test reference` writes the generated pages anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use wardenry_oauth::error::Code;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn error_page() -> String {
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.number());
    let mut page = String::from(
        "# Error codes of the authority\n\n\
         Generated from `crates/wardenry-oauth/src/error.rs` by `crates/wardenry/tests/reference.rs`; do not edit.\n\n\
         A running server explains each of them at `/error?code=…`. Numbers follow the live service and are never changed or \
         reused; the texts are ours, and no program may rely on them.\n\n\
         | code | `error` | HTTP | meaning | what to do |\n| --- | --- | --- | --- | --- |\n",
    );
    for code in codes {
        let _infallible = writeln!(
            page,
            "| AADSTS{} | `{}` | {} | {} | {} |",
            code.number(),
            code.error(),
            code.status(),
            code.title(),
            code.advice()
        );
    }
    page
}

#[test]
fn the_error_page_is_current() {
    let path = root().join("docs/errors.md");
    let expected = error_page();
    if std::env::var_os("WARDENRY_UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, &expected).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).expect("the page is there");
    assert_eq!(found, expected, "docs/errors.md is stale; this file's head says how to renew it");
}

#[test]
fn every_dependency_is_explained() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is there");
    let manifest: toml::Table = manifest.parse().expect("the manifest is TOML");
    let dependencies = manifest["workspace"]["dependencies"].as_table().expect("dependencies are a table");
    let page = std::fs::read_to_string(root().join("docs/dependencies.md")).expect("the page is there");
    let explained: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let ours = |name: &&String| !name.starts_with("wardenry-");
    let missing: Vec<_> =
        dependencies.keys().filter(ours).filter(|name| !explained.contains(&name.as_str())).collect();
    let stale: Vec<_> = explained.iter().filter(|name| !dependencies.contains_key(**name)).collect();
    assert!(missing.is_empty(), "docs/dependencies.md does not explain {missing:?}");
    assert!(stale.is_empty(), "docs/dependencies.md explains what is not used: {stale:?}");
}

#[test]
fn every_link_between_our_pages_leads_somewhere() {
    let mut pages: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "COMPAT.md", "CONTRIBUTING.md", "SECURITY.md"]
            .into_iter()
            .map(|page| root().join(page))
            .collect();
    pages.push(root().join("tests/clients/README.md"));
    let docs = std::fs::read_dir(root().join("docs")).expect("the folder is there");
    pages.extend(docs.map(|entry| entry.expect("the folder can be read").path()));
    let mut dead = Vec::new();
    for page in pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        let text = std::fs::read_to_string(page).expect("the page is there");
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let path = target.split('#').next().unwrap_or_default();
            if !page.parent().expect("pages are in folders").join(path).exists() {
                dead.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}
