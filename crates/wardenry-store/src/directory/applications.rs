//! Applications with their identifier URIs and credentials.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use wardenry_core::id::{AppId, ApplicationId, TenantId};
use wardenry_directory::model::Application;
use wardenry_directory::store::{Page, StoreError, Unique};
use wardenry_oauth::answers::SignInAudience;

use super::json_list::to_json;
use super::{credentials, failed, refused, removed_something};
use crate::row::TableRow;

mod lists;

use lists::{StoredAppRole, StoredRedirectUris, StoredRequiredResource, StoredScope};

/// Updates the application, or inserts it with the credentials that it carries.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    application: &Application,
) -> Result<(), StoreError> {
    let columns = ListColumns::of(application)?;
    if update(connection, application, &columns).await? {
        delete_identifier_uris(connection, application).await?;
    } else {
        insert(connection, application, &columns).await?;
        for password in &application.passwords {
            credentials::add_password(connection, application.id, password).await?;
        }
        for certificate in &application.certificates {
            credentials::add_certificate(connection, application.id, certificate).await?;
        }
    }
    insert_identifier_uris(connection, application).await
}

/// The lists of an application as JSON text.
struct ListColumns {
    redirect_uris: String,
    required_resources: String,
    app_roles: String,
    scopes: String,
    tags: String,
}

impl ListColumns {
    fn of(application: &Application) -> Result<Self, StoreError> {
        let required_resources: Vec<StoredRequiredResource> =
            application.required_resources.iter().map(Into::into).collect();
        let app_roles: Vec<StoredAppRole> = application.app_roles.iter().map(Into::into).collect();
        let scopes: Vec<StoredScope> = application.scopes.iter().map(Into::into).collect();
        Ok(Self {
            redirect_uris: to_json(&StoredRedirectUris::from(&application.redirect_uris))?,
            required_resources: to_json(&required_resources)?,
            app_roles: to_json(&app_roles)?,
            scopes: to_json(&scopes)?,
            tags: to_json(&application.tags)?,
        })
    }
}

/// Whether the application was there.
async fn update(
    connection: &mut SqliteConnection,
    application: &Application,
    columns: &ListColumns,
) -> Result<bool, StoreError> {
    let result = query(
        "UPDATE application SET
             app_id = $3, display_name = $4, audience = $5, disabled = $6, redirect_uris = $7,
             required_resources = $8, app_roles = $9, scopes = $10, requested_token_version = $11,
             tags = $12, created = $13, owner = $14
         WHERE home_tenant = $1 AND id = $2",
    )
    .bind(application.home_tenant.as_guid())
    .bind(application.id.as_guid())
    .bind(application.app_id.as_guid())
    .bind(&application.display_name)
    .bind(application.audience.as_str())
    .bind(application.disabled)
    .bind(&columns.redirect_uris)
    .bind(&columns.required_resources)
    .bind(&columns.app_roles)
    .bind(&columns.scopes)
    .bind(application.requested_token_version)
    .bind(&columns.tags)
    .bind(application.created.unix_ticks())
    .bind(application.owner.map(AppId::as_guid))
    .execute(connection)
    .await
    .map_err(refused(Unique::AppId))?;
    Ok(result.rows_affected() > 0)
}

