//! `POST …/appRoleAssignments` at the client or `POST …/appRoleAssignedTo` at the resource: grants an
//! application permission.

use axum::response::Response;
use http::StatusCode;
use wardenry_core::calls::{self, ApiCall};
use wardenry_core::id::ServicePrincipalId;

use super::super::body::{JsonObject, UnreadBody};
use super::super::entity::located;
use super::super::error::GraphError;
use super::super::exchange::Exchange;
use super::addressed_id;
use super::assignment::Names;

/// Which side of the grant the path addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Resource,
}

/// Grants at the client: `principalId` is the addressed principal.
pub(in super::super) async fn create_app_role_assignment(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<Response, GraphError> {
    create(exchange, body, &calls::CREATE_APP_ROLE_ASSIGNMENT, Side::Client).await
}

/// Grants at the resource: `resourceId` is the addressed principal.
pub(in super::super) async fn create_app_role_assigned_to(
    exchange: Exchange,
    body: UnreadBody,
) -> Result<Response, GraphError> {
    create(exchange, body, &calls::CREATE_APP_ROLE_ASSIGNED_TO, Side::Resource).await
}

async fn create(
    exchange: Exchange,
    body: UnreadBody,
    call: &'static ApiCall,
    side: Side,
) -> Result<Response, GraphError> {
    let (admin, reader) = exchange.grant_admin(call)?;
    let addressed = addressed_id(&exchange, &reader).await?;
    exchange.directory().service_principal(&reader, addressed).await?;
    let body = body.read().await?;
    let client: ServicePrincipalId = body.required("principalId", body.id("principalId")?)?;
    let resource: ServicePrincipalId = body.required("resourceId", body.id("resourceId")?)?;
    let role = body.required("appRoleId", body.id("appRoleId")?)?;
    let collection = match side {
        Side::Client => {
            require_addressed(&body, "principalId", client, addressed)?;
            "appRoleAssignments"
        }
        Side::Resource => {
            require_addressed(&body, "resourceId", resource, addressed)?;
            "appRoleAssignedTo"
        }
    };
    let assignment = exchange.directory().assign_app_role(&admin, client, resource, role).await?;
    let names = Names::of(&exchange, &reader, std::slice::from_ref(&assignment)).await?;
    let set = format!("servicePrincipals('{addressed}')/{collection}");
    let location =
        format!("{}/v1.0/servicePrincipals/{addressed}/{collection}/{}", exchange.origin(), assignment.id);
    let answer = names.entity(&assignment).into_answer(StatusCode::CREATED, exchange.origin(), &set);
    Ok(located(answer, &location))
}

fn require_addressed(
    body: &JsonObject,
    name: &str,
    sent: ServicePrincipalId,
    addressed: ServicePrincipalId,
) -> Result<(), GraphError> {
    if sent == addressed {
        return Ok(());
    }
    Err(body.invalid(name, "must be the service principal that the path addresses"))
}
