use std::fs;

use wardenry_client::SecretSource;

use super::*;

const COMMENTED: &str = r#"# Our customers.
[connections.lab] # the lab server
profile = "self"
server = "https://localhost:8443"
ca-file = "ca.pem"
client-id = "11111111-2222-4333-8444-555555555555"
credential = { secret-command = ["pass", "show", "harbour"] }

# The first one.
[[tenants]]
name = "Alder Foods"
tenant = "alderfoods.example"
connection = "lab"

# The second one.
[[tenants]] # b
name = "Birch Clinics"
tenant = "8ee8fdad-f234-4243-8f3b-15c294843740"
connection = "lab"
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tenants.toml"), text).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("tenants.toml")
    }

    fn load(&self) -> Registry {
        Registry::load(&self.path()).unwrap()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }
}

fn connection() -> Connection {
    Connection {
        cloud: CloudProfile::built_in("gcc-high").unwrap(),
        ca_file: None,
        client_id: "99999999-2222-4333-8444-555555555555".parse().unwrap(),
        credential: CredentialSource::Certificate(SecretSource::File("/keys/harbour.pem".into())),
        endpoint: EndpointVersion::V1,
    }
}

#[test]
fn a_file_is_read_with_paths_from_its_folder() {
    let folder = Folder::with(COMMENTED);
    let registry = folder.load();
    let lab = &registry.connections()["lab"];
    assert_eq!(lab.cloud, CloudProfile::self_hosted("https://localhost:8443"));
    assert_eq!(lab.ca_file, Some(folder.0.path().join("ca.pem")));
    let arguments = vec!["show".to_owned(), "harbour".to_owned()];
    let command = SecretSource::Command { program: "pass".to_owned(), arguments };
    assert_eq!(lab.credential, CredentialSource::Secret(command));
    let alder = Tenant::parse("alderfoods.example").unwrap().with_display_name("Alder Foods");
    let alder = TenantEntry { name: "Alder Foods".to_owned(), tenant: alder, connection: "lab".to_owned() };
    for text in ["Alder Foods", "alder foods", "AlderFoods.example"] {
        assert_eq!(registry.find(text), Some(&alder), "{text}");
    }
    assert_eq!(registry.find("8EE8FDAD-f234-4243-8f3b-15c294843740").unwrap().name, "Birch Clinics");
    assert_eq!(registry.find("Cedar"), None);
}

#[test]
fn a_missing_file_is_an_empty_registry_that_can_be_filled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wardenry/tenants.toml");
    let mut registry = Registry::load(&path).unwrap();
    assert_eq!(registry.tenants(), []);
    registry.add_connection("gov", connection()).unwrap();
    registry.add_tenant("Cedar \"Freight\"", Tenant::parse("cedar.example").unwrap(), "gov").unwrap();
    registry.save().unwrap();
    let expected = r#"[connections.gov]
profile = "gcc-high"
client-id = "99999999-2222-4333-8444-555555555555"
credential = { certificate-file = "/keys/harbour.pem" }
endpoint = "v1"

[[tenants]]
name = 'Cedar "Freight"'
tenant = "cedar.example"
connection = "gov"
"#;
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    let read = Registry::load(&path).unwrap();
    assert_eq!((read.connections(), read.tenants()), (registry.connections(), registry.tenants()));
}

#[test]
fn comments_survive_adding_and_removing() {
    let folder = Folder::with(COMMENTED);
    let mut registry = folder.load();
    registry.add_tenant("Cedar", Tenant::parse("cedar.example").unwrap(), "lab").unwrap();
    registry.save().unwrap();
    let added = format!(
        "{COMMENTED}\n[[tenants]]\nname = \"Cedar\"\ntenant = \"cedar.example\"\nconnection = \"lab\"\n"
    );
    assert_eq!(folder.text(), added);
    let mut registry = folder.load();
    assert_eq!(registry.remove_tenant("alderfoods.example").unwrap().name, "Alder Foods");
    assert_eq!(registry.remove_tenant("alderfoods.example"), None);
    registry.save().unwrap();
    let start = added.find("# The first one.").unwrap();
    let end = added.find("# The second one.").unwrap();
    assert_eq!(folder.text(), format!("{}{}", &added[..start], &added[end..]));
    let mut registry = folder.load();
    registry.remove_tenant("cedar").unwrap();
    registry.remove_tenant("birch clinics").unwrap();
    registry.save().unwrap();
    assert_eq!(folder.text(), COMMENTED[..start - 1].to_owned());
}

