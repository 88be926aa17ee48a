//! What a stranger may send to any endpoint: never a 500, and the documented refusal of the surface.

use axum::body::Body;
use http::{Method, Request, header};

use crate::answer::Answer;
use crate::browser::{Browser, HtmlForm, documentation_link};
use crate::world::{ADMIN, CUSTOMER, World};

const MALFORMED: (u16, u32, &str) = (400, 9_002_313, "invalid_request");

async fn token(world: &World, content_type: Option<&str>, body: impl Into<Body>) -> Answer {
    let mut request = Request::post(format!("/{CUSTOMER}/oauth2/v2.0/token"));
    if let Some(content_type) = content_type {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    world.send(request.body(body.into()).unwrap()).await
}

fn plain(answer: &Answer) -> (u16, u32, String) {
    answer.refused()
}

fn malformed() -> (u16, u32, String) {
    (MALFORMED.0, MALFORMED.1, MALFORMED.2.to_owned())
}

#[tokio::test]
async fn a_token_request_is_a_form() {
    let world = World::consented().await;
    let body = world.v2_form().encoded();
    for content_type in [
        Some("application/json"),
        Some("text/plain"),
        Some("multipart/form-data; boundary=x"),
        Some("application/x-www-form-urlencoded-not"),
        Some(""),
        Some(";"),
    ] {
        let answer = token(&world, content_type, body.clone()).await;
        assert_eq!(plain(&answer), malformed(), "{content_type:?}");
    }
    let json = serde_json::json!({"grant_type": "client_credentials"}).to_string();
    let answer = token(&world, Some("application/x-www-form-urlencoded"), json).await;
    assert_eq!(plain(&answer), (400, 900_144, "invalid_request".to_owned()));
    for content_type in [None, Some("application/json")] {
        let empty = token(&world, content_type, "").await;
        assert_eq!(plain(&empty), (400, 900_144, "invalid_request".to_owned()));
    }
}

#[tokio::test]
async fn a_token_request_is_bounded() {
    let world = World::consented().await;
    let form = world.v2_form().encoded();
    let padded = |length: usize| format!("{form}&padding={}", "x".repeat(length - form.len() - 9));
    let limit = 64 * 1024;
    assert_eq!(world.post("/alder.example/oauth2/v2.0/token", padded(limit)).await.status, 200);
    for answer in [
        world.post("/alder.example/oauth2/v2.0/token", padded(limit + 1)).await,
        world.post("/alder.example/oauth2/token", padded(1024 * 1024)).await,
    ] {
        assert_eq!(plain(&answer), malformed());
        assert!(answer.text.contains("64 KiB"), "{}", answer.text);
    }
    // 100 parameters are enough for everybody.
    let many = |count: usize| format!("{form}{}", "&x=1".repeat(count - 4));
    assert_eq!(world.post("/alder.example/oauth2/v2.0/token", many(100)).await.status, 200);
    let answer = world.post("/alder.example/oauth2/v2.0/token", many(101)).await;
    assert_eq!(plain(&answer), malformed());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_malformed() {
    let world = World::consented().await;
    let broken = futures_util::stream::iter([
        Ok(bytes::Bytes::from("grant_type=client_cred")),
        Err(std::io::Error::other("connection reset")),
    ]);
    let answer = token(&world, Some("application/x-www-form-urlencoded"), Body::from_stream(broken)).await;
    assert_eq!(plain(&answer), malformed());
}

#[tokio::test]
async fn a_parameter_comes_once() {
    let world = World::consented().await;
    for name in ["grant_type", "client_id", "client_secret", "scope", "client_assertion", "resource"] {
        let body = format!("{}&{name}=x&{name}=x", world.v2_form().without(name).encoded());
        let answer = world.post("/alder.example/oauth2/v2.0/token", body).await;
        assert_eq!(plain(&answer), malformed(), "{name}");
    }
    // What nobody reads may come as often as it likes.
    let body = format!("{}&unknown=1&unknown=2", world.v2_form().encoded());
    assert_eq!(world.post("/alder.example/oauth2/v2.0/token", body).await.status, 200);
}

#[tokio::test]
async fn bytes_of_any_kind_are_refused_like_other_wrong_values() {
    let world = World::consented().await;
    let wild: [&[u8]; 6] = [b"\xff\xfe", b"%ff%fe", b"%00", b"\0", b"%", b"\"\\\r\n<script>"];
    for bytes in wild {
        for (name, expected) in [
            ("grant_type", (400, 70_003, "unsupported_grant_type")),
            ("client_id", (400, 700_038, "unauthorized_client")),
            ("client_secret", (401, 7_000_215, "invalid_client")),
            ("scope", (400, 1_002_012, "invalid_scope")),
        ] {
            let mut body = world.v2_form().without(name).encoded().into_bytes();
            body.extend_from_slice(format!("&{name}=").as_bytes());
            body.extend_from_slice(bytes);
            let answer = world.post("/alder.example/oauth2/v2.0/token", body).await;
            let (status, code, error) = answer.refused();
            assert_eq!((status, code, error.as_str()), expected, "{name} {bytes:?}");
        }
    }
    for body in [b"&&&=&".as_slice(), b"=", b"\0", b"%", b"\xff"] {
        let answer = world.post("/alder.example/oauth2/v2.0/token", body.to_vec()).await;
        assert_eq!(plain(&answer), (400, 900_144, "invalid_request".to_owned()), "{body:?}");
    }
}

#[tokio::test]
async fn an_authorization_header_is_whole_or_refused() {
    let world = World::consented().await;
    let huge = format!("Basic {}", wardenry_jose::base64("a".repeat(40_000).as_bytes()));
    let huge_pair =
        format!("Basic {}", wardenry_jose::base64(format!("{0}:{0}", "a".repeat(20_000)).as_bytes()));
    let not_text = format!("Basic {}", wardenry_jose::base64(b"\xff:\xff"));
    let form = world.v2_form().without("client_secret").without("client_id");
    for (value, code) in [
        (b"Basic".to_vec(), 9_002_313),
        (b"Basic ".to_vec(), 9_002_313),
        (b"Basic !!!".to_vec(), 9_002_313),
        (b"Basic bm9jb2xvbg==".to_vec(), 9_002_313),
        (b"Basic \xff\xfe".to_vec(), 9_002_313),
        (not_text.into_bytes(), 9_002_313),
        (huge.into_bytes(), 9_002_313),
        (huge_pair.into_bytes(), 700_038),
        (b"Basic Og==".to_vec(), 700_038),
        (b"Bearer a.b.c".to_vec(), 900_144),
    ] {
        let request = Request::post(format!("/{CUSTOMER}/oauth2/v2.0/token"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::AUTHORIZATION, &*value)
            .body(form.encoded().into())
            .unwrap();
        let refused = world.send(request).await.refused();
        assert_eq!(refused.1, code, "{:.40}", String::from_utf8_lossy(&value));
    }
}

#[tokio::test]
async fn only_post_fetches_a_token() {
    let world = World::consented().await;
    for path in ["/alder.example/oauth2/token", "/common/oauth2/v2.0/token", "/nonsense/oauth2/token"] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let answer = world.request(method.clone(), &format!("{path}?grant_type=x")).await;
            assert_eq!(answer.refused(), (405, 900_561, "invalid_request".to_owned()), "{method} {path}");
            assert_eq!(answer.header("allow"), "POST");
        }
    }
}

#[tokio::test]
async fn a_target_is_bounded() {
    let world = World::with_users().await;
    let base = documentation_link();
    let padded = |length: usize| format!("{base}&x={}", "y".repeat(length - base.len() - 3));
    assert_eq!(world.get(&padded(16 * 1024)).await.status, 200);
    assert_eq!(world.get(&padded(16 * 1024 + 1)).await.status, 414);
    // The longest state comes back whole.
    let state = "s".repeat(15_000);
    let mut browser = Browser::new(&world);
    let page = browser.open_as(ADMIN, &format!("{base}&state={state}")).await;
    let answer = browser.accept(&page).await;
    assert!(answer.reply().1.contains(&("state".to_owned(), state)));
}

#[tokio::test]
async fn tenants_of_any_spelling_are_refused_the_same_way_everywhere() {
    let world = World::new().await;
    for (tenant, code) in [
        ("nobody.example", 90_002),
        ("99999999-2222-4333-8444-555555555555", 90_002),
        ("nobody", 900_023),
        ("%00", 900_023),
        ("%ff", 900_023),
        ("%2e%2e", 900_023),
        ("a%2Fb", 900_023),
        ("%22%3Cscript%3E", 900_023),
        (&"a".repeat(5000), 900_023),
    ] {
        for path in ["oauth2/token", "oauth2/v2.0/token"] {
            let answer = world.post(&format!("/{tenant}/{path}"), world.v2_form().encoded()).await;
            assert_eq!(answer.refused(), (400, code, "invalid_request".to_owned()), "{tenant:.40}");
        }
        for path in ["oauth2/authorize", "oauth2/v2.0/authorize", "adminconsent", "v2.0/adminconsent"] {
            let answer = world.get(&format!("/{tenant}/{path}")).await;
            assert_eq!(answer.refused_page(), (400, code), "{tenant:.40}");
        }
    }
}

#[tokio::test]
async fn a_page_form_is_bounded_and_refused_with_a_page() {
    let world = World::with_users().await;
    let mut browser = Browser::new(&world);
    let page = browser.open(&documentation_link()).await;
    let form = HtmlForm::of(&page).filled(&[("user_name", ADMIN), ("password", &"x".repeat(70_000))]);
    for target in ["/sign-in", "/consent", "/common/oauth2/logout"] {
        let answer = browser.post(target, &form.encoded(), &http::HeaderMap::new()).await;
        assert_eq!(answer.refused_page(), (400, 9_002_313), "{target}");
        assert!(answer.text.contains("64 KiB"), "{}", answer.text);
    }
    for body in ["x=1&".repeat(101), "continue=/a&continue=/b".to_owned(), String::new(), "\0%ff".to_owned()]
    {
        for target in ["/sign-in", "/consent"] {
            let answer = browser.post(target, &body, &http::HeaderMap::new()).await;
            assert_eq!(answer.refused_page(), (400, 9_002_313), "{target} {body:.20}");
        }
    }
}

#[tokio::test]
async fn a_fault_of_the_database_is_a_temporary_one() {
    let world = World::consented().await;
    let form = world.v2_form();
    world.store.clone().close().await;
    let answer = world.v2_token(&form).await;
    assert_eq!(answer.refused(), (503, 90_033, "temporarily_unavailable".to_owned()));
    assert_eq!(answer.header("retry-after"), "1");
    let metadata = world.get("/alder.example/v2.0/.well-known/openid-configuration").await;
    assert_eq!(metadata.refused().1, 90_033);
    let page = world.get(&documentation_link()).await;
    assert_eq!(page.refused_page(), (503, 90_033));
    for text in [&answer.text, &metadata.text, &page.text] {
        for detail in ["sqlx", "pool", "closed", "panicked", ".rs"] {
            assert!(!text.contains(detail), "{detail}: {text}");
        }
    }
}
