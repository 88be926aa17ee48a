//! `GET /common/discovery/instance`: whether an authority is one of ours.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::Url;
use wardenry_oauth::error::{Code, OAuthError, quoted};
use wardenry_oauth::parameters::Parameters;
use wardenry_web::origin::Origin;
use wardenry_web::request_id::RequestId;

use super::document;
use crate::refusal::{JsonRefusal, occurrence};
use crate::state::Authority;

/// Answers with the metadata address and the aliases of this instance.
pub(crate) async fn get_instance(
    State(authority): State<Authority>,
    id: RequestId,
    origin: Origin,
    RawQuery(query): RawQuery,
) -> Response {
    match instance(&authority, &origin, query.unwrap_or_default().as_bytes()) {
        Ok(body) => document(&body),
        Err(error) => {
            let occurrence = occurrence(id, authority.directory.clock().now());
            JsonRefusal::new(error, occurrence, origin).into_response()
        }
    }
}

fn instance(authority: &Authority, origin: &Origin, query: &[u8]) -> Result<Value, OAuthError> {
    let parameters = Parameters::from_urlencoded(query)?;
    let endpoint = parameters.require("authorization_endpoint")?;
    let asked = Url::parse(endpoint).ok().filter(|url| url.scheme() == "https" && url.has_host());
    let asked = asked.ok_or_else(|| OAuthError::of(Code::MalformedInstance))?;
    let host = match asked.port() {
        Some(port) => format!("{}:{port}", asked.host_str().unwrap_or_default()),
        None => asked.host_str().unwrap_or_default().to_owned(),
    };
    if !authority.origins.contains_host(&host) {
        return Err(OAuthError::new(
            Code::UnknownInstance,
            format!("The authority host {} is not known here.", quoted(&host)),
        ));
    }
    let tenant =
        asked.path_segments().and_then(|mut segments| segments.next()).filter(|first| !first.is_empty());
    let hosts: Vec<&str> =
        authority.origins.iter().map(|origin| &origin.as_str()["https://".len()..]).collect();
    // From our own address: the library that asks has left the port out of the one it sent.
    Ok(json!({
        "tenant_discovery_endpoint":
            format!("{origin}/{}/v2.0/.well-known/openid-configuration", tenant.unwrap_or("common")),
        "api-version": parameters.get("api-version")?.unwrap_or("1.1"),
        "metadata": [{
            "preferred_network": &origin.as_str()["https://".len()..],
            "preferred_cache": &origin.as_str()["https://".len()..],
            "aliases": hosts,
        }],
    }))
}
