//! `DELETE …/appRoleAssignments/{id}` at the client or `DELETE …/appRoleAssignedTo/{id}` at the resource:
//! revokes an application permission.

use http::StatusCode;
use wardenry_core::calls::{self, ApiCall};

use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::addressed_id;

/// The longest id that is looked for. Real ones have 43 characters.
const MAX_ASSIGNMENT_ID: usize = 64;

/// Revokes at the client.
pub(in super::super) async fn delete_app_role_assignment(
    exchange: Exchange,
) -> Result<StatusCode, GraphError> {
    delete(exchange, &calls::DELETE_APP_ROLE_ASSIGNMENT).await
}

/// Revokes at the resource.
pub(in super::super) async fn delete_app_role_assigned_to(
    exchange: Exchange,
) -> Result<StatusCode, GraphError> {
    delete(exchange, &calls::DELETE_APP_ROLE_ASSIGNED_TO).await
}

async fn delete(exchange: Exchange, call: &'static ApiCall) -> Result<StatusCode, GraphError> {
    let (admin, reader) = exchange.grant_admin(call)?;
    let principal = addressed_id(&exchange, &reader).await?;
    let id = exchange.param("assignment").filter(|id| id.len() <= MAX_ASSIGNMENT_ID);
    let id = id.ok_or_else(|| GraphError::not_found("There is no app role assignment with this id."))?;
    exchange.directory().remove_app_role_assignment(&admin, principal, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
