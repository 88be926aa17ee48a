//! Events in, queries over them: over HTTPS, as clients see it.

use std::collections::BTreeMap;

use reqwest::{Certificate, Client, Response};
use serde_json::{Value, json};
use wardenry_core::time::{Clock as _, SystemClock};

use crate::process::{Server, run};

pub(crate) const INGEST: &str = "/wardenry/v1/ingest";
pub(crate) const HUNT: &str = "/api/advancedhunting/run";
pub(crate) const GRAPH_HUNT: &str = "/v1.0/security/runHuntingQuery";

pub(crate) const WARDENRY: &str = "api://wardenry";
pub(crate) const DEFENDER: &str = "https://api.security.microsoft.com";
const DEVICES: &str = "https://api.securitycenter.microsoft.com";
pub(crate) const GRAPH: &str = "https://graph.microsoft.com";

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) http: Client,
}

/// Status, `Retry-After`, body.
pub(crate) type Answer = (u16, Option<String>, Value);

impl World {
    pub(crate) fn start() -> Self {
        Self::over(Server::start())
    }

    pub(crate) fn over(server: Server) -> Self {
        let env = server.env();
        let authority = std::fs::read(&env["CA_FILE"]).unwrap();
        let authority = Certificate::from_pem(&authority).unwrap();
        let http = Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
        Self { server, env, http }
    }

    pub(crate) fn customer(&self, number: usize) -> &str {
        self.env["CUSTOMER_TENANTS"].split(',').nth(number).unwrap()
    }

    /// The answer of the token endpoint for the partner's connector.
    async fn token_answer(&self, tenant: &str, resource: &str) -> Value {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.env["CLIENT_ID"]),
            ("client_secret", &self.env["CLIENT_SECRET"]),
            ("scope", &format!("{resource}/.default")),
        ];
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.env["AUTHORITY"]);
        self.http.post(url).form(&form).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn token(&self, tenant: &str, resource: &str) -> String {
        let answer = self.token_answer(tenant, resource).await;
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        let mut request = self.http.post(format!("{}{path}", self.env["API_BASE"])).bearer_auth(token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.body(body.into()).send().await.unwrap()).await
    }

    pub(crate) async fn hunt(&self, path: &str, token: &str, query: &str) -> Answer {
        self.post(path, token, &[], json!({"Query": query}).to_string()).await
    }
}

