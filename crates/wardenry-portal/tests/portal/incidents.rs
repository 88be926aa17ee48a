//! The queue and the pages of incidents.

use axum::body::Body;
use http::{Request, header};
use wardenry_core::time::Timestamp;
use wardenry_directory::admin::ServicePrincipalPatch;
use wardenry_incidents::model::{Comment, Evidence, Incident, IncidentStatus, Severity};
use wardenry_incidents::test_incident::{CREATED, alert, incident};

use crate::browser::Browser;
use crate::world::{
    Answer, CONNECTOR, CUSTOMER, CUSTOMER_ADMIN, PARTNER, PARTNER_ADMIN, PARTNER_ANALYST, PARTNER_CLERK,
    World,
};

/// The incidents of a page, as their ids and tenants stand in the links.
fn lines(page: &Answer) -> Vec<String> {
    let rows = page.text.split("<th class=\"wrap\" scope=\"row\"><a href=\"/portal/incidents/").skip(1);
    rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

fn named(id: i64, name: &str, severity: Severity) -> Incident {
    Incident { name: name.to_owned(), severity, ..incident(id) }
}

#[tokio::test]
async fn one_queue_shows_ones_own_organisation_and_every_customer_that_has_consented() {
    let world = World::consented().await;
    world.add_incidents(PARTNER, &[named(1, "At home", Severity::Low)]).await;
    world.add_incidents(CUSTOMER, &[named(1, "At the customer's", Severity::High)]).await;
    let mut analyst = Browser::of(&world, PARTNER_ANALYST).await;
    let page = analyst.open("/portal/incidents?sort=severity").await;
    assert_eq!(lines(&page), [format!("1?tid={CUSTOMER}"), format!("1?tid={PARTNER}")]);
    assert!(page.text.contains("Alder Foods") && page.text.contains("1 to 2 of 2"));
    let page = analyst.open(&format!("/portal/incidents?tid={PARTNER}")).await;
    assert_eq!(lines(&page), [format!("1?tid={PARTNER}")]);

    // The customer sees its own and nothing else.
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    assert_eq!(lines(&ada.open("/portal/incidents").await), [format!("1?tid={CUSTOMER}")]);
    let foreign = ada.open(&format!("/portal/incidents/1?tid={PARTNER}")).await;
    assert_eq!(foreign.status, 404);
    assert!(lines(&ada.open(&format!("/portal/incidents?tid={PARTNER}")).await).is_empty());
}

#[tokio::test]
async fn a_customer_that_takes_its_consent_back_is_gone_from_the_next_look() {
    let world = World::consented().await;
    world.add_incidents(CUSTOMER, &[incident(1)]).await;
    let mut analyst = Browser::of(&world, PARTNER_ANALYST).await;
    let address = format!("/portal/incidents/1?tid={CUSTOMER}");
    assert_eq!(analyst.open(&address).await.heading(), "Incident 1");
    let reader = world.operator.reader(CUSTOMER);
    let principal = world.directory.service_principal_by_app_id(&reader, CONNECTOR).await.unwrap().id;
    let admin = world.operator.application_admin(CUSTOMER);
    let off = ServicePrincipalPatch { enabled: Some(false), ..ServicePrincipalPatch::default() };
    world.directory.update_service_principal(&admin, principal, off).await.unwrap();
    assert_eq!(analyst.open(&address).await.status, 404);
    assert!(lines(&analyst.open("/portal/incidents").await).is_empty());
}

#[tokio::test]
async fn people_without_a_role_are_told_which_one_it_takes() {
    let world = World::consented().await;
    world.add_incidents(PARTNER, &[incident(1)]).await;
    let mut clerk = Browser::of(&world, PARTNER_CLERK).await;
    for address in ["/portal/incidents", "/portal/incidents/1", "/portal/incidents?part=lines"] {
        let page = clerk.open(address).await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (403, "Your roles do not allow this"));
        assert!(page.text.contains("Security Reader") && !page.text.contains("Incident 1"), "{address}");
    }
}

