//! Tenants and their domains.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{SqliteConnection, query};
use wardenry_core::id::TenantId;
use wardenry_directory::model::Tenant;
use wardenry_directory::store::{Page, StoreError, Unique};

use super::{failed, refused};
use crate::row::TableRow;

pub(super) async fn put(connection: &mut SqliteConnection, tenant: &Tenant) -> Result<(), StoreError> {
    query(
        "INSERT INTO tenant (id, display_name, region, created) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET
             display_name = excluded.display_name, region = excluded.region, created = excluded.created",
    )
    .bind(tenant.id.as_guid())
    .bind(&tenant.display_name)
    .bind(&tenant.region)
    .bind(tenant.created.unix_ticks())
    .execute(&mut *connection)
    .await
    .map_err(refused(Unique::TenantId))?;
    put_domains(connection, tenant).await
}

async fn put_domains(connection: &mut SqliteConnection, tenant: &Tenant) -> Result<(), StoreError> {
    query("DELETE FROM tenant_domain WHERE tenant = $1")
        .bind(tenant.id.as_guid())
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    for (position, domain) in (0_i64..).zip(&tenant.domains) {
        query("INSERT INTO tenant_domain (domain, tenant, position) VALUES ($1, $2, $3)")
            .bind(domain)
            .bind(tenant.id.as_guid())
            .bind(position)
            .execute(&mut *connection)
            .await
            .map_err(refused(Unique::Domain))?;
    }
    Ok(())
}

/// A query for tenants, named `t`, with their domains.
macro_rules! select_tenants {
    ($rest:literal) => {
        concat!(
            "SELECT t.*,
                 (SELECT json_group_array(d.domain ORDER BY d.position)
                  FROM tenant_domain d WHERE d.tenant = t.id) AS domains
             FROM tenant t ",
            $rest,
        )
    };
}

pub(super) async fn find(pool: &SqlitePool, id: TenantId) -> Result<Option<Tenant>, StoreError> {
    let row = query(select_tenants!("WHERE t.id = $1"))
        .bind(id.as_guid())
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn find_by_domain(pool: &SqlitePool, domain: &str) -> Result<Option<Tenant>, StoreError> {
    let row = query(select_tenants!("WHERE t.id = (SELECT tenant FROM tenant_domain WHERE domain = $1)"))
        .bind(domain)
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn list(pool: &SqlitePool, page: Page) -> Result<Vec<Tenant>, StoreError> {
    let rows = query(select_tenants!("ORDER BY t.created, t.id LIMIT $1 OFFSET $2"))
        .bind(page.take)
        .bind(page.skip)
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<Tenant, StoreError> {
    let row = TableRow::new("tenant", row);
    Ok(Tenant {
        id: row.id("id", TenantId::from_guid)?,
        display_name: row.get("display_name")?,
        domains: row.json("domains")?,
        region: row.get("region")?,
        created: row.time("created")?,
    })
}