#[test]
fn an_unusual_layout_is_laid_out_anew_rather_than_damaged() {
    let inline = r#"
tenants = [
  { name = "A", tenant = "a.example", connection = "x" },
  { name = "B", tenant = "b.example", connection = "x" },
]
[connections.x]
profile = "public"
client-id = "11111111-2222-4333-8444-555555555555"
credential = { secret-env = "X" }
"#;
    let folder = Folder::with(inline);
    let mut registry = folder.load();
    registry.remove_tenant("A").unwrap();
    registry.add_tenant("C", Tenant::parse("c.example").unwrap(), "x").unwrap();
    registry.save().unwrap();
    let read = folder.load();
    let names: Vec<_> = read.tenants().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["B", "C"]);
    assert_eq!(read.connections(), registry.connections());
}

#[test]
fn what_is_taken_is_not_overwritten() {
    let folder = Folder::with(COMMENTED);
    let mut registry = folder.load();
    let tenant = |text| Tenant::parse(text).unwrap();
    let name_taken = registry.add_tenant("alder foods", tenant("x.example"), "lab");
    assert_eq!(name_taken, Err(AddError::NameTaken("Alder Foods".to_owned())));
    let tenant_taken = registry.add_tenant("X", tenant("alderfoods.example"), "lab");
    assert_eq!(tenant_taken, Err(AddError::TenantTaken("Alder Foods".to_owned())));
    let nowhere = registry.add_tenant("X", tenant("x.example"), "moon");
    assert_eq!(nowhere, Err(AddError::NoConnection("moon".to_owned())));
    let other = registry.add_connection("lab", connection());
    assert_eq!(other, Err(AddError::ConnectionTaken("lab".to_owned())));
    assert_eq!(registry.add_connection("a b", connection()), Err(AddError::ConnectionName("a b".to_owned())));
    let same = registry.connections()["lab"].clone();
    assert_eq!(registry.add_connection("lab", same), Ok(()));
    assert_eq!(registry, folder.load());
}

#[test]
fn every_kind_of_credential_survives_a_round_trip() {
    let words = || SecretSource::Command { program: "p".to_owned(), arguments: vec!["a b".to_owned()] };
    let sources = [
        CredentialSource::Secret(SecretSource::Environment("X".to_owned())),
        CredentialSource::Secret(SecretSource::File("/a b".into())),
        CredentialSource::Secret(SecretSource::FileEntry { path: "/lab.env".into(), key: "K".to_owned() }),
        CredentialSource::Secret(words()),
        CredentialSource::Secret(SecretSource::Shell("a | b 'c' \"d\"".to_owned())),
        CredentialSource::Certificate(SecretSource::Environment("X".to_owned())),
        CredentialSource::Certificate(words()),
        CredentialSource::Certificate(SecretSource::Shell("x".to_owned())),
    ];
    for credential in sources {
        let folder = Folder::with("");
        let mut registry = folder.load();
        registry.add_connection("c", Connection { credential, ..connection() }).unwrap();
        registry.save().unwrap();
        assert_eq!(folder.load().connections(), registry.connections());
    }
}

#[test]
fn broken_files_name_the_place() {
    let tail = "client-id = \"11111111-2222-4333-8444-555555555555\"\ncredential = { secret-env = \"X\" }\n";
    let tenant = "[[tenants]]\nname = \"A\"\ntenant = \"a.example\"\nconnection = \"c\"\n";
    for (text, expected) in [
        ("x = [".to_owned(), "{} is not a valid registry"),
        (
            format!("[connections.c]\nprofile = \"public\"\nclient_id = 1\n{tail}"),
            "{} is not a valid registry",
        ),
        (
            format!("[connections.c]\nprofile = \"mars\"\n{tail}"),
            "connection \"c\" of {}: there is no profile \"mars\"; known are public, gcc, gcc-high, dod, china and self",
        ),
        (
            format!("[connections.c]\nprofile = \"self\"\n{tail}"),
            "connection \"c\" of {}: the profile \"self\" needs a server",
        ),
        (tenant.to_owned(), "tenant \"A\" of {} names the connection \"c\", which is not in the file"),
        (
            format!("[connections.c]\nprofile = \"public\"\n{tail}{tenant}{tenant}"),
            "two tenants of {} are called \"A\"",
        ),
        (
            format!("[connections.c]\nprofile = \"public\"\n{tail}{}", tenant.replace("a.example", "common")),
            "tenant \"A\" of {}: \"common\" stands for any organisation, not for one tenant",
        ),
    ] {
        let folder = Folder::with(&text);
        let error = Registry::load(&folder.path()).unwrap_err();
        assert_eq!(error.to_string(), expected.replace("{}", &folder.path().display().to_string()));
    }
}
