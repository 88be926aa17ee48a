//! Results in the forms that clients know.

use wardenry_kql_engine::render::{Csv, Defender, Graph, Json, JsonLines, Renderer};
use wardenry_kql_engine::{Engine, MemoryTables, RunOptions, Statistics};

use crate::support::NOW;

const QUERY: &str = r#"datatable(IsX:bool, When:datetime, N:long, R:real, Bag:dynamic, Text:string, Span:timespan)
    [true, datetime(2026-02-03 07:14:30.4), 5, 1.5, dynamic({"a": 1}), "x,\"y\"", 90m,
     bool(null), datetime(2026-02-03), long(null), real(nan), dynamic(null), "", timespan(null)]"#;

async fn rendered(mut renderer: impl Renderer) -> String {
    let mut run = Engine::new().run(QUERY, &MemoryTables::new(), &RunOptions::at(NOW)).await.unwrap();
    let result = &mut run.results[0];
    let mut out = Vec::new();
    renderer.begin(result.columns(), &mut out);
    while let Some(batch) = result.next().await {
        renderer.rows(&batch.unwrap(), &mut out);
    }
    renderer.end(&Statistics::default(), &mut out);
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn json() {
    let expected = r#"{"columns": [{"name": "IsX", "type": "bool"}, {"name": "When", "type": "datetime"}, {"name": "N", "type": "long"}, {"name": "R", "type": "real"}, {"name": "Bag", "type": "dynamic"}, {"name": "Text", "type": "string"}, {"name": "Span", "type": "timespan"}],
"rows": [
[true, "2026-02-03T07:14:30.4000000Z", 5, 1.5, {"a":1}, "x,\"y\"", "01:30:00"],
[null, "2026-02-03T00:00:00.0000000Z", null, "NaN", null, "", null]
]}
"#;
    assert_eq!(rendered(Json::default()).await, expected);
}

#[tokio::test]
async fn json_lines() {
    let expected = r#"{"IsX":true,"When":"2026-02-03T07:14:30.4000000Z","N":5,"R":1.5,"Bag":{"a":1},"Text":"x,\"y\"","Span":"01:30:00"}
{"IsX":null,"When":"2026-02-03T00:00:00.0000000Z","N":null,"R":"NaN","Bag":null,"Text":"","Span":null}
"#;
    assert_eq!(rendered(JsonLines::default()).await, expected);
}

#[tokio::test]
async fn csv() {
    let expected = r#"IsX,When,N,R,Bag,Text,Span
true,2026-02-03T07:14:30.4000000Z,5,1.5,"{""a"":1}","x,""y""",01:30:00
,2026-02-03T00:00:00.0000000Z,,NaN,,,
"#;
    assert_eq!(rendered(Csv::default()).await, expected);
}

/// The names and types that were seen in answers of the service.
#[tokio::test]
async fn defender() {
    let expected = concat!(
        r#"{"Schema":[{"Name":"IsX","Type":"SByte"},{"Name":"When","Type":"DateTime"},{"Name":"N","Type":"Int64"},"#,
        r#"{"Name":"R","Type":"Double"},{"Name":"Bag","Type":"Object"},{"Name":"Text","Type":"String"},"#,
        r#"{"Name":"Span","Type":"TimeSpan"}],"Results":["#,
        r#"{"IsX":1,"When":"2026-02-03T07:14:30.4Z","N":5,"R":1.5,"Bag":{"a":1},"Text":"x,\"y\"","Span":"01:30:00"},"#,
        r#"{"IsX":null,"When":"2026-02-03T00:00:00Z","N":null,"R":"NaN","Bag":null,"Text":"","Span":null}],"#,
        r#""Stats":{"ExecutionTime":0,"resource_usage":{"cache":{"memory":{"hits":0,"misses":0,"total":0},"#,
        r#""disk":{"hits":0,"misses":0,"total":0}},"cpu":{"user":"00:00:00","kernel":"00:00:00","total cpu":"00:00:00"},"#,
        r#""memory":{"peak_per_node":0}},"dataset_statistics":[{"table_row_count":0,"table_size":0}]}}"#,
    );
    assert_eq!(rendered(Defender::default()).await, expected);
}

/// Values of types that OData does not guess have an annotation before them.
#[tokio::test]
async fn graph() {
    let text = rendered(Graph::default()).await;
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        answer["@odata.context"],
        "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.security.huntingQueryResults"
    );
    assert_eq!(answer["schema"][0], serde_json::json!({"name": "IsX", "type": "SByte"}));
    assert_eq!(
        answer["results"][0],
        serde_json::json!({
            "IsX@odata.type": "#SByte", "IsX": 1,
            "When": "2026-02-03T07:14:30.4Z",
            "N@odata.type": "#Int64", "N": 5,
            "R": 1.5, "Bag": {"a": 1}, "Text": "x,\"y\"", "Span": "01:30:00"
        })
    );
    assert_eq!(answer["results"][1]["IsX"], serde_json::Value::Null);
    assert!(answer["results"][1].get("IsX@odata.type").is_none());
}
