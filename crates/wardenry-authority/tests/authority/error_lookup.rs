//! `GET /error`: the target of `error_uri`.

use wardenry_oauth::error::Code;

use crate::world::World;

#[tokio::test]
async fn every_code_is_explained() {
    let world = World::new().await;
    for code in Code::ALL {
        let answer = world.get(&format!("/error?code={}", code.number())).await;
        assert_eq!(answer.status, 200, "{code:?}");
        assert!(answer.page().contains(&format!("AADSTS{}", code.number())), "{code:?}");
        let pasted = world.get(&format!("/error?code=AADSTS{}", code.number())).await;
        assert_eq!(pasted.text, answer.text, "{code:?}, as messages print it");
        let shown = answer.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        for text in [code.title(), code.advice(), code.error(), &code.status().to_string()] {
            assert!(shown.contains(text), "{code:?} {text}: {shown}");
        }
    }
}

#[tokio::test]
async fn without_a_code_all_are_listed() {
    let world = World::new().await;
    for (target, status) in [
        ("/error", 200),
        ("/Error", 200),
        ("/error?code=", 200),
        ("/error?code=%3Cscript%3E", 200),
        ("/error?code=1", 404),
        ("/error?code=99999999999999999999", 200),
        ("/error?code=1&code=2", 200),
    ] {
        let answer = world.get(target).await;
        assert_eq!(answer.status.as_u16(), status, "{target}");
        assert_eq!(answer.heading(), "Error codes");
        for code in Code::ALL {
            assert!(answer.text.contains(&format!("/error?code={}", code.number())), "{code:?}");
        }
    }
}