async fn answer(response: Response) -> Answer {
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = response.text().await.unwrap();
    (status, retry_after, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

pub(crate) fn now() -> String {
    SystemClock.now().to_string()
}

pub(crate) fn event(tenant: &str, time: &str, device: &str) -> String {
    json!({
        "time": time, "tenantId": tenant, "category": "AdvancedHunting-DeviceProcessEvents",
        "properties": {"Timestamp": time, "DeviceName": device, "ProcessId": 7,
                       "IsInitiatingProcessRemoteSession": true},
    })
    .to_string()
}

pub(crate) fn message(answer: &Answer) -> &str {
    answer.2["error"]["message"].as_str().unwrap_or_else(|| panic!("{answer:?}"))
}

#[tokio::test]
async fn what_is_acknowledged_can_be_hunted_at_once_in_its_tenant_and_in_no_other() {
    let world = World::start();
    let (alder, birch) = (world.customer(0), world.customer(1));
    let sender = world.token(alder, WARDENRY).await;
    let time = now();
    let batch = [event(alder, &time, "pc-svc-1"), event(alder, &time, "pc-svc-2")].join("\n");
    let stored = json!({"stored": 2, "repeated": false, "quarantinedCount": 0, "quarantined": []});
    let named = [("idempotency-key", "b-1")];
    assert_eq!(world.post(INGEST, &sender, &named, batch.clone()).await, (200, None, stored));
    let repeated = json!({"stored": 2, "repeated": true, "quarantinedCount": 0, "quarantined": []});
    assert_eq!(world.post(INGEST, &sender, &named, batch).await, (200, None, repeated));

    let query = "DeviceProcessEvents | where DeviceName startswith 'pc-svc' | sort by DeviceName asc \
                 | project Timestamp, DeviceName, ProcessId, IsInitiatingProcessRemoteSession";
    let hunter = world.token(alder, DEFENDER).await;
    let (status, _, found) = world.hunt(HUNT, &hunter, query).await;
    assert_eq!(status, 200, "{found}");
    let row = |device| json!({"Timestamp": time, "DeviceName": device, "ProcessId": 7, "IsInitiatingProcessRemoteSession": 1});
    assert_eq!(found["Results"], json!([row("pc-svc-1"), row("pc-svc-2")]));
    let types: Vec<_> = found["Schema"].as_array().unwrap().iter().map(|column| &column["Type"]).collect();
    assert_eq!(types, ["DateTime", "String", "Int64", "SByte"]);
    let usage = &found["Stats"]["resource_usage"];
    assert_ne!(usage["cpu"]["total cpu"], "00:00:00", "{usage}");
    assert_eq!(found["Stats"]["dataset_statistics"][0]["table_row_count"], 2);

    let graph = world.token(alder, GRAPH).await;
    for path in [GRAPH_HUNT, "/beta/security/microsoft.graph.security.runHuntingQuery"] {
        let (status, _, found) = world.hunt(path, &graph, query).await;
        assert_eq!(status, 200, "{found}");
        let mut expected = row("pc-svc-1");
        expected["ProcessId@odata.type"] = "#Int64".into();
        expected["IsInitiatingProcessRemoteSession@odata.type"] = "#SByte".into();
        assert_eq!(found["results"][0], expected, "{path}");
    }
    let count = "DeviceProcessEvents | where DeviceName startswith 'pc-svc' | count";
    let counted = |answer: &Answer| answer.2["results"][0]["Count"].clone();
    for (timespan, expected) in [("PT1H", 2), ("P1D/2020-01-01", 0)] {
        let body = json!({"query": count, "timeSpan": timespan}).to_string();
        assert_eq!(counted(&world.post(GRAPH_HUNT, &graph, &[], body).await), expected, "{timespan}");
    }

    let theirs = world.token(birch, DEFENDER).await;
    let (status, _, found) = world.hunt(HUNT, &theirs, query).await;
    assert_eq!((status, &found["Results"]), (200, &json!([])));
}

#[tokio::test]
async fn records_that_do_not_fit_are_told_and_kept_and_bad_bodies_are_refused_whole() {
    let world = World::start();
    let (alder, birch) = (world.customer(0), world.customer(1));
    let sender = world.token(alder, WARDENRY).await;
    let time = now();
    let batch = [event(birch, &time, "x"), "nonsense".to_owned(), event(alder, &time, "pc-svc-3")].join("\n");
    let (status, _, receipt) = world.post(INGEST, &sender, &[], batch).await;
    assert_eq!((status, &receipt["stored"], &receipt["quarantinedCount"]), (200, &json!(1), &json!(2)));
    let codes: Vec<_> = receipt["quarantined"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["WrongTenant", "Malformed"]);
    let hunter = world.token(alder, DEFENDER).await;
    let (_, _, kept) = world.hunt(HUNT, &hunter, "WardenryQuarantine | project RecordIndex, Code").await;
    let expected =
        json!([{"RecordIndex": 0, "Code": "WrongTenant"}, {"RecordIndex": 1, "Code": "Malformed"}]);
    assert_eq!(kept["Results"], expected);

    for (headers, body, status, code) in [
        (&[][..], b"".to_vec(), 400, "InvalidBody"),
        (&[], b"[{]".to_vec(), 400, "InvalidBody"),
        (&[("content-encoding", "br")], b"{}".to_vec(), 415, "UnsupportedEncoding"),
        (&[("content-encoding", "gzip")], b"{}".to_vec(), 400, "InvalidEncoding"),
        (&[("idempotency-key", " ")], b"{}".to_vec(), 400, "InvalidIdempotencyKey"),
        (&[], b"{}\n".repeat(100_001), 413, "BatchTooLarge"),
        (&[], vec![b' '; (16 << 20) + 1], 413, "BatchTooLarge"),
    ] {
        let answer = world.post(INGEST, &sender, headers, body).await;
        assert_eq!((answer.0, &answer.2["error"]["code"]), (status, &json!(code)), "{answer:?}");
    }
}

#[tokio::test]
async fn without_consent_or_role_a_hunt_is_refused_and_explained() {
    let world = World::start();
    let cedar = world.token_answer(world.customer(2), DEFENDER).await;
    assert!(cedar["error_description"].as_str().unwrap().contains("AADSTS7000229"), "{cedar}");

    let alder = world.customer(0);
    let sender = world.token(alder, WARDENRY).await;
    let answer = world.hunt(HUNT, &sender, "print 1").await;
    assert_eq!(answer.0, 401);
    assert!(message(&answer).contains("issued for api://wardenry"), "{answer:?}");
    let hunter = world.token(alder, DEFENDER).await;
    let answer = world.post(INGEST, &hunter, &[], "{}").await;
    assert_eq!(answer.0, 401, "{answer:?}");

    // The administrator's automation has a token for Graph, and no permission to hunt.
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &world.env["ADMIN_CLIENT_ID"]),
        ("client_secret", &world.env["ADMIN_CLIENT_SECRET"]),
        ("scope", &format!("{GRAPH}/.default")),
    ];
    let url = format!("{}/{alder}/oauth2/v2.0/token", world.env["AUTHORITY"]);
    let token: Value = world.http.post(url).form(&form).send().await.unwrap().json().await.unwrap();
    let answer = world.hunt(GRAPH_HUNT, token["access_token"].as_str().unwrap(), "print 1").await;
    assert_eq!((answer.0, &answer.2["error"]["code"]), (403, &json!("Forbidden")));
    assert!(message(&answer).contains("the application permission ThreatHunting.Read.All"), "{answer:?}");
}

