//! The API calls and what each demands of a token: one table that the servers enforce and that
//! `token explain` reads.

use crate::catalogue::{DEFENDER_ATP, GRAPH, Resource, THREAT_PROTECTION, WARDENRY};

/// One call of an API surface.
#[derive(Debug, PartialEq, Eq)]
pub struct ApiCall {
    pub method: &'static str,
    /// The path with `{name}` for a variable segment.
    pub path: &'static str,
    /// The resources whose tokens the call accepts, the preferred one first.
    pub resources: &'static [&'static Resource],
    /// Application permissions of which one is enough, the least privileged first.
    pub app_roles: &'static [&'static str],
    /// Delegated permissions of which one is enough, the least privileged first.
    pub scopes: &'static [&'static str],
}

impl ApiCall {
    /// Whether this method and path (without query) address the call. `/api/v1.0/…` is the same as
    /// `/api/…`, `/beta/security/…` the same as `/v1.0/security/…`, a key in parentheses the same as one in a
    /// segment of its own, an action's full name the same as its short one, and the letter case of the path and one
    /// trailing slash do not matter.
    pub fn is_addressed_by(&self, method: &str, path: &str) -> bool {
        if !self.method.eq_ignore_ascii_case(method) {
            return false;
        }
        let path = path.to_ascii_lowercase();
        let path = path.strip_suffix('/').unwrap_or(&path);
        let path = match path.strip_prefix("/api/v1.0/") {
            Some(rest) => format!("/api/{rest}"),
            None => path.to_owned(),
        };
        let path = match path.strip_prefix("/beta/security/") {
            Some(rest) => format!("/v1.0/security/{rest}"),
            None => path,
        };
        let path = path.replacen("/microsoft.graph.security.", "/", 1);
        // `applications(appId='…')` addresses the same as `applications/{id}`.
        let path = if path.starts_with("/v1.0/") { path.replacen('(', "/(", 1) } else { path };
        let (mut given, mut wanted) = (path.split('/'), self.path.split('/'));
        loop {
            match (given.next(), wanted.next()) {
                (None, None) => return true,
                (Some(segment), Some(name)) if name.starts_with('{') && !segment.is_empty() => {}
                (Some(segment), Some(name)) if segment.eq_ignore_ascii_case(name) => {}
                _ => return false,
            }
        }
    }
}

/// The Defender-shape surface takes tokens of both Defender resources: the public partner samples ask
/// for any of the three identifiers and then call `/api/incidents`.
const DEFENDER: &[&Resource] = &[&THREAT_PROTECTION, &DEFENDER_ATP];
const DIRECTORY: &[&Resource] = &[&GRAPH];

const INCIDENT_READ_ROLES: &[&str] = &["Incident.Read.All", "Incident.ReadWrite.All"];
const INCIDENT_READ_SCOPES: &[&str] = &["Incident.Read", "Incident.ReadWrite"];

/// List incidents.
pub const LIST_INCIDENTS: ApiCall = ApiCall {
    method: "GET",
    path: "/api/incidents",
    resources: DEFENDER,
    app_roles: INCIDENT_READ_ROLES,
    scopes: INCIDENT_READ_SCOPES,
};

/// Get one incident.
pub const GET_INCIDENT: ApiCall = ApiCall { path: "/api/incidents/{id}", ..LIST_INCIDENTS };

/// Run a hunting query over all tables.
pub const RUN_ADVANCED_HUNTING: ApiCall = ApiCall {
    method: "POST",
    path: "/api/advancedhunting/run",
    resources: DEFENDER,
    app_roles: &["AdvancedHunting.Read.All"],
    scopes: &["AdvancedHunting.Read"],
};

/// Run a hunting query over the device tables.
pub const RUN_ADVANCED_QUERIES: ApiCall = ApiCall {
    method: "POST",
    path: "/api/advancedqueries/run",
    resources: &[&DEFENDER_ATP],
    app_roles: &["AdvancedQuery.Read.All"],
    scopes: &["AdvancedQuery.Read"],
};

/// Run a hunting query over all tables, in the Graph shape.
pub const RUN_HUNTING_QUERY: ApiCall = ApiCall {
    method: "POST",
    path: "/v1.0/security/runHuntingQuery",
    resources: &[&GRAPH],
    app_roles: &["ThreatHunting.Read.All"],
    scopes: &["ThreatHunting.Read.All"],
};

/// Bring events in.
pub const INGEST_EVENTS: ApiCall = ApiCall {
    method: "POST",
    path: "/wardenry/v1/ingest",
    resources: &[&WARDENRY],
    app_roles: &["Event.Write.All"],
    scopes: &["Event.Write"],
};

