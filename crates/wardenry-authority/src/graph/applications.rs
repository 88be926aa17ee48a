//! `/v1.0/applications`.

mod add_key;
mod add_password;
mod create_application;
mod delete_application;
mod get_application;
mod key_credential;
mod list_applications;
mod proof;
mod registration_body;
mod remove_key;
mod remove_password;
mod update_application;
mod wire;

pub(super) use add_key::add_key;
pub(super) use add_password::add_password;
pub(super) use create_application::create_application;
pub(super) use delete_application::delete_application;
pub(super) use get_application::get_application;
pub(super) use list_applications::list_applications;
pub(super) use remove_key::remove_key;
pub(super) use remove_password::remove_password;
pub(super) use update_application::update_application;
pub(super) use wire::{app_role, info, permission_scope};

use wardenry_core::id::ApplicationId;
use wardenry_directory::admin::DirectoryReader;
use wardenry_directory::model::Application;

use super::error::GraphError;
use super::exchange::{Exchange, ObjectKey};

/// The application that the path addresses.
async fn addressed(exchange: &Exchange, reader: &DirectoryReader) -> Result<Application, GraphError> {
    let directory = exchange.directory();
    Ok(match exchange.key()? {
        ObjectKey::Id(id) => directory.application(reader, id).await?,
        ObjectKey::AppId(app_id) => directory.application_by_app_id(reader, app_id).await?,
    })
}

/// The object id of the application that the path addresses.
async fn addressed_id(exchange: &Exchange, reader: &DirectoryReader) -> Result<ApplicationId, GraphError> {
    match exchange.key()? {
        ObjectKey::Id(id) => Ok(id),
        ObjectKey::AppId(app_id) => Ok(exchange.directory().application_by_app_id(reader, app_id).await?.id),
    }
}

/// The primary domain of the reader's tenant, which applications carry as `publisherDomain`.
async fn publisher_domain(
    exchange: &Exchange,
    reader: &DirectoryReader,
) -> Result<Option<String>, GraphError> {
    let tenant = exchange.directory().own_tenant(reader).await?;
    Ok(tenant.domains.first().cloned())
}
