//! `/v1.0/servicePrincipals`, with the app role assignments of a client and on a resource.

mod assignment;
mod create_app_role_assignment;
mod create_service_principal;
mod delete_app_role_assignment;
mod delete_service_principal;
mod get_service_principal;
mod list_app_role_assigned_to;
mod list_app_role_assignments;
mod list_service_principals;
mod principal_body;
mod update_service_principal;
mod wire;

pub(super) use create_app_role_assignment::{create_app_role_assigned_to, create_app_role_assignment};
pub(super) use create_service_principal::create_service_principal;
pub(super) use delete_app_role_assignment::{delete_app_role_assigned_to, delete_app_role_assignment};
pub(super) use delete_service_principal::delete_service_principal;
pub(super) use get_service_principal::get_service_principal;
pub(super) use list_app_role_assigned_to::list_app_role_assigned_to;
pub(super) use list_app_role_assignments::list_app_role_assignments;
pub(super) use list_service_principals::list_service_principals;
pub(super) use update_service_principal::update_service_principal;

use wardenry_core::id::ServicePrincipalId;
use wardenry_directory::admin::DirectoryReader;
use wardenry_directory::model::ServicePrincipal;

use super::error::GraphError;
use super::exchange::{Exchange, ObjectKey};

/// The service principal that the path addresses.
async fn addressed(exchange: &Exchange, reader: &DirectoryReader) -> Result<ServicePrincipal, GraphError> {
    let directory = exchange.directory();
    Ok(match exchange.key()? {
        ObjectKey::Id(id) => directory.service_principal(reader, id).await?,
        ObjectKey::AppId(app_id) => directory.service_principal_by_app_id(reader, app_id).await?,
    })
}

/// The object id of the service principal that the path addresses.
async fn addressed_id(
    exchange: &Exchange,
    reader: &DirectoryReader,
) -> Result<ServicePrincipalId, GraphError> {
    match exchange.key()? {
        ObjectKey::Id(id) => Ok(id),
        ObjectKey::AppId(app_id) => {
            Ok(exchange.directory().service_principal_by_app_id(reader, app_id).await?.id)
        }
    }
}