#[tokio::test]
async fn bad_queries_say_what_is_wrong_and_quotas_say_when_to_come_back() {
    let world = World::start();
    let alder = world.customer(0);
    let (hunter, devices) = (world.token(alder, DEFENDER).await, world.token(alder, DEVICES).await);
    let answer = world.hunt(HUNT, &hunter, "Nope | take 1").await;
    assert_eq!((answer.0, &answer.2["error"]["code"]), (400, &json!("BadRequest")));
    assert_eq!(
        message(&answer),
        "Failed to resolve table or column expression named 'Nope': no table named `Nope` at line 1, column 1 (KQL0102). \
         Fix semantic errors in your query."
    );
    for several in ["print 1; print 2", "range x from 1 to 3 step 1 | fork (count) (take 1)"] {
        let answer = world.hunt(HUNT, &hunter, several).await;
        assert_eq!((answer.0, &answer.2["error"]["code"]), (400, &json!("BadRequest")), "{several}");
        assert_eq!(
            message(&answer),
            "The query has 2 results, and an answer has room for one. Send one tabular statement at a time, or put them \
             together with union."
        );
    }
    let answer = world.hunt("/api/advancedqueries/run", &devices, "EmailEvents | take 1").await;
    assert_eq!(answer.0, 400, "mail is not the device API's");
    let answer = world.hunt("/api/advancedqueries/run", &devices, "DeviceInfo | count").await;
    assert_eq!(answer.0, 200, "{answer:?}");
    let answer = world.hunt(HUNT, &hunter, "range x from 1 to 200000 step 1").await;
    assert_eq!(answer.0, 400);
    assert!(message(&answer).contains("more than 100000 rows"), "{answer:?}");
    let answer = world.post(HUNT, &hunter, &[], "{}").await;
    assert_eq!(answer.2["error"]["code"], "MissingRequiredParameter");

    let mut answers = Vec::new();
    for _ in 0..45 {
        answers.push(world.hunt(HUNT, &hunter, "print 1").await);
    }
    let refused = answers.iter().find(|answer| answer.0 == 429).expect("these were more than 45 calls");
    assert_eq!(message(refused), "API calls quota exceeded! maximum allowed 45 per 00:01:00");
    assert_eq!(refused.2["error"]["code"], "429");
    let wait: u64 = refused.1.as_ref().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let theirs = world.token(world.customer(1), DEFENDER).await;
    assert_eq!(world.hunt(HUNT, &theirs, "print 1").await.0, 200, "another tenant has its own");
}