async fn insert(
    connection: &mut SqliteConnection,
    application: &Application,
    columns: &ListColumns,
) -> Result<(), StoreError> {
    let result = query(
        "INSERT INTO application
             (home_tenant, id, app_id, display_name, audience, disabled, redirect_uris,
              required_resources, app_roles, scopes, requested_token_version, tags, created, owner)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(application.home_tenant.as_guid())
    .bind(application.id.as_guid())
    .bind(application.app_id.as_guid())
    .bind(&application.display_name)
    .bind(application.audience.as_str())
    .bind(application.disabled)
    .bind(&columns.redirect_uris)
    .bind(&columns.required_resources)
    .bind(&columns.app_roles)
    .bind(&columns.scopes)
    .bind(application.requested_token_version)
    .bind(&columns.tags)
    .bind(application.created.unix_ticks())
    .bind(application.owner.map(AppId::as_guid))
    .execute(connection)
    .await
    .map_err(refused(Unique::AppId))?;
    // The object id belongs to an application of another tenant.
    if result.rows_affected() == 0 { Err(StoreError::Exists(Unique::Other)) } else { Ok(()) }
}

async fn delete_identifier_uris(
    connection: &mut SqliteConnection,
    application: &Application,
) -> Result<(), StoreError> {
    query("DELETE FROM application_identifier_uri WHERE tenant = $1 AND application = $2")
        .bind(application.home_tenant.as_guid())
        .bind(application.id.as_guid())
        .execute(connection)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn insert_identifier_uris(
    connection: &mut SqliteConnection,
    application: &Application,
) -> Result<(), StoreError> {
    for (position, uri) in (0_i64..).zip(&application.identifier_uris) {
        query(
            "INSERT INTO application_identifier_uri (uri, tenant, application, position)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(uri)
        .bind(application.home_tenant.as_guid())
        .bind(application.id.as_guid())
        .bind(position)
        .execute(&mut *connection)
        .await
        .map_err(refused(Unique::IdentifierUri))?;
    }
    Ok(())
}

/// Takes identifier URIs and credentials along, by their foreign keys.
pub(super) async fn delete(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    id: ApplicationId,
) -> Result<(), StoreError> {
    let result = query("DELETE FROM application WHERE home_tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id.as_guid())
        .execute(connection)
        .await
        .map_err(failed)?;
    removed_something(&result)
}

/// A query for applications, named `a`, with one row for each credential of each of them.
macro_rules! select_applications {
    (FROM $source:literal, $rest:literal) => {
        concat!(
            "SELECT a.*, c.key_id, c.display_name AS credential_name, c.valid_from, c.valid_until, c.hint,
                 c.digest, c.certificate_der,
                 (SELECT json_group_array(u.uri ORDER BY u.position) FROM application_identifier_uri u
                  WHERE u.tenant = a.home_tenant AND u.application = a.id) AS identifier_uris
             FROM ",
            $source,
            " LEFT JOIN application_credential c ON c.tenant = a.home_tenant AND c.application = a.id ",
            $rest,
        )
    };
}

pub(super) async fn find(
    pool: &SqlitePool,
    tenant: TenantId,
    id: ApplicationId,
) -> Result<Option<Application>, StoreError> {
    let rows = query(select_applications!(
        FROM "application a",
        "WHERE a.home_tenant = $1 AND a.id = $2 ORDER BY c.seq"
    ))
    .bind(tenant.as_guid())
    .bind(id.as_guid())
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    read_all(&rows).map(first)
}

pub(super) async fn find_by_app_id(
    pool: &SqlitePool,
    app_id: AppId,
) -> Result<Option<Application>, StoreError> {
    let rows = query(select_applications!(
        FROM "application a",
        "WHERE a.app_id = $1 ORDER BY c.seq"
    ))
    .bind(app_id.as_guid())
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    read_all(&rows).map(first)
}

pub(super) async fn find_by_identifier_uri(
    pool: &SqlitePool,
    uri: &str,
) -> Result<Option<Application>, StoreError> {
    let rows = query(select_applications!(
        FROM "application_identifier_uri wanted
         JOIN application a ON a.home_tenant = wanted.tenant AND a.id = wanted.application",
        "WHERE wanted.uri = $1 ORDER BY c.seq"
    ))
    .bind(uri)
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    read_all(&rows).map(first)
}

pub(super) async fn list(
    pool: &SqlitePool,
    tenant: TenantId,
    page: Page,
) -> Result<Vec<Application>, StoreError> {
    let rows = query(select_applications!(
        FROM "(SELECT * FROM application WHERE home_tenant = $1
               ORDER BY created, id LIMIT $2 OFFSET $3) a",
        "ORDER BY a.created, a.id, c.seq"
    ))
    .bind(tenant.as_guid())
    .bind(page.take)
    .bind(page.skip)
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    read_all(&rows)
}

fn first(applications: Vec<Application>) -> Option<Application> {
    applications.into_iter().next()
}

/// Gathers rows of one application and one credential each; rows of one application follow one another.
fn read_all(rows: &[SqliteRow]) -> Result<Vec<Application>, StoreError> {
    let mut applications: Vec<Application> = Vec::new();
    for row in rows {
        let id = TableRow::new("application", row).id("id", ApplicationId::from_guid)?;
        if applications.last().is_none_or(|last| last.id != id) {
            applications.push(read(row)?);
        }
        if let Some(application) = applications.last_mut() {
            credentials::read_into(application, row)?;
        }
    }
    Ok(applications)
}

/// Everything but the credentials.
fn read(row: &SqliteRow) -> Result<Application, StoreError> {
    let row = TableRow::new("application", row);
    let redirect_uris: StoredRedirectUris = row.json("redirect_uris")?;
    let required_resources: Vec<StoredRequiredResource> = row.json("required_resources")?;
    let app_roles: Vec<StoredAppRole> = row.json("app_roles")?;
    let scopes: Vec<StoredScope> = row.json("scopes")?;
    Ok(Application {
        id: row.id("id", ApplicationId::from_guid)?,
        app_id: row.id("app_id", AppId::from_guid)?,
        home_tenant: row.id("home_tenant", TenantId::from_guid)?,
        display_name: row.get("display_name")?,
        audience: row.known("audience", audience)?,
        disabled: row.get("disabled")?,
        redirect_uris: redirect_uris.into(),
        identifier_uris: row.json("identifier_uris")?,
        required_resources: required_resources.into_iter().map(Into::into).collect(),
        app_roles: app_roles.into_iter().map(Into::into).collect(),
        scopes: scopes.into_iter().map(Into::into).collect(),
        requested_token_version: row.number("requested_token_version")?,
        tags: row.json("tags")?,
        created: row.time("created")?,
        owner: row.get::<Option<_>>("owner")?.map(AppId::from_guid),
        passwords: Vec::new(),
        certificates: Vec::new(),
    })
}

fn audience(text: &str) -> Option<SignInAudience> {
    [SignInAudience::AzureADMyOrg, SignInAudience::AzureADMultipleOrgs]
        .into_iter()
        .find(|audience| audience.as_str() == text)
}
