//! `wardenry consent url`.

use crate::run::{APP, World, ends, env_file};

#[test]
fn the_link_needs_no_secret() {
    let world = World::new();
    let link = format!(
        "https://login.microsoftonline.com/common/oauth2/authorize?prompt=consent&client_id={APP}&response_type=code&sso_reload=true"
    );
    let arguments = ["consent", "url", "--profile", "public", "--client-id", APP];
    assert_eq!(world.run(&arguments), ends(0, &format!("{link}\n"), ""));
    let json = format!("{{\n  \"url\": \"{link}\"\n}}\n");
    assert_eq!(world.run(&[&arguments[..], &["-o", "json"]].concat()), ends(0, &json, ""));
}

#[test]
fn the_administrator_endpoints_carry_tenant_redirect_and_state() {
    let world = World::new();
    let file = world.write("lab.env", &env_file("https://localhost:8443"));
    let more = ["--redirect-uri", "https://portal.example/done", "--state", "c1", "--env-file", &file];
    let v1 = world.run(&[&["consent", "url", "--form", "v1", "--tenant", "birch"][..], &more].concat());
    let expected = format!(
        "https://localhost:8443/birch.example/adminconsent?client_id={APP}&redirect_uri=https%3A%2F%2Fportal.example%2Fdone&state=c1\n"
    );
    assert_eq!(v1, ends(0, &expected, ""));
    let v2 = world.run(&[&["consent", "url", "--form", "v2"][..], &more].concat());
    let expected = format!(
        "https://localhost:8443/organizations/v2.0/adminconsent?client_id={APP}\
         &scope=https%3A%2F%2Fapi.security.microsoft.com%2F.default&redirect_uri=https%3A%2F%2Fportal.example%2Fdone&state=c1\n"
    );
    assert_eq!(v2, ends(0, &expected, ""));
}

#[test]
fn a_relative_redirect_is_refused() {
    let world = World::new();
    let arguments =
        ["consent", "url", "--profile", "public", "--client-id", APP, "--form", "v1", "--redirect-uri", "/x"];
    assert_eq!(
        world.run(&arguments),
        ends(1, "", "error: the redirect URI \"/x\" is not an absolute address\n")
    );
}
