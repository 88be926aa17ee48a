//! The directory in the Graph shape, under `/v1.0`: applications with their credentials, service
//! principals, app role assignments, the organisation.
//!
//! Every handler goes the same way. `exchange.rs` turns the bearer token into an authorization object of
//! the directory for the one call of [`wardenry_core::calls`] that the handler serves; the body is read
//! afterwards, strictly; the service decides; `wire.rs` renders. Nothing here takes a tenant id from the
//! request: the tenant is the token's.
//!
//! What this subset settles where the live service leaves room:
//!
//! - Members that are not understood are ignored, as is anything that no object here has (`info`,
//!   `optionalClaims`, consent texts for users, …); answers carry these with their defaults. Read-only
//!   members and `passwordCredentials` are refused, so that nobody believes to have set them.
//! - `$filter` knows `eq` on single properties, `startswith(displayName, …)`, `any` on lists of names, and
//!   `and`. Other conditions and OData options are `Request_UnsupportedQuery`, never wrong answers.
//! - `$skiptoken` is a position in the order of creation. An object that is deleted between two pages
//!   moves later ones forward.
//! - Certificates: `PATCH` with `keyCredentials` replaces the list and is the administrator's way;
//!   `addKey` and `removeKey` want a proof that the caller holds one of the registered keys.

mod applications;
mod body;
mod collection;
mod entity;
mod error;
mod exchange;
mod filter;
mod organization;
mod query;
mod service_principals;

use axum::routing::{any, delete, get, post};
use axum::{Router, middleware};
use wardenry_core::calls;
use wardenry_web::graph_refusal;

use crate::state::Authority;
use error::GraphError;

/// The routes under `/v1.0`. An object is addressed by `/{id}` or by `(appId='…')`.
///
/// Merge it with routers that have more specific paths under `/v1.0` at will: the rest of the prefix is
/// answered here, with a 404 in the Graph shape.
pub fn router(authority: Authority) -> Router {
    let one_application = get(applications::get_application)
        .patch(applications::update_application)
        .delete(applications::delete_application);
    let one_principal = get(service_principals::get_service_principal)
        .patch(service_principals::update_service_principal)
        .delete(service_principals::delete_service_principal);
    let assignments = get(service_principals::list_app_role_assignments)
        .post(service_principals::create_app_role_assignment);
    let assigned_to = get(service_principals::list_app_role_assigned_to)
        .post(service_principals::create_app_role_assigned_to);
    let one_assignment = delete(service_principals::delete_app_role_assignment);
    let one_assigned_to = delete(service_principals::delete_app_role_assigned_to);
    Router::new()
        .route(
            calls::LIST_APPLICATIONS.path,
            get(applications::list_applications).post(applications::create_application),
        )
        .route(calls::GET_APPLICATION.path, one_application.clone())
        .route("/v1.0/applications({key}", one_application)
        .route(calls::ADD_PASSWORD.path, post(applications::add_password))
        .route("/v1.0/applications({key}/addPassword", post(applications::add_password))
        .route(calls::REMOVE_PASSWORD.path, post(applications::remove_password))
        .route("/v1.0/applications({key}/removePassword", post(applications::remove_password))
        .route(calls::ADD_KEY.path, post(applications::add_key))
        .route("/v1.0/applications({key}/addKey", post(applications::add_key))
        .route(calls::REMOVE_KEY.path, post(applications::remove_key))
        .route("/v1.0/applications({key}/removeKey", post(applications::remove_key))
        .route(
            calls::LIST_SERVICE_PRINCIPALS.path,
            get(service_principals::list_service_principals)
                .post(service_principals::create_service_principal),
        )
        .route(calls::GET_SERVICE_PRINCIPAL.path, one_principal.clone())
        .route("/v1.0/servicePrincipals({key}", one_principal)
        .route(calls::LIST_APP_ROLE_ASSIGNMENTS.path, assignments.clone())
        .route("/v1.0/servicePrincipals({key}/appRoleAssignments", assignments)
        .route(calls::DELETE_APP_ROLE_ASSIGNMENT.path, one_assignment.clone())
        .route("/v1.0/servicePrincipals({key}/appRoleAssignments/{assignment}", one_assignment)
        .route(calls::LIST_APP_ROLE_ASSIGNED_TO.path, assigned_to.clone())
        .route("/v1.0/servicePrincipals({key}/appRoleAssignedTo", assigned_to)
        .route(calls::DELETE_APP_ROLE_ASSIGNED_TO.path, one_assigned_to.clone())
        .route("/v1.0/servicePrincipals({key}/appRoleAssignedTo/{assignment}", one_assigned_to)
        .route(calls::GET_ORGANIZATION.path, get(organization::get_organization))
        .method_not_allowed_fallback(async || GraphError::method_not_allowed())
        .route("/v1.0", any(async || GraphError::unknown_path()))
        .route("/v1.0/", any(async || GraphError::unknown_path()))
        .route("/v1.0/{*rest}", any(async || GraphError::unknown_path()))
        .layer(middleware::from_fn_with_state(
            std::sync::Arc::clone(authority.directory.clock()),
            graph_refusal::complete,
        ))
        .with_state(authority)
}