#[tokio::test]
async fn filters_and_pages_stand_in_the_address() {
    let world = World::new().await;
    let mut all: Vec<Incident> = (1..=230)
        .map(|id| Incident {
            created: Timestamp::from_unix_secs(CREATED.unix_secs() + id),
            last_updated: Timestamp::from_unix_secs(CREATED.unix_secs() + id),
            ..incident(id)
        })
        .collect();
    all[4].status = IncidentStatus::Resolved;
    all[4].assigned_to = Some(PARTNER_ADMIN.to_owned());
    all[9].tags = vec!["Payroll".to_owned()];
    world.add_incidents(PARTNER, &all).await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let first = browser.open("/portal/incidents").await;
    assert_eq!((lines(&first).len(), first.text.contains("1 to 100 of 230")), (100, true));
    assert!(first.text.contains("href=\"/portal/incidents?page=2\"") && !first.text.contains("Previous"));
    let last = browser.open("/portal/incidents?page=3").await;
    assert_eq!((lines(&last).len(), last.text.contains(">Next<")), (30, false));
    for (query, expected) in [
        ("q=payroll", "10"),
        ("q=incident+42", "42"),
        ("status=Resolved", "5"),
        ("owner=me", "5"),
        ("owner=PETRA%40harbour.example&status=resolved", "5"),
        ("sort=-created", "1"),
    ] {
        let page = browser.open(&format!("/portal/incidents?{query}")).await;
        assert_eq!(lines(&page)[0], format!("{expected}?tid={PARTNER}"), "{query}");
        assert!(page.status == 200 && (query.starts_with("sort") || lines(&page).len() == 1), "{query}");
    }
    let nothing = browser.open("/portal/incidents?q=nothing+like+it").await;
    assert!(nothing.text.contains("No incident matches"));
    let beyond = browser.open("/portal/incidents?page=9").await;
    assert!(beyond.text.contains("The queue is shorter"));
}

#[tokio::test]
async fn an_incidents_page_tells_the_whole_story_and_hostile_texts_stay_texts() {
    let world = World::new().await;
    let hostile = "<img src=x onerror=alert(1)>\u{202e}gnp.exe\u{7}";
    let mut first = alert("da1");
    first.title = hostile.to_owned();
    first.entities.push(first.entities[0].clone());
    let mut second = alert("da2");
    if let Evidence::Process(process) = &mut second.entities[0].evidence {
        process.command_line = Some(format!("\"{}\"", "a".repeat(10_000)));
        process.id = 7;
    }
    let subject = Incident {
        name: hostile.to_owned(),
        tags: vec![hostile.to_owned()],
        comments: vec![Comment {
            text: format!("{hostile}\nsecond line"),
            author: "ana".to_owned(),
            created: CREATED,
        }],
        alerts: vec![first, second],
        ..incident(1)
    };
    world.add_incidents(PARTNER, &[subject]).await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let page = browser.open(&format!("/portal/incidents/1?tid={PARTNER}")).await;
    let shown = "<bdi>&lt;img src=x onerror=alert(1)&gt;\u{202e}gnp.exe\u{fffd}</bdi>";
    assert!(page.text.contains(&format!("<h1>{shown}</h1>")), "{}", page.text);
    assert!(!page.text.contains("<img") && !page.text.contains('\u{7}'));
    // The same process in one alert twice is one piece of evidence, another one is a second.
    assert!(page.text.contains("Processes (2)") && page.text.contains("Devices (1)"));
    assert!(page.text.contains("&quot;aaaa"));
    // In a drawing nothing can be isolated, so what would turn the text around is shown as what it is.
    let drawing = page.text.split("<svg").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(drawing.contains('\u{fffd}') && !drawing.contains('\u{202e}'));
    for address in ["/portal/incidents/2", "/portal/incidents/x", "/portal/incidents/1?tid=nonsense"] {
        assert_eq!(browser.open(address).await.status, 404, "{address}");
    }
}

#[tokio::test]
async fn live_parts_answer_only_when_something_has_changed() {
    let world = World::new().await;
    world.add_incidents(PARTNER, &[incident(1)]).await;
    let mut browser = Browser::of(&world, PARTNER_ADMIN).await;
    let page = browser.open("/portal/incidents").await;
    let (_, rest) = page.text.split_once("data-version=\"").unwrap();
    let version = rest.split("\">").next().unwrap().replace("&quot;", "\"");
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let ask = || {
        Request::get("/portal/incidents?part=lines")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::IF_NONE_MATCH, &version)
            .body(Body::empty())
            .unwrap()
    };
    let unchanged = world.send(ask()).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
    world.add_incidents(PARTNER, &[incident(2)]).await;
    let changed = world.send(ask()).await;
    assert_eq!((changed.status.as_u16(), lines(&changed).len()), (200, 2));
    assert!(!changed.text.contains("<html") && changed.header("etag") != version);
}
