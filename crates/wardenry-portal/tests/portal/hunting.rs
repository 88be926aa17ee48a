//! Hunting: the page without scripts, the tables, and what the scripts ask.

use serde_json::{Value, json};
use wardenry_core::catalogue::THREAT_PROTECTION;
use wardenry_directory::consent::wish_for;
use wardenry_directory::registration::ApplicationPatch;

use crate::browser::{Browser, HtmlForm};
use crate::world::{
    Answer, CONNECTOR, CUSTOMER_ADMIN, PARTNER, PARTNER_ADMIN, PARTNER_ANALYST, PARTNER_CLERK, World,
};

const PAGE: &str = "/portal/hunting";
const RUN: &str = "/portal/hunting/run";

/// Runs a query by the page's form.
async fn run(browser: &mut Browser<'_>, query: &str) -> Answer {
    let page = browser.open(PAGE).await;
    browser.submit(&page, RUN, &[("query", query)]).await
}

/// Sends what a script of the page would.
async fn ask(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let page = browser.open(PAGE).await;
    let token = page.text.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    fields.push(("form_token".to_owned(), token.to_owned()));
    let answer = browser.post(path, &fields).await;
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8", "{answer:?}");
    (answer.status.as_u16(), serde_json::from_str(&answer.text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_run_and_shown_as_a_table_with_the_query_still_there() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ANALYST).await;
    let page = run(&mut browser, "print a = '<b>\u{202e}x', n = 7, d = dynamic({\"k\": 1})").await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (200, "Hunting"));
    for part in [
        "<h2>1 row</h2>",
        "<bdi>&lt;b&gt;\u{202e}x</bdi>",
        "<td class=\"number\"><bdi>7</bdi></td>",
        "<bdi>{&quot;k&quot;:1}</bdi>",
        ">\nprint a = '&lt;b&gt;",
        "Left: 44 of 45 queries this minute, 1499 of 1500 this hour;",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_query_says_where_why_and_what_would_mend_it() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ANALYST).await;
    let page = run(&mut browser, "DeviceEvents\n| where ActionTyp == 'x'").await;
    assert_eq!(page.status.as_u16(), 400);
    for part in ["The query is wrong", "KQL0101", "line 2, column 9", "<mark>ActionTyp</mark>"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let empty = run(&mut browser, "  ").await;
    assert_eq!(empty.status.as_u16(), 400);
    assert!(empty.text.contains("There is no query yet"), "{}", empty.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_is_drawn_and_long_results_are_cut() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ANALYST).await;
    let page =
        run(&mut browser, "range n from 1 to 1000 step 1 | summarize count() by n % 3 | render columnchart")
            .await;
    assert!(page.text.contains("<svg "), "{}", page.text);
    let page = run(&mut browser, "range n from 1 to 1000 step 1").await;
    assert!(page.text.contains("<h2>1000 rows</h2>"), "{}", page.text);
    assert!(page.text.contains("These are the first 200."), "{}", page.text);
    assert_eq!(page.text.matches("<tr>").count(), 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_hunt_is_told_so() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_CLERK).await;
    for address in [PAGE, "/portal/hunting/tables/DeviceEvents"] {
        let page = browser.open(address).await;
        assert_eq!(
            (page.status.as_u16(), page.heading().as_str()),
            (403, "Your roles do not allow this"),
            "{address}"
        );
    }
    assert!(!browser.open("/portal").await.text.contains("href=\"/portal/hunting\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grid_gets_rows_statistics_and_the_chart() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ANALYST).await;
    let query = "datatable(a: string, n: long)['x', 9007199254740993, 'y', 2] | render piechart";
    let (status, mut answer) = ask(&mut browser, "/portal/hunting/run/grid", &[("query", query)]).await;
    assert_eq!(status, 200);
    let chart = answer["chart"]["svg"].take();
    assert!(chart.as_str().unwrap().starts_with("<svg "), "{chart}");
    assert_eq!(answer["statistics"]["rows"], 2);
    answer.as_object_mut().unwrap().remove("statistics");
    assert_eq!(
        answer,
        json!({
            "columns": [{ "name": "a", "type": "string" }, { "name": "n", "type": "long" }],
            "rows": [["x", 9_007_199_254_740_993_i64], ["y", 2]],
            "shown": 2,
            "chart": { "svg": null },
            "notices": [],
        })
    );
    let (status, refusal) =
        ask(&mut browser, "/portal/hunting/run/grid", &[("query", "Tabel | take 1")]).await;
    let refusal = &refusal["refusal"];
    assert_eq!((status, &refusal["heading"]), (200, &json!("The query is wrong")));
    assert_eq!((&refusal["problems"][0]["start"], &refusal["problems"][0]["end"]), (&json!(0), &json!(5)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editor_gets_colours_faults_completions_and_explanations() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ANALYST).await;
    let query = "// \u{1f600}\nDeviceEvents | where ActionTyp = 1";
    let (status, answer) = ask(&mut browser, "/portal/hunting/check", &[("query", query)]).await;
    assert_eq!(status, 200);
    let tokens = answer["tokens"].as_array().unwrap();
    assert_eq!(tokens[..3], [json!([0, 5, "comment"]), json!([6, 18, "table"]), json!([21, 26, "keyword"])]);
    let problem = &answer["problems"][0];
    assert_eq!(problem["severity"], "error");
    assert!(problem["start"].as_u64().unwrap() >= 27, "{problem}");

    let query = "DeviceEvents | whe";
    let fields = [("query", query), ("offset", "18")];
    let (_, answer) = ask(&mut browser, "/portal/hunting/complete", &fields).await;
    assert_eq!(
        (&answer["start"], &answer["end"], &answer["items"][0]["label"]),
        (&json!(15), &json!(18), &json!("where"))
    );
    let (_, answer) = ask(&mut browser, "/portal/hunting/hover", &[("query", query), ("offset", "3")]).await;
    assert_eq!((&answer["start"], &answer["end"]), (&json!(0), &json!(12)));
    let long = "x".repeat(40_000);
    let (status, _) = ask(&mut browser, "/portal/hunting/check", &[("query", &long)]).await;
    assert_eq!(status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_shows_its_columns_and_on_demand_values() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, PARTNER_ANALYST).await;
    let address = "/portal/hunting/tables/DeviceEvents";
    let page = browser.open(address).await;
    assert_eq!(page.heading(), "DeviceEvents");
    assert!(page.text.contains("<bdi>ActionType</bdi>"), "{}", page.text);
    let page = browser.submit(&page, "/portal/hunting/tables", &[]).await;
    assert!(page.text.contains("The table has no rows yet."), "{}", page.text);
    let answer = browser.open("/portal/hunting/tables/DeviceEvents/columns").await;
    let columns: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(columns["columns"][0], json!(["Timestamp", "datetime"]));
    assert_eq!(browser.open("/portal/hunting/tables/Nothing").await.status.as_u16(), 404);
}

/// A world in which the analyst may hunt in the customer's tenant.
async fn world_with_a_customer() -> World {
    let world = World::new().await;
    let wishes = wish_for(&THREAT_PROTECTION, &["AdvancedHunting.Read.All"], &[]).unwrap();
    let patch = ApplicationPatch { required_resources: Some(vec![wishes]), ..ApplicationPatch::default() };
    let admin = world.operator.application_admin(PARTNER);
    let reader = world.operator.reader(PARTNER);
    let application = world.directory.application_by_app_id(&reader, CONNECTOR).await.unwrap();
    world.directory.update_application(&admin, application.id, patch).await.unwrap();
    world.consent().await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn one_query_over_all_organisations_says_what_became_of_it_in_each() {
    let world = world_with_a_customer().await;
    let mut browser = Browser::of(&world, PARTNER_ANALYST).await;
    let page = browser.open(PAGE).await;
    assert!(page.text.contains("All organisations (2)"), "{}", page.text);
    let fields = [("query", "print n = 7"), ("scope", "customers")];
    let page = browser.submit(&page, RUN, &fields).await;
    assert_eq!(page.status.as_u16(), 200);
    for name in ["Harbour Watch", "Alder Foods"] {
        let row = format!(
            "<tr><th scope=\"row\"><bdi>{name}</bdi></th><td class=\"number\">1</td><td>complete</td></tr>"
        );
        assert!(page.text.contains(&row), "{name}: {}", page.text);
        let row = format!("<tr><th scope=\"row\"><bdi>{name}</bdi></th><td><bdi>7</bdi></td></tr>");
        assert!(page.text.contains(&row), "{name}: {}", page.text);
    }
    let wrong = browser.submit(&page, RUN, &[("query", "nothing"), ("scope", "customers")]).await;
    assert_eq!(wrong.text.matches("The query is wrong").count(), 1, "{}", wrong.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_gets_the_outcomes_of_all_organisations_one_by_one() {
    let world = world_with_a_customer().await;
    let mut browser = Browser::of(&world, PARTNER_ANALYST).await;
    let page = browser.open(PAGE).await;
    let token = page.text.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("query", "range n from 1 to 3 step 1"), ("form_token", token)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = browser.post("/portal/hunting/run/customers", &fields).await;
    let (first, mut rest) = answer.text.split_once('\n').unwrap();
    let organisations: Value = serde_json::from_str(first).unwrap();
    let expected = ["Harbour Watch", "Alder Foods"];
    for (index, name) in expected.into_iter().enumerate() {
        assert_eq!(organisations["organisations"][index]["name"], name);
        let (head, body) = rest.split_once('\n').unwrap();
        let head: Value = serde_json::from_str(head).unwrap();
        assert_eq!((&head["name"], &head["status"]), (&json!(name), &json!(200)));
        let (body, behind) = body.split_at(usize::try_from(head["bytes"].as_u64().unwrap()).unwrap());
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["rows"], json!([[1], [2], [3]]));
        rest = behind;
    }
    assert_eq!(rest, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_saved_shared_found_again_and_removed() {
    let world = World::new().await;
    let mut anna = Browser::of(&world, PARTNER_ANALYST).await;
    let saved = "/portal/hunting/saved";
    assert!(anna.open(saved).await.text.contains("Nothing saved yet"));
    let page = anna.open(PAGE).await;
    let form = |query: &str, name: &str| {
        let mut fields = HtmlForm::all_of(&page).into_iter().find(|form| form.action == RUN).unwrap().fields;
        fields.retain(|(field, _)| !matches!(field.as_str(), "query" | "name" | "window"));
        let texts = [("query", query), ("name", name), ("window", "P7D")];
        fields.extend(texts.map(|(name, value)| (name.to_owned(), value.to_owned())));
        fields
    };
    for (query, name, is_shared) in [("print 1", "<b>mine\u{202e}", false), ("print 2", "Ours", true)] {
        let mut fields = form(query, name);
        if is_shared {
            fields.push(("shared".to_owned(), "1".to_owned()));
        }
        let answer = anna.post(saved, &fields).await;
        assert_eq!(answer.header("location"), "/portal/hunting/saved?done=saved", "{answer:?}");
    }
    for (query, name) in [("print 1", " "), (" ", "empty"), ("print 1", &"n".repeat(201))] {
        assert_eq!(anna.post(saved, &form(query, name)).await.status.as_u16(), 409);
    }
    let listed = anna.open(saved).await;
    assert!(listed.text.contains("<bdi>&lt;b&gt;mine\u{202e}</bdi>"), "{}", listed.text);

    // A colleague sees what is shared, and cannot remove it.
    let mut petra = Browser::of(&world, PARTNER_ADMIN).await;
    let hers = petra.open(saved).await;
    assert!(hers.text.contains("Ours") && !hers.text.contains("mine"), "{}", hers.text);
    assert!(!hers.text.contains("/portal/hunting/saved/remove"));
    let address = hers.text.split("href=\"").find(|rest| rest.starts_with("/portal/hunting?saved=")).unwrap();
    let address = address.split('"').next().unwrap().to_owned();
    let opened = petra.open(&address).await;
    assert!(opened.text.contains(">\nprint 2</textarea>"), "{}", opened.text);
    assert!(opened.text.contains("<option value=\"P7D\" selected>"), "{}", opened.text);
    // Only whose it is shares it, and ends that.
    let id = address.split('=').nth(1).unwrap().to_owned();
    let token = hers.text.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("id", id.as_str()), ("form_token", token)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    for action in ["/portal/hunting/saved/share", "/portal/hunting/saved/remove"] {
        assert_eq!(petra.post(action, &fields).await.status.as_u16(), 404, "{action}");
    }
    let share = "/portal/hunting/saved/share";
    let page = anna.submit(&listed, share, &[("id", &id), ("shared", "0")]).await;
    assert!(page.text.contains("The query is yours alone."), "{}", page.text);
    assert_eq!(petra.open(&address).await.status.as_u16(), 404);
    let page = anna.submit(&page, share, &[("id", &id), ("shared", "1")]).await;
    assert!(page.text.contains("All members of your organisation"), "{}", page.text);
    assert_eq!(petra.open(&address).await.status.as_u16(), 200);
    // Another organisation sees nothing of it.
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    assert_eq!(ada.open(&address).await.status.as_u16(), 404);
    assert!(ada.open(saved).await.text.contains("Nothing saved yet"));

    let mut page = listed;
    while HtmlForm::all_of(&page).iter().any(|form| form.action == "/portal/hunting/saved/remove") {
        page = anna.submit(&page, "/portal/hunting/saved/remove", &[]).await;
        assert!(page.text.contains("The query is removed."), "{}", page.text);
    }
    assert!(page.text.contains("Nothing saved yet"), "{}", page.text);
    assert_eq!(petra.open(&address).await.status.as_u16(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_has_run_is_remembered_for_oneself_until_it_is_forgotten() {
    let world = World::new().await;
    let mut anna = Browser::of(&world, PARTNER_ANALYST).await;
    run(&mut anna, "print first = 1").await;
    run(&mut anna, "nonsense").await;
    ask(&mut anna, "/portal/hunting/run/grid", &[("query", "print third = 3")]).await;
    ask(&mut anna, "/portal/hunting/run/grid", &[("query", "print sampled = 4"), ("sample", "1")]).await;
    let page = anna.open("/portal/hunting/saved").await;
    let places =
        ["print third = 3", "nonsense", "print first = 1"].map(|query| page.text.find(query).unwrap());
    assert!(places.is_sorted(), "the newest stands first");
    assert!(page.text.contains("<td>refused</td>") && !page.text.contains("sampled"), "{}", page.text);
    let mut petra = Browser::of(&world, PARTNER_ADMIN).await;
    assert!(petra.open("/portal/hunting/saved").await.text.contains("Nothing run yet"));
    let page = anna.submit(&page, "/portal/hunting/history/forget", &[]).await;
    assert!(page.text.contains("Nothing run yet"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_keeps_more_than_two_hundred_queries() {
    let world = World::new().await;
    let mut anna = Browser::of(&world, PARTNER_ANALYST).await;
    let page = anna.open(PAGE).await;
    let mut fields = HtmlForm::all_of(&page).into_iter().find(|form| form.action == RUN).unwrap().fields;
    fields.retain(|(field, _)| !matches!(field.as_str(), "query" | "name"));
    let texts = [("query", "print 1"), ("name", "One of many")];
    fields.extend(texts.map(|(name, value)| (name.to_owned(), value.to_owned())));
    for number in 1..=200 {
        assert_eq!(anna.post("/portal/hunting/saved", &fields).await.status.as_u16(), 303, "{number}");
    }
    let refused = anna.post("/portal/hunting/saved", &fields).await;
    assert_eq!(refused.status.as_u16(), 409);
    assert!(refused.text.contains("nobody keeps more than 200 queries"), "{}", refused.text);
    let listed = anna.open("/portal/hunting/saved").await;
    assert_eq!(listed.text.matches("One of many</bdi></a>").count(), 200);
}