const fn directory(
    method: &'static str,
    path: &'static str,
    app_roles: &'static [&'static str],
    scopes: &'static [&'static str],
) -> ApiCall {
    ApiCall { method, path, resources: DIRECTORY, app_roles, scopes }
}

const APP_READ: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.OwnedBy",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const APP_WRITE: &[&str] =
    &["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.ReadWrite.All"];
const GRANT_READ: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const GRANT_WRITE: &[&str] = &["AppRoleAssignment.ReadWrite.All"];
const DELEGATED_READ: &[&str] = &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"];
const DELEGATED_WRITE: &[&str] = &["Application.ReadWrite.All", "Directory.ReadWrite.All"];

const DELEGATED_GRANT_WRITE: &[&str] =
    &["AppRoleAssignment.ReadWrite.All", "Application.ReadWrite.All", "Directory.ReadWrite.All"];
const ORGANIZATION_READ: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];
const DELEGATED_ORGANIZATION_READ: &[&str] = &["User.Read", "Directory.Read.All", "Directory.ReadWrite.All"];

/// List the applications of the tenant.
pub const LIST_APPLICATIONS: ApiCall = directory("GET", "/v1.0/applications", APP_READ, DELEGATED_READ);
/// Register an application.
pub const CREATE_APPLICATION: ApiCall = directory("POST", "/v1.0/applications", APP_WRITE, DELEGATED_WRITE);
/// Get one application.
pub const GET_APPLICATION: ApiCall = directory("GET", "/v1.0/applications/{id}", APP_READ, DELEGATED_READ);
/// Change an application.
pub const UPDATE_APPLICATION: ApiCall =
    directory("PATCH", "/v1.0/applications/{id}", APP_WRITE, DELEGATED_WRITE);
/// Delete an application.
pub const DELETE_APPLICATION: ApiCall =
    directory("DELETE", "/v1.0/applications/{id}", APP_WRITE, DELEGATED_WRITE);
/// Make a client secret.
pub const ADD_PASSWORD: ApiCall =
    directory("POST", "/v1.0/applications/{id}/addPassword", APP_WRITE, DELEGATED_WRITE);
/// Withdraw a client secret.
pub const REMOVE_PASSWORD: ApiCall =
    directory("POST", "/v1.0/applications/{id}/removePassword", APP_WRITE, DELEGATED_WRITE);
/// Register a certificate on the strength of another.
pub const ADD_KEY: ApiCall = directory("POST", "/v1.0/applications/{id}/addKey", APP_WRITE, DELEGATED_WRITE);
/// Withdraw a certificate on the strength of one.
pub const REMOVE_KEY: ApiCall =
    directory("POST", "/v1.0/applications/{id}/removeKey", APP_WRITE, DELEGATED_WRITE);
/// List the service principals of the tenant.
pub const LIST_SERVICE_PRINCIPALS: ApiCall =
    directory("GET", "/v1.0/servicePrincipals", APP_READ, DELEGATED_READ);
/// Let an application into the tenant.
pub const CREATE_SERVICE_PRINCIPAL: ApiCall =
    directory("POST", "/v1.0/servicePrincipals", APP_WRITE, DELEGATED_WRITE);
/// Get one service principal.
pub const GET_SERVICE_PRINCIPAL: ApiCall =
    directory("GET", "/v1.0/servicePrincipals/{id}", APP_READ, DELEGATED_READ);
/// Change a service principal.
pub const UPDATE_SERVICE_PRINCIPAL: ApiCall =
    directory("PATCH", "/v1.0/servicePrincipals/{id}", APP_WRITE, DELEGATED_WRITE);
/// Shut an application out of the tenant.
pub const DELETE_SERVICE_PRINCIPAL: ApiCall =
    directory("DELETE", "/v1.0/servicePrincipals/{id}", APP_WRITE, DELEGATED_WRITE);
/// List what was granted to a service principal.
pub const LIST_APP_ROLE_ASSIGNMENTS: ApiCall =
    directory("GET", "/v1.0/servicePrincipals/{id}/appRoleAssignments", GRANT_READ, DELEGATED_READ);
/// Grant a service principal an application permission.
pub const CREATE_APP_ROLE_ASSIGNMENT: ApiCall =
    directory("POST", "/v1.0/servicePrincipals/{id}/appRoleAssignments", GRANT_WRITE, DELEGATED_GRANT_WRITE);
/// Revoke what was granted to a service principal.
pub const DELETE_APP_ROLE_ASSIGNMENT: ApiCall = directory(
    "DELETE",
    "/v1.0/servicePrincipals/{id}/appRoleAssignments/{assignment}",
    GRANT_WRITE,
    DELEGATED_GRANT_WRITE,
);
/// List what was granted on a resource's service principal.
pub const LIST_APP_ROLE_ASSIGNED_TO: ApiCall =
    directory("GET", "/v1.0/servicePrincipals/{id}/appRoleAssignedTo", GRANT_READ, DELEGATED_READ);
