//! Events into a real server, and hunts for them, with the client commands.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wardenry_core::time::{Clock as _, SystemClock};

use crate::process::{Killed, Said, Server};

/// An event of the stream, of the present, so that it lies in the time that the server looks at by default.
fn event(number: impl Into<Value>) -> String {
    let now = SystemClock.now().to_string();
    let record = json!({
        "time": now, "category": "AdvancedHunting-DeviceProcessEvents",
        "properties": {"Timestamp": now, "DeviceName": "pc-1", "FileName": "made-up.exe", "ProcessId": number.into()},
    });
    format!("{record}\n")
}

impl Server {
    fn write(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn ingest(&self, tenant: &str, arguments: &[&str]) -> (Said, Value) {
        let said = self.client(&[&["ingest", "--tenant", tenant, "--output", "json"], arguments].concat());
        let document = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"));
        (said, document)
    }

    fn hunt(&self, arguments: &[&str]) -> Said {
        self.client(&[&["hunt", "--output", "jsonl"], arguments].concat())
    }
}

const QUERY: &str = "DeviceProcessEvents | where FileName == 'made-up.exe' | project ProcessId, IsPc = DeviceName == 'pc-1' | order by ProcessId asc";

#[test]
fn what_is_acknowledged_is_found_in_its_tenant_alone_and_in_both_shapes() {
    let server = Server::start();
    let lines = [event(1), event("many"), event(3)].concat();
    let file = server.write("events.jsonl", &lines);
    let (said, files) = server.ingest("alder", &[&file]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    let counts = |files: &Value| {
        ["stored", "repeated", "quarantined", "notSent"].map(|name| files[0][name].as_u64().unwrap())
    };
    assert_eq!(counts(&files), [2, 0, 1, 0], "{files:#}");
    assert_eq!(files[0]["problems"][0]["line"], 2, "{files:#}");
    let expected = "{\"Tenant\":\"Alder Foods\",\"ProcessId\":1,\"IsPc\":true}\n\
                    {\"Tenant\":\"Alder Foods\",\"ProcessId\":3,\"IsPc\":true}\n";
    for shape in ["defender", "graph"] {
        let found = server.hunt(&["--tenant", "alder", "--shape", shape, QUERY]);
        assert_eq!((found.code, found.out.as_str()), (Some(0), expected), "{shape}: {}", found.err);
        let other = server.hunt(&["--tenant", "birch", "--shape", shape, QUERY]);
        assert_eq!((other.code, other.out.as_str()), (Some(0), ""), "{shape}: {}", other.err);
    }
    let kept = server.hunt(&["--tenant", "alder", "WardenryQuarantine | count"]);
    assert_eq!(kept.out, "{\"Tenant\":\"Alder Foods\",\"Count\":1}\n", "{}", kept.err);
    // Whoever forgets how far it came sends the same batch under the same id.
    std::fs::remove_dir_all(server.folder.path().join(".local/state/wardenry/ingest")).unwrap();
    let (_, files) = server.ingest("alder", &[&file]);
    assert_eq!(counts(&files)[..2], [0, 3], "{files:#}");
    let found = server.hunt(&["--tenant", "alder", QUERY]);
    assert_eq!(found.out, expected, "{}", found.err);
}

#[test]
fn one_hunt_over_all_customers_is_honest_about_the_one_that_has_not_consented() {
    let server = Server::start();
    for tenant in ["alder", "birch"] {
        let now = SystemClock.now();
        let csv = format!("Timestamp,DeviceName,FileName,ProcessId\n{now},pc-1,made-up.exe,7\n");
        let file = server.write(&format!("{tenant}.csv"), &csv);
        let (said, _) = server.ingest(tenant, &["--table", "DeviceProcessEvents", &file]);
        assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    }
    let query = "DeviceProcessEvents | where FileName == 'made-up.exe' | summarize n = count() by DeviceName";
    let found = server.client(&["hunt", "--all-tenants", "--stats", query]);
    let expected =
        "Tenant         DeviceName  n\nAlder Foods    pc-1        1\nBirch Clinics  pc-1        1\n";
    assert_eq!((found.code, found.out.as_str()), (Some(3), expected), "{}", found.err);
    assert!(found.err.contains("error: Cedar Freight: not consented yet: "), "{}", found.err);
    assert!(found.err.contains("note: Alder Foods: 1 row, 0."), "{}", found.err);
    let permission = ["--permission", "AdvancedHunting.Read.All"];
    let revoked =
        server.client(&[&["consent", "revoke", "--tenant", "Alder Foods"], &permission[..]].concat());
    assert_eq!(revoked.code, Some(0), "{}", revoked.err);
    let refused = server.hunt(&["--tenant", "alder", query]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{}", refused.err);
    assert!(refused.err.contains("AdvancedHunting.Read.All"), "{}", refused.err);
    let wrong = server.hunt(&["--tenant", "birch", "DeviceProcessEvents | where FileNam == 'x'"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.err.contains("(BadRequest, HTTP 400)") && wrong.err.contains("FileName"), "{}", wrong.err);
}

#[test]
fn an_ingest_that_is_killed_loses_nothing_and_stores_nothing_twice() {
    const EVENTS: u32 = 50_000;
    let server = Server::start();
    let lines: String = (0..EVENTS).map(event).collect();
    let file = server.write("events.jsonl", &lines);
    let state = server.folder.path().join("state");
    let arguments = ["ingest", "--tenant", "alder", "--state", state.to_str().unwrap(), &file];
    let mut killed = Killed(
        server.client_command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(),
    );
    // Until the first batch is done, so that the next one is under way.
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_underway(&state) {
        assert!(
            Instant::now() < deadline && killed.0.try_wait().unwrap().is_none(),
            "nothing was remembered"
        );
        std::thread::yield_now();
    }
    drop(killed);
    let rest = server.client(&arguments);
    assert_eq!(rest.code, Some(0), "{}", rest.err);
    let query = "DeviceProcessEvents | where FileName == 'made-up.exe' | summarize n = count() by ProcessId \
                 | summarize events = sum(n), most = max(n)";
    let found = server.hunt(&["--tenant", "alder", query]);
    let expected = format!("{{\"Tenant\":\"Alder Foods\",\"events\":{EVENTS},\"most\":1}}\n");
    assert_eq!(found.out, expected, "{}", found.err);
}

/// Whether a batch is acknowledged and the file not yet at its end.
fn is_underway(state: &Path) -> bool {
    let files = std::fs::read_dir(state).into_iter().flatten().flatten();
    let states = files.filter_map(|file| std::fs::read(file.path()).ok());
    let mut states = states.filter_map(|text| serde_json::from_slice::<Value>(&text).ok());
    states.any(|state| state["done"]["offset"].as_u64() > Some(0))
}
