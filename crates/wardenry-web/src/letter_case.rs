//! Paths are matched without regard to letter case, as on the live services.
//!
//! Routers are written in one spelling; this turns every request's path into it. Only names are
//! touched, never ids: the segments after a collection's name keep their case where ids depend on it.

use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;

/// The Graph surface's own spelling of its names.
const GRAPH_NAMES: [&str; 12] = [
    "servicePrincipals",
    "appRoleAssignments",
    "appRoleAssignedTo",
    "addPassword",
    "removePassword",
    "addKey",
    "removeKey",
    "applications",
    "organization",
    "security",
    "runHuntingQuery",
    "microsoft.graph.security.runHuntingQuery",
];

/// Rewrites the request's path into the routers' spelling.
pub fn canonical(mut request: Request) -> Request {
    if let Some(path) = canonical_path(request.uri().path()) {
        let target = match request.uri().query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        let mut parts = request.uri().clone().into_parts();
        // A path that cannot be put back is left as it came and simply matches no route.
        if let Ok(target) = target.parse::<PathAndQuery>() {
            parts.path_and_query = Some(target);
            if let Ok(uri) = Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
        }
    }
    request
}

/// The routers' spelling of a path, or `None` when it has it already.
fn canonical_path(path: &str) -> Option<String> {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default().to_ascii_lowercase();
    let rewritten = match first.as_str() {
        // Ids of alerts and devices keep their case; the names before them come first.
        "api" => {
            let names = if path.get(4..9).is_some_and(|version| version.eq_ignore_ascii_case("/v1.0")) {
                3
            } else {
                2
            };
            rewrite(
                path,
                |index, segment| {
                    if index < names { segment.to_ascii_lowercase() } else { segment.to_owned() }
                },
            )
        }
        "v1.0" | "beta" => rewrite(path, |index, segment| {
            if index == 0 {
                return segment.to_ascii_lowercase();
            }
            let known = GRAPH_NAMES.iter().find(|name| name.eq_ignore_ascii_case(segment));
            known.map_or_else(|| graph_alternate_key(segment), |name| (*name).to_owned())
        }),
        "portal" | "wardenry" | "assets" => return None,
        _ => path.to_ascii_lowercase(),
    };
    (rewritten != path).then_some(rewritten)
}

/// `applications(appId='…')`: the name before the parenthesis.
fn graph_alternate_key(segment: &str) -> String {
    let Some((name, key)) = segment.split_once('(') else { return segment.to_owned() };
    let known = GRAPH_NAMES.iter().find(|known| known.eq_ignore_ascii_case(name));
    format!("{}({key}", known.copied().unwrap_or(name))
}

fn rewrite(path: &str, mut spell: impl FnMut(usize, &str) -> String) -> String {
    let mut spelled = String::with_capacity(path.len());
    for (index, segment) in path.trim_start_matches('/').split('/').enumerate() {
        spelled.push('/');
        spelled.push_str(&spell(index, segment));
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(path: &str) -> String {
        canonical_path(path).unwrap_or_else(|| path.to_owned())
    }

    #[test]
    fn names_are_unified_and_ids_are_kept() {
        for (given, expected) in [
            ("/Common/OAuth2/Authorize", "/common/oauth2/authorize"),
            ("/ALDER.example/adminConsent", "/alder.example/adminconsent"),
            ("/API/Incidents/4711", "/api/incidents/4711"),
            ("/api/V1.0/Incidents", "/api/v1.0/incidents"),
            ("/api/machines/AbC/isolate", "/api/machines/AbC/isolate"),
            (
                "/V1.0/serviceprincipals/X/approleassignments/aBcD",
                "/v1.0/servicePrincipals/X/appRoleAssignments/aBcD",
            ),
            ("/v1.0/Organization", "/v1.0/organization"),
            ("/BETA/Security/RunHuntingQuery", "/beta/security/runHuntingQuery"),
            ("/v1.0/APPLICATIONS(appId='Ab')/addpassword", "/v1.0/applications(appId='Ab')/addPassword"),
            ("/portal/Static", "/portal/Static"),
            ("/", "/"),
        ] {
            assert_eq!(spelled(given), expected);
        }
    }

    #[test]
    fn the_query_survives() {
        let request = Request::builder()
            .uri("/Common/OAuth2/Authorize?State=AbC")
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(canonical(request).uri(), "/common/oauth2/authorize?State=AbC");
    }
}