const PROXY_TABLE: &str = "
    [[table]]
    name = 'ProxyEvents'
    time = 'At'
    columns = ['At: datetime', 'Url: string', 'Bytes: long']
";

/// Defined, filled, restarted with one more column, filled again and hunted in both shapes.
#[tokio::test]
async fn a_table_of_the_operators_is_hunted_like_any_other() {
    let folder = tempfile::TempDir::new().unwrap();
    let world = World::over(Server::start_with(folder, PROXY_TABLE));
    let time = now();
    let event = |properties: Value| {
        json!({"time": time, "category": "AdvancedHunting-ProxyEvents", "properties": properties}).to_string()
    };
    let sender = world.token(world.customer(0), WARDENRY).await;
    let first = event(json!({"At": time, "Url": "http://a", "Bytes": 7}));
    let (status, _, stored) = world.post(INGEST, &sender, &[], first).await;
    assert_eq!((status, &stored["stored"]), (200, &json!(1)), "{stored}");

    let folder = world.server.kill();
    let missing = run(&mut Server::command(folder.path(), ""));
    assert_eq!(missing.code, Some(1), "{}", missing.err);
    assert!(
        missing.err.contains(
            "the table ProxyEvents has rows that its definition does not fit: it is no longer defined"
        ),
        "{}",
        missing.err
    );
    let wider = PROXY_TABLE.replace("'Bytes: long'", "'Bytes: long', 'User: string'");
    let world = World::over(Server::start_with(folder, &wider));
    let alder = world.customer(0).to_owned();
    let rows = world.server.folder.path().join("rows.jsonl");
    std::fs::write(&rows, json!({"At": time, "Url": "http://b", "User": "kim"}).to_string()).unwrap();
    let sent = world.server.client(&[
        "ingest",
        rows.to_str().unwrap(),
        "--table",
        "ProxyEvents",
        "--tenant",
        &alder,
    ]);
    assert_eq!(sent.code, Some(0), "{}", sent.err);

    let query = "ProxyEvents | where At > ago(1h) | sort by Url asc";
    let (status, _, found) = world.hunt(HUNT, &world.token(&alder, DEFENDER).await, query).await;
    assert_eq!(status, 200, "{found}");
    let expected = json!([
        {"At": time, "Url": "http://a", "Bytes": 7, "User": ""},
        {"At": time, "Url": "http://b", "Bytes": null, "User": "kim"},
    ]);
    assert_eq!(found["Results"], expected);
    let graph = world.token(&alder, GRAPH).await;
    for (timespan, expected) in [("PT1H", 2), ("P1D/2020-01-01", 0)] {
        let body = json!({"query": "ProxyEvents | count", "timespan": timespan}).to_string();
        let answer = world.post(GRAPH_HUNT, &graph, &[], body).await;
        assert_eq!(answer.2["results"][0]["Count"], expected, "{answer:?}");
    }
    let devices = world.token(&alder, DEVICES).await;
    assert_eq!(
        world.hunt("/api/advancedqueries/run", &devices, query).await.0,
        400,
        "it is not the device API's"
    );
    let theirs = world.token(world.customer(1), DEFENDER).await;
    assert_eq!(world.hunt(HUNT, &theirs, query).await.2["Results"], json!([]));
}