/// Grant an application permission of a resource.
pub const CREATE_APP_ROLE_ASSIGNED_TO: ApiCall =
    directory("POST", "/v1.0/servicePrincipals/{id}/appRoleAssignedTo", GRANT_WRITE, DELEGATED_GRANT_WRITE);
/// Revoke what was granted on a resource.
pub const DELETE_APP_ROLE_ASSIGNED_TO: ApiCall = directory(
    "DELETE",
    "/v1.0/servicePrincipals/{id}/appRoleAssignedTo/{assignment}",
    GRANT_WRITE,
    DELEGATED_GRANT_WRITE,
);
/// Get the tenant itself.
pub const GET_ORGANIZATION: ApiCall =
    directory("GET", "/v1.0/organization", ORGANIZATION_READ, DELEGATED_ORGANIZATION_READ);

/// Every call, for look-ups and completeness checks.
pub const CALLS: &[ApiCall] = &[
    LIST_INCIDENTS,
    GET_INCIDENT,
    LIST_APPLICATIONS,
    CREATE_APPLICATION,
    GET_APPLICATION,
    UPDATE_APPLICATION,
    DELETE_APPLICATION,
    ADD_PASSWORD,
    REMOVE_PASSWORD,
    ADD_KEY,
    REMOVE_KEY,
    LIST_SERVICE_PRINCIPALS,
    CREATE_SERVICE_PRINCIPAL,
    GET_SERVICE_PRINCIPAL,
    UPDATE_SERVICE_PRINCIPAL,
    DELETE_SERVICE_PRINCIPAL,
    LIST_APP_ROLE_ASSIGNMENTS,
    CREATE_APP_ROLE_ASSIGNMENT,
    DELETE_APP_ROLE_ASSIGNMENT,
    LIST_APP_ROLE_ASSIGNED_TO,
    CREATE_APP_ROLE_ASSIGNED_TO,
    DELETE_APP_ROLE_ASSIGNED_TO,
    GET_ORGANIZATION,
    RUN_ADVANCED_HUNTING,
    RUN_ADVANCED_QUERIES,
    RUN_HUNTING_QUERY,
    INGEST_EVENTS,
];

/// The call that this method and path (without query) address.
pub fn call_addressed_by(method: &str, path: &str) -> Option<&'static ApiCall> {
    CALLS.iter().find(|call| call.is_addressed_by(method, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_segment_by_segment() {
        for (method, path, expected) in [
            ("GET", "/api/incidents", Some(&LIST_INCIDENTS)),
            ("get", "/API/Incidents/", Some(&LIST_INCIDENTS)),
            ("GET", "/api/v1.0/incidents", Some(&LIST_INCIDENTS)),
            ("GET", "/api/incidents/4711", Some(&GET_INCIDENT)),
            ("GET", "/api/v1.0/incidents/4711", Some(&GET_INCIDENT)),
            ("POST", "/api/v1.0/AdvancedHunting/run", Some(&RUN_ADVANCED_HUNTING)),
            ("POST", "/api/advancedqueries/run", Some(&RUN_ADVANCED_QUERIES)),
            ("POST", "/beta/security/runhuntingquery", Some(&RUN_HUNTING_QUERY)),
            ("POST", "/v1.0/security/microsoft.graph.security.runHuntingQuery", Some(&RUN_HUNTING_QUERY)),
            ("POST", "/wardenry/v1/ingest", Some(&INGEST_EVENTS)),
            ("GET", "/api/incidents//", None),
            ("GET", "/api/incidents/1/2", None),
            ("POST", "/api/incidents", None),
            ("GET", "", None),
            ("GET", "/", None),
        ] {
            assert_eq!(call_addressed_by(method, path), expected, "{method} {path}");
        }
        let call = call_addressed_by("POST", "/v1.0/applications/x/addpassword").unwrap();
        assert_eq!(call, &ADD_PASSWORD);
        let call = call_addressed_by("POST", "/v1.0/applications(appId='x')/addPassword").unwrap();
        assert_eq!(call, &ADD_PASSWORD);
    }

    #[test]
    fn every_permission_named_is_in_the_catalogue() {
        for call in CALLS {
            for role in call.app_roles {
                assert!(call.resources.iter().any(|r| r.app_role(role).is_some()), "{} {role}", call.path);
            }
        }
        for call in [
            &LIST_INCIDENTS,
            &RUN_ADVANCED_HUNTING,
            &RUN_ADVANCED_QUERIES,
            &RUN_HUNTING_QUERY,
            &INGEST_EVENTS,
        ] {
            for scope in call.scopes {
                assert!(call.resources.iter().any(|r| r.scope(scope).is_some()), "{} {scope}", call.path);
            }
        }
    }
}
