//! `wardenry consent url` and `revoke`.

use crate::run::{APP, World, ends, env_file};

/// What stands on standard error beside every link.
const AFTERWARDS: &str = "note: the browser ends at the app's redirect URI; whatever that shows, consent is given once \
                          it got there; `wardenry consent check` tells\n";

#[test]
fn the_link_needs_no_secret() {
    let world = World::new();
    let link = format!(
        "https://login.microsoftonline.com/common/oauth2/authorize?prompt=consent&client_id={APP}&response_type=code&sso_reload=true"
    );
    let arguments = ["consent", "url", "--profile", "public", "--client-id", APP];
    assert_eq!(world.run(&arguments), ends(0, &format!("{link}\n"), AFTERWARDS));
    let json = format!("{{\n  \"url\": \"{link}\"\n}}\n");
    assert_eq!(world.run(&[&arguments[..], &["-o", "json"]].concat()), ends(0, &json, AFTERWARDS));
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
    assert_eq!(v1, ends(0, &expected, AFTERWARDS));
    let v2 = world.run(&[&["consent", "url", "--form", "v2"][..], &more].concat());
    let expected = format!(
        "https://localhost:8443/organizations/v2.0/adminconsent?client_id={APP}\
         &scope=https%3A%2F%2Fapi.security.microsoft.com%2F.default&redirect_uri=https%3A%2F%2Fportal.example%2Fdone&state=c1\n"
    );
    assert_eq!(v2, ends(0, &expected, AFTERWARDS));
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

#[test]
fn an_env_file_administers_its_first_customer_alone() {
    let world = World::new();
    let file =
        format!("{}ADMIN_CLIENT_ID={APP}\nADMIN_CLIENT_SECRET=hunter4\n", env_file("https://localhost:1"));
    let file = world.write("lab.env", &file);
    for (tenant, shown) in [
        ("Birch Clinics", "Birch Clinics"),
        ("birch.example", "Birch Clinics"),
        ("dddddddd-2222-4333-8444-555555555555", "dddddddd-2222-4333-8444-555555555555"),
    ] {
        let ran = world.run(&["consent", "revoke", "--tenant", tenant, "--env-file", &file]);
        let expected = format!(
            "error: ~/lab.env can administer only Alder Foods, not {shown}\n\
             hint: name an app of {shown} with --client-id and a credential\n"
        );
        assert_eq!(ran, ends(1, "", &expected));
    }
}

#[test]
fn a_scenario_without_automation_is_told_how_to_get_one() {
    let world = World::new();
    let file = world.write("lab.env", &env_file("https://localhost:1"));
    let hint = "hint: add an application with automation = true to the scenario\n";
    let revoke = world.run(&["consent", "revoke", "--tenant", "Alder Foods", "--env-file", &file]);
    assert_eq!(revoke, ends(1, "", &format!("error: ~/lab.env has no entry ADMIN_CLIENT_ID\n{hint}")));
    let apps = world.run(&["apps", "list", "--env-file", &file]);
    assert_eq!(apps, ends(1, "", &format!("error: ~/lab.env has no entry PARTNER_ADMIN_CLIENT_ID\n{hint}")));
}

#[test]
fn the_beginning_of_a_name_is_not_enough_to_withdraw_consent() {
    let world = World::new();
    let file = world.write("lab.env", &env_file("https://localhost:1"));
    let ran = world.run(&["consent", "revoke", "--tenant", "a", "--env-file", &file]);
    let expected = "error: \"a\" is only the beginning of a name\nhint: write it in full: Alder Foods\n";
    assert_eq!(ran, ends(1, "", expected));
}
