//! `wardenry hunt` against a server that plays both wire shapes.

use serde_json::json;

use crate::run::{World, ends};
use crate::stub::{Reply, Seen, Stub};

const DEFENDER: &str = "/api/advancedhunting/run";
const GRAPH: &str = "/v1.0/security/runHuntingQuery";
const ALDER: &str = "bbbbbbbb-2222-4333-8444-555555555555";

/// Alder has a column that Birch lacks, and the other way round.
fn two_tenants(seen: &Seen) -> Reply {
    assert_eq!(seen.path, DEFENDER);
    assert_eq!(seen.body, r#"{"Query":"T | take 9"}"#);
    Reply::json(&match seen.tenant() {
        ALDER => json!({
            "Stats": {"ExecutionTime": 0.25, "resource_usage": {"cpu": {"total cpu": "00:00:00.5000000"}}},
            "Schema": [{"Name": "Name", "Type": "String"}, {"Name": "IsX", "Type": "SByte"}, {"Name": "N", "Type": "Int64"}],
            "Results": [{"Name": "a,\"b\"", "IsX": 1, "N": 7}, {"Name": "=c", "IsX": 0, "N": null}],
        }),
        "birch.example" => json!({
            "Schema": [{"Name": "N", "Type": "Int64"}, {"Name": "Extra", "Type": "Object"}],
            "Results": [{"N": 123, "Extra": {"k": [1]}}],
        }),
        other => panic!("a token for {other}"),
    })
}

#[test]
fn one_result_over_all_tenants_in_every_form() {
    let stub = Stub::start(two_tenants);
    let world = stub.world();
    let hunt = |form: &str| world.run(&["hunt", "--all-tenants", "--output", form, "T | take 9"]);
    let counts = "note: Alder Foods: 2 rows\nnote: Birch Clinics: 1 row\n";
    let table = "Tenant         Name   IsX      N  Extra\n\
                 Alder Foods    a,\"b\"  true     7\n\
                 Alder Foods    =c     false\n\
                 Birch Clinics                123  {\"k\":[1]}\n";
    assert_eq!(hunt("table"), ends(0, table, counts));
    let csv = "Tenant,Name,IsX,N,Extra\nAlder Foods,\"a,\"\"b\"\"\",true,7,\nAlder Foods,=c,false,,\n\
               Birch Clinics,,,123,\"{\"\"k\"\":[1]}\"\n";
    assert_eq!(hunt("csv"), ends(0, csv, counts));
    let document: serde_json::Value = serde_json::from_str(&hunt("json").stdout).unwrap();
    assert_eq!(
        document,
        json!({
            "columns": [{"name": "Tenant", "type": "string"}, {"name": "Name", "type": "string"},
                        {"name": "IsX", "type": "bool"}, {"name": "N", "type": "long"},
                        {"name": "Extra", "type": "dynamic"}],
            "rows": [["Alder Foods", "a,\"b\"", true, 7, null], ["Alder Foods", "=c", false, null, null],
                     ["Birch Clinics", null, null, 123, {"k": [1]}]],
            "tenants": [
                {"tenant": ALDER, "tenantName": "Alder Foods", "rows": 2, "error": null,
                 "statistics": {"ExecutionTime": 0.25, "resource_usage": {"cpu": {"total cpu": "00:00:00.5000000"}}}},
                {"tenant": "birch.example", "tenantName": "Birch Clinics", "rows": 1, "statistics": null, "error": null},
            ],
            "truncated": false,
        })
    );
    // Lines come as the tenants answer.
    let lines = hunt("jsonl");
    let mut sorted: Vec<&str> = lines.stdout.lines().collect();
    sorted.sort_unstable();
    assert_eq!(
        (lines.code, sorted),
        (
            0,
            vec![
                r#"{"Tenant":"Alder Foods","Name":"=c","IsX":false,"N":null}"#,
                r#"{"Tenant":"Alder Foods","Name":"a,\"b\"","IsX":true,"N":7}"#,
                r#"{"Tenant":"Birch Clinics","N":123,"Extra":{"k":[1]}}"#,
            ]
        )
    );
    let stats = world.run_with_input(&["hunt", "--tenant", "alder", "--stats", "-o", "jsonl"], "T | take 9");
    assert_eq!(stats.stderr, "note: Alder Foods: 2 rows, 0.250 s, CPU 00:00:00.5000000\n");
}

#[test]
fn a_tenant_that_fails_does_not_hide_the_other() {
    let stub = Stub::start(|seen| match seen.tenant() {
        ALDER => Reply::refusal(403, "Forbidden", "The token lacks AdvancedHunting.Read.All."),
        _ => Reply::json(&json!({"Schema": [{"Name": "N", "Type": "Int64"}], "Results": [{"N": 1}]})),
    });
    let ran = stub.world().run(&["hunt", "--all-tenants", "-o", "csv", "T"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, "Tenant,N\nBirch Clinics,1\n"));
    let expected = "note: Birch Clinics: 1 row\n\
                    error: Alder Foods: the Defender API refused the call: The token lacks AdvancedHunting.Read.All \
                    (Forbidden, HTTP 403)\nhint: ";
    assert!(ran.stderr.starts_with(expected), "{ran:?}");
    assert!(ran.stderr.ends_with("note: 1 of 2 tenants answered; the result lacks the others\n"), "{ran:?}");
}

#[test]
fn a_query_that_all_refuse_is_explained_once() {
    let message = "'where' operator: Failed to resolve scalar expression named 'FileNam'";
    let stub = Stub::start(move |_| Reply::refusal(400, "BadRequest", message));
    let ran = stub.world().run(&["hunt", "--all-tenants", "DeviceFileEvents | where FileNam == 'x'"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let expected = format!(
        "error: Alder Foods, Birch Clinics: the Defender API refused the call: {message} (BadRequest, HTTP 400)\n"
    );
    assert!(ran.stderr.starts_with(&expected), "{ran:?}");
    if cfg!(feature = "hunting") {
        assert!(ran.stderr.contains("note: what the local checker says about the query:\n"), "{ran:?}");
        assert!(ran.stderr.contains("FileName"), "the checker knows what was meant: {ran:?}");
    }
}

#[test]
fn rows_beyond_the_limit_are_left_out_and_said() {
    let stub = Stub::start(|_| {
        Reply::json(&json!({"Schema": [{"Name": "N", "Type": "Int64"}], "Results": [{"N": 1}, {"N": 2}]}))
    });
    let ran = stub.world().run(&["hunt", "-t", "alder", "--max-rows", "1", "-o", "csv", "T"]);
    let expected = "warning: there are more rows, the result ends after 1 row\n\
                    hint: narrow the query, summarize in it, or raise --max-rows\n";
    assert_eq!(ran, ends(3, "Tenant,N\nAlder Foods,1\n", expected));
}

#[test]
fn the_graph_shape_carries_the_timespan() {
    let stub = Stub::start(|seen| {
        assert_eq!((seen.path.as_str(), seen.body.as_str()), (GRAPH, r#"{"Query":"T","Timespan":"P7D"}"#));
        Reply::json(&json!({"@odata.context": "c", "schema": [{"name": "IsX", "type": "SByte"}],
                            "results": [{"IsX@odata.type": "#SByte", "IsX": 1}]}))
    });
    let world = stub.world();
    for shape in [&["--shape", "graph"][..], &[]] {
        let arguments = ["hunt", "-t", "alder", "--timespan", "P7D", "-o", "jsonl", "T"];
        let ran = world.run(&[&arguments[..], shape].concat());
        assert_eq!(ran, ends(0, "{\"Tenant\":\"Alder Foods\",\"IsX\":true}\n", ""));
    }
    let both = world.run(&["hunt", "-t", "alder", "--timespan", "P7D", "--shape", "defender", "T"]);
    assert_eq!(both.code, 2, "{both:?}");
}

#[test]
fn a_quota_is_waited_out() {
    let calls = std::sync::atomic::AtomicU32::new(0);
    let stub = Stub::start(move |_| match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Reply::refusal(429, "429", "API calls quota exceeded! maximum allowed 45 per 00:01:00")
            .retry_after(0),
        1 => Reply::json(&json!({"Schema": [{"Name": "N", "Type": "Int64"}], "Results": []})),
        _ => Reply::refusal(429, "429", "API calls quota exceeded!").retry_after(3600),
    });
    let world = stub.world();
    assert_eq!(world.run(&["hunt", "-t", "alder", "-o", "csv", "T"]), ends(0, "Tenant,N\n", ""));
    let ran = world.run(&["hunt", "-t", "alder", "T"]);
    assert_eq!((ran.code, stub.seen(DEFENDER).len()), (1, 3), "{ran:?}");
    assert!(ran.stderr.contains("hint: the server asks to wait 3600 seconds\n"), "{ran:?}");
}

#[test]
fn the_retiring_shape_is_remarked_on_at_the_vendors_clouds() {
    // The credential is looked for after the remark and before anybody is asked.
    let hunt = |shape: &[&str]| {
        let world = World::new().with_variable("WARDENRY_CLIENT_ID", crate::run::APP);
        let place = ["--profile", "public", "--client-secret-file", "nope", "-t", "alder.example"];
        world.run(&[&["hunt", "T"][..], &place, shape].concat())
    };
    let error = "error: cannot read ~/nope\n  because No such file or directory (os error 2)\n";
    let note = "note: this shape of the hunting API is being retired by its vendor\n\
                hint: leave --shape out, or use --shape graph: have ThreatHunting.Read.All of Microsoft Graph consented to\n";
    assert_eq!(hunt(&["--shape", "defender"]), ends(1, "", &format!("{note}{error}")));
    assert_eq!(hunt(&[]), ends(1, "", error));
}

#[cfg(feature = "hunting")]
#[test]
fn a_chart_has_the_tenants_as_series() {
    let stub = Stub::start(|seen| {
        let (a, b) = if seen.tenant() == ALDER { (1, 2) } else { (3, 4) };
        Reply::json(&json!({"Schema": [{"Name": "Kind", "Type": "String"}, {"Name": "n", "Type": "Int64"}],
                            "Results": [{"Kind": "logon", "n": a}, {"Kind": "logoff", "n": b}]}))
    });
    let world = stub.world();
    let query = "T | summarize n = count() by Kind | render columnchart with (title=\"Kinds\")";
    let ran = world.run(&["hunt", "-a", "--chart", "kinds.svg", "-o", "csv", query]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("note: the chart is in kinds.svg\n"), "{ran:?}");
    let svg = std::fs::read_to_string(world.path("kinds.svg")).unwrap();
    for text in ["Kinds", "logon", "logoff", "Alder Foods", "Birch Clinics"] {
        assert!(svg.contains(text), "{text}: {svg}");
    }
    let below = world.run(&["hunt", "-t", "alder", query]);
    assert!(
        below.stdout.starts_with("Tenant       Kind    n\n") && below.stdout.contains("Kinds"),
        "{below:?}"
    );
    let none = world.run(&["hunt", "-t", "alder", "--chart", "x.svg", "T"]);
    assert_eq!(none.stderr, "warning: there is no chart: the query does not end with `render`\n");
}
