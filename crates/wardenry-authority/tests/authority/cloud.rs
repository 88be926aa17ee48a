//! `GET /metadata/endpoints`.

use serde_json::json;

use crate::world::{OTHER_HOST, World};

#[tokio::test]
async fn every_address_is_the_one_that_was_asked() {
    let world = World::new().await;
    for (answer, origin) in [
        (world.get("/metadata/endpoints?api-version=latest").await, "https://localhost:8443"),
        (
            world.get_from(OTHER_HOST, "/metadata/endpoints?api-version=2022-09-01").await,
            "https://id.wardenry.test",
        ),
        (world.get_from("elsewhere.example", "/metadata/endpoints").await, "https://localhost:8443"),
    ] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        assert_eq!(
            answer.json(),
            json!({
                "name": "Wardenry",
                "portal": format!("{origin}/portal"),
                "authentication": {"loginEndpoint": origin, "tenant": "common", "identityProvider": "AAD"},
                "microsoftGraphResourceId": format!("{origin}/"),
            })
        );
    }
}
