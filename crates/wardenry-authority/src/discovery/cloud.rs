//! `GET /metadata/endpoints`: where the services of this cloud are.
//!
//! In the vendor's clouds the resource manager publishes it, and tools that know a cloud by one address start there.

use axum::response::Response;
use serde_json::json;
use wardenry_web::origin::Origin;

use super::document;

/// Answers with the addresses of what is served here; the versions of the vendor's document agree on these members.
pub(crate) async fn get_cloud(origin: Origin) -> Response {
    document(&json!({
        "name": "Wardenry",
        "portal": format!("{origin}/portal"),
        "authentication": {
            "loginEndpoint": origin.as_str(),
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "microsoftGraphResourceId": format!("{origin}/"),
    }))
}
