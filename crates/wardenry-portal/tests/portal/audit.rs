//! The audit log and its exports.

use wardenry_directory::client_address;

use crate::browser::Browser;
use crate::world::{CONNECTOR, CUSTOMER_ADMIN, PARTNER_ADMIN, PARTNER_ANALYST, PARTNER_CLERK, World};

/// The names of the actions of a page, in its order.
fn actions(text: &str) -> Vec<&str> {
    let rows = text.split("<td><code><bdi>").skip(1);
    rows.map(|row| row.split('<').next().unwrap()).collect()
}

#[tokio::test]
async fn the_log_says_who_did_what_when_and_from_where() {
    let world = World::new().await;
    let address = "192.0.2.77".parse().unwrap();
    client_address::scope(address, world.consent()).await;
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    let page = ada.open("/portal/audit").await;
    assert_eq!(actions(&page.text)[..2], ["session.start", "consent.grant"]);
    for part in [CUSTOMER_ADMIN, "Harbour Connector: Incident.Read.All", "192.0.2.77", "2027-01-15 08:00 UTC"]
    {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    // What happened elsewhere is not there.
    assert!(!page.text.contains(PARTNER_ADMIN));
    for (query, expected) in [
        ("action=CONSENT", &["consent.grant"][..]),
        ("q=192.0.2.77", &["consent.grant"]),
        ("actor=ADA%40&action=session", &["session.start"]),
        ("from=2027-01-15&until=2027-01-15&action=consent", &["consent.grant"]),
        ("from=2027-01-16", &[]),
        ("until=2027-01-14", &[]),
        ("from=nonsense&action=consent", &["consent.grant"]),
        ("action=consent&page=1", &[]),
    ] {
        let page = ada.open(&format!("/portal/audit?{query}")).await;
        assert_eq!(actions(&page.text), expected, "{query}");
        assert_eq!(page.text.contains("Nothing found"), expected.is_empty(), "{query}");
    }
    assert_eq!(ada.open("/portal/audit?page=4294967295").await.status, 200);
}

#[tokio::test]
async fn a_long_log_is_read_in_pages_by_its_links() {
    let world = World::new().await;
    let user = world.directory.act_as(&world.operator, CUSTOMER_ADMIN).await.unwrap();
    for _ in 0..120 {
        world.directory.start_session(&user).await.unwrap();
    }
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    let page = ada.open("/portal/audit?action=session").await;
    assert_eq!(actions(&page.text).len(), 100);
    assert!(page.text.contains("1 to 100") && page.text.contains("/portal/audit?action=session&amp;page=1"));
    let page = ada.open("/portal/audit?action=session&page=1").await;
    assert_eq!(actions(&page.text).len(), 21);
    assert!(page.text.contains("101 to 121") && !page.text.contains("Older"));
}

#[tokio::test]
async fn exports_hold_what_the_page_has_found() {
    let world = World::consented().await;
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    let csv = ada.open("/portal/audit/export/audit.csv?action=consent").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"audit.csv\"");
    let lines: Vec<&str> = csv.text.split("\r\n").collect();
    assert_eq!(lines[0], "id,time,actorType,actorName,actorId,actorAppId,action,target,detail,address");
    let tail = format!(",consent.grant,application {CONNECTOR},Harbour Connector: Incident.Read.All,");
    assert!(
        lines[1].ends_with(&tail) && lines[1].contains(",2027-01-15T08:00:00Z,user,ada@alder.example,"),
        "{lines:?}"
    );
    assert_eq!(lines[2..], [""]);
    let json = ada.open("/portal/audit/export/audit.jsonl?action=consent").await;
    let event: serde_json::Value = serde_json::from_str(json.text.trim_end()).unwrap();
    let values = ["action", "actorName", "actorAppId", "address"].map(|name| event[name].as_str());
    assert_eq!(values, [Some("consent.grant"), Some(CUSTOMER_ADMIN), None, None]);
    assert_eq!(ada.open("/portal/audit/export/audit.xml").await.status, 404);
}

#[tokio::test]
async fn only_those_who_may_read_the_log_do() {
    let world = World::new().await;
    let mut analyst = Browser::of(&world, PARTNER_ANALYST).await;
    assert_eq!(analyst.open("/portal/audit").await.status, 200);
    let mut clerk = Browser::of(&world, PARTNER_CLERK).await;
    for address in ["/portal/audit", "/portal/audit/export/audit.csv", "/portal/audit/export/audit.jsonl"] {
        let page = clerk.open(address).await;
        assert_eq!(
            (page.status.as_u16(), page.heading().as_str()),
            (403, "Your roles do not allow this"),
            "{address}"
        );
        assert!(page.text.contains("Global Administrator or a Security Reader"));
    }
}

#[tokio::test]
async fn what_was_searched_for_stays_text() {
    let world = World::new().await;
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%00%27--";
    let long = "x".repeat(3000);
    for query in [
        format!("q={hostile}&actor={hostile}&action={hostile}"),
        format!("q={long}"),
        format!("from={hostile}"),
    ] {
        let page = ada.open(&format!("/portal/audit?{query}")).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("<script>alert"), "{query}");
    }
}
