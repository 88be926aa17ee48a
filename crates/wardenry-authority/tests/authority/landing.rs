//! `/`, the style sheet, and where nothing is.

use crate::world::World;

#[tokio::test]
async fn the_bare_address_leads_to_the_portal() {
    let world = World::new().await;
    let answer = world.get("/").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/portal"));
}

#[tokio::test]
async fn the_style_sheet_is_where_the_pages_say() {
    let world = World::new().await;
    let page = world.get("/error").await;
    assert!(page.page().contains("<link rel=\"stylesheet\" href=\"/assets/style.css\">"));
    let style = world.get("/assets/style.css").await;
    assert_eq!((style.status.as_u16(), style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.text.contains(":focus-visible"));
    assert!(!style.text.contains("url(") && !style.text.contains("@import"), "nothing else is loaded");
}

#[tokio::test]
async fn an_address_that_nothing_answers_says_so_and_leads_on() {
    let world = World::new().await;
    for path in ["/nothing", "/nothing/1", "/common/oauth2", "/a/b/c/d/e"] {
        let page = world.get(path).await;
        assert_eq!((page.status.as_u16(), page.heading()), (404, "There is nothing here"), "{path}");
        assert!(page.page().contains("href=\"/portal\""), "{path}");
    }
}

/// The relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[tokio::test]
async fn every_text_stands_out_from_its_ground_in_both_schemes() {
    let world = World::new().await;
    let style = world.get("/assets/style.css").await.text;
    let schemes: Vec<&str> =
        style.split(":root {").skip(1).map(|block| block.split('}').next().unwrap()).collect();
    assert_eq!(schemes.len(), 2, "light and dark");
    for scheme in schemes {
        let colour = |name: &str| {
            let (_, value) = scheme.split_once(&format!("--{name}: ")).unwrap();
            luminance(&value[..7])
        };
        for (text, grounds) in [
            ("ink", ["surface", "ground", "code"].as_slice()),
            ("muted", &["surface", "ground", "code"]),
            ("accent", &["surface", "ground"]),
            ("accent-ink", &["accent"]),
            ("caution", &["surface"]),
            ("danger", &["code"]),
        ] {
            for ground in grounds {
                let (one, other) = (colour(text), colour(ground));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
            }
        }
    }
}
