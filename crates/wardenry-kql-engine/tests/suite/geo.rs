//! Where addresses are.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::json;
use wardenry_kql_engine::{Engine, MemoryTables, NO_GEO_DATABASE, RunOptions};
use wardenry_kql_functions::{GeoDatabase, GeoLocation};

use crate::support::{NOW, run_with};

#[derive(Debug)]
struct Everywhere;

impl GeoDatabase for Everywhere {
    fn find(&self, address: IpAddr) -> Option<GeoLocation> {
        Some(GeoLocation { city: Some(address.to_string()), ..GeoLocation::default() })
    }
}

const QUERY: &str = "print city = tostring(geo_info_from_ip_address('192.0.2.1').city)";

#[tokio::test]
async fn the_database_of_the_run_is_asked() {
    let options = RunOptions { geo_database: Some(Arc::new(Everywhere)), ..RunOptions::at(NOW) };
    let (result, _) = run_with(QUERY, &MemoryTables::new(), &options).await.unwrap();
    assert_eq!(result["rows"], json!([["192.0.2.1"]]));
    let run = Engine::new().run(QUERY, &MemoryTables::new(), &options).await.unwrap();
    assert_eq!(run.notices, []);
}

#[tokio::test]
async fn without_one_a_notice_says_so() {
    let span = |query: &str| query.find("geo_info").map(|start| u32::try_from(start).unwrap());
    for query in [
        QUERY.to_owned(),
        format!("let a = () {{ {QUERY} }}; a | union a | count"),
        "let places = materialize(range x from 1 to 2 step 1 | extend p = geo_info_from_ip_address('::1')); \
         places | where toscalar(places | count) > 1 | count"
            .to_owned(),
    ] {
        let run = Engine::new().run(&query, &MemoryTables::new(), &RunOptions::at(NOW)).await.unwrap();
        let notices: Vec<_> =
            run.notices.iter().map(|notice| (notice.code, Some(notice.span.start))).collect();
        assert_eq!(notices, [(NO_GEO_DATABASE, span(&query))], "{query}");
    }
    let query = "print 1";
    let run = Engine::new().run(query, &MemoryTables::new(), &RunOptions::at(NOW)).await.unwrap();
    assert_eq!(run.notices, []);
}
