//! [`Catalogue`] on SQLite.

use std::error::Error;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, query};
use wardenry_core::id::TenantId;
use wardenry_lake_catalogue::{
    Catalogue, CatalogueError, FileEntry, Flush, StoredBatch, TableEntry, TenantEntry,
};

use crate::row::TableRow;
use crate::sqlite::SqliteStore;

#[async_trait]
impl Catalogue for SqliteStore {
    async fn tenants(&self) -> Result<Vec<TenantId>, CatalogueError> {
        tenants(self).await.map_err(failed("listing tenants"))
    }

    async fn tenant(&self, tenant: TenantId) -> Result<TenantEntry, CatalogueError> {
        read(self, tenant).await.map_err(failed("reading what is known of a tenant"))
    }

    async fn record_flush(&self, tenant: TenantId, flush: &Flush) -> Result<(), CatalogueError> {
        record_flush(self, tenant, flush).await.map_err(failed("adding files"))
    }

    async fn replace_files(
        &self,
        tenant: TenantId,
        removed: &[FileEntry],
        added: &[FileEntry],
    ) -> Result<(), CatalogueError> {
        replace_files(self, tenant, removed, added).await.map_err(failed("replacing files"))
    }

    async fn set_retention(&self, tenant: TenantId, days: Option<u32>) -> Result<(), CatalogueError> {
        set_retention(self, tenant, days).await.map_err(failed("setting how long rows are kept"))
    }

    async fn defined_tables(&self) -> Result<Vec<TableEntry>, CatalogueError> {
        defined_tables(self).await.map_err(failed("listing the defined tables"))
    }

    async fn set_defined_tables(&self, tables: &[TableEntry]) -> Result<(), CatalogueError> {
        set_defined_tables(self, tables).await.map_err(failed("remembering the defined tables"))
    }
}

fn failed(action: &'static str) -> impl Fn(Cause) -> CatalogueError {
    move |source| CatalogueError { action, source }
}

type Cause = Box<dyn Error + Send + Sync>;

/// The catalogue does not hold what it is asked to remove.
#[derive(Debug, thiserror::Error)]
#[error("the file {0} of the table {1} is not in the catalogue")]
struct NoSuchFile(Box<str>, Box<str>);

/// Somebody else has moved the place up to which the journal is in files.
#[derive(Debug, thiserror::Error)]
#[error("the journal is no longer in files up to {0}")]
struct MovedOn(u64);

/// A count is larger than SQL's integers.
#[derive(Debug, thiserror::Error)]
#[error("the number {0} cannot be stored")]
struct TooLarge(u64);

fn integer(number: u64) -> Result<i64, TooLarge> {
    i64::try_from(number).map_err(|_| TooLarge(number))
}

async fn tenants(store: &SqliteStore) -> Result<Vec<TenantId>, Cause> {
    let rows = query("SELECT tenant FROM lake_tenant ORDER BY tenant").fetch_all(store.reader()).await?;
    let tenant = |row| TableRow::new("lake_tenant", row).id("tenant", TenantId::from_guid);
    Ok(rows.iter().map(tenant).collect::<Result<_, _>>()?)
}

async fn read(store: &SqliteStore, tenant: TenantId) -> Result<TenantEntry, Cause> {
    // One transaction, so that all of it is of one moment.
    let mut connection = store.reader().begin().await?;
    let found = query("SELECT sequence, retention_days FROM lake_tenant WHERE tenant = $1")
        .bind(tenant.as_guid())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = found else { return Ok(TenantEntry::default()) };
    let files = query("SELECT * FROM lake_file WHERE tenant = $1 ORDER BY table_name, day, name")
        .bind(tenant.as_guid())
        .fetch_all(&mut *connection)
        .await?;
    let batches = query("SELECT * FROM lake_batch WHERE tenant = $1 ORDER BY received, id")
        .bind(tenant.as_guid())
        .fetch_all(&mut *connection)
        .await?;
    let known = TableRow::new("lake_tenant", &row);
    Ok(TenantEntry {
        sequence: required(known, "sequence")?,
        retention_days: known.number("retention_days")?,
        files: files.iter().map(file).collect::<Result<_, _>>()?,
        batches: batches.iter().map(batch).collect::<Result<_, _>>()?,
    })
}

fn file(row: &SqliteRow) -> Result<FileEntry, Cause> {
    let row = TableRow::new("lake_file", row);
    Ok(FileEntry {
        table: row.get::<String>("table_name")?.into(),
        day: row.get("day")?,
        name: row.get::<String>("name")?.into(),
        rows: required(row, "row_count")?,
        bytes: required(row, "bytes")?,
        first: row.time("first")?,
        last: row.time("last")?,
    })
}

fn batch(row: &SqliteRow) -> Result<StoredBatch, Cause> {
    let row = TableRow::new("lake_batch", row);
    Ok(StoredBatch {
        id: row.get::<String>("id")?.into(),
        received: row.time("received")?,
        rows: required(row, "row_count")?,
    })
}

/// A whole number of a smaller range than SQL's, in a column that is never null.
fn required<T: TryFrom<i64>>(row: TableRow<'_>, column: &'static str) -> Result<T, Cause> {
    let number = row.number(column)?;
    number.ok_or_else(|| row.unreadable(column, "there is no number").into())
}

/// A failure on the way drops the transaction, which rolls it back.
async fn record_flush(store: &SqliteStore, tenant: TenantId, flush: &Flush) -> Result<(), Cause> {
    let mut connection = store.writer().begin_with(SqliteStore::BEGIN_WRITE).await?;
    know_tenant(&mut connection, tenant).await?;
    let moved = query("UPDATE lake_tenant SET sequence = $3 WHERE tenant = $1 AND sequence = $2")
        .bind(tenant.as_guid())
        .bind(integer(flush.previous)?)
        .bind(integer(flush.sequence)?)
        .execute(&mut *connection)
        .await?;
    if moved.rows_affected() == 0 {
        return Err(MovedOn(flush.previous).into());
    }
    for file in &flush.files {
        insert_file(&mut connection, tenant, file).await?;
    }
    for batch in &flush.batches {
        query(
            "INSERT INTO lake_batch (tenant, id, received, row_count) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant, id) DO UPDATE SET
                 received = excluded.received, row_count = excluded.row_count",
        )
        .bind(tenant.as_guid())
        .bind(&*batch.id)
        .bind(batch.received.unix_ticks())
        .bind(integer(batch.rows)?)
        .execute(&mut *connection)
        .await?;
    }
    query(
        "DELETE FROM lake_batch WHERE tenant = $1 AND id IN (
             SELECT id FROM lake_batch WHERE tenant = $1 ORDER BY received DESC, id DESC LIMIT -1 OFFSET $2)",
    )
    .bind(tenant.as_guid())
    .bind(flush.remembered_batches)
    .execute(&mut *connection)
    .await?;
    connection.commit().await?;
    Ok(())
}

async fn replace_files(
    store: &SqliteStore,
    tenant: TenantId,
    removed: &[FileEntry],
    added: &[FileEntry],
) -> Result<(), Cause> {
    let mut connection = store.writer().begin_with(SqliteStore::BEGIN_WRITE).await?;
    know_tenant(&mut connection, tenant).await?;
    for file in removed {
        remove_file(&mut connection, tenant, file).await?;
    }
    for file in added {
        insert_file(&mut connection, tenant, file).await?;
    }
    connection.commit().await?;
    Ok(())
}

/// Files are a tenant's that is known.
async fn know_tenant(connection: &mut SqliteConnection, tenant: TenantId) -> Result<(), Cause> {
    query("INSERT INTO lake_tenant (tenant) VALUES ($1) ON CONFLICT (tenant) DO NOTHING")
        .bind(tenant.as_guid())
        .execute(connection)
        .await?;
    Ok(())
}

async fn set_retention(store: &SqliteStore, tenant: TenantId, days: Option<u32>) -> Result<(), Cause> {
    query(
        "INSERT INTO lake_tenant (tenant, retention_days) VALUES ($1, $2)
         ON CONFLICT (tenant) DO UPDATE SET retention_days = excluded.retention_days",
    )
    .bind(tenant.as_guid())
    .bind(days)
    .execute(store.writer())
    .await?;
    Ok(())
}

async fn defined_tables(store: &SqliteStore) -> Result<Vec<TableEntry>, Cause> {
    // One statement, so that all of it is of one moment.
    let rows = query(
        "SELECT lake_table.name AS table_name, time_column, lake_table_column.name AS column_name, type
         FROM lake_table JOIN lake_table_column ON lake_table_column.table_name = lake_table.name
         ORDER BY lake_table.name, position",
    )
    .fetch_all(store.reader())
    .await?;
    let mut tables: Vec<TableEntry> = Vec::new();
    for row in &rows {
        let row = TableRow::new("lake_table_column", row);
        let name: Box<str> = row.get::<String>("table_name")?.into();
        if tables.last().is_none_or(|table| table.name != name) {
            let time = row.get::<Option<String>>("time_column")?.map(Into::into);
            tables.push(TableEntry { name, time, columns: Vec::new() });
        }
        let column = (row.get::<String>("column_name")?.into(), row.get::<String>("type")?.into());
        tables.last_mut().expect("it was added above").columns.push(column);
    }
    Ok(tables)
}

async fn set_defined_tables(store: &SqliteStore, tables: &[TableEntry]) -> Result<(), Cause> {
    let mut connection = store.writer().begin_with(SqliteStore::BEGIN_WRITE).await?;
    query("DELETE FROM lake_table_column").execute(&mut *connection).await?;
    query("DELETE FROM lake_table").execute(&mut *connection).await?;
    for table in tables {
        query("INSERT INTO lake_table (name, time_column) VALUES ($1, $2)")
            .bind(&*table.name)
            .bind(table.time.as_deref())
            .execute(&mut *connection)
            .await?;
        for ((name, of_type), position) in table.columns.iter().zip(0_i64..) {
            query("INSERT INTO lake_table_column (table_name, position, name, type) VALUES ($1, $2, $3, $4)")
                .bind(&*table.name)
                .bind(position)
                .bind(&**name)
                .bind(&**of_type)
                .execute(&mut *connection)
                .await?;
        }
    }
    connection.commit().await?;
    Ok(())
}

async fn insert_file(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    file: &FileEntry,
) -> Result<(), Cause> {
    query(
        "INSERT INTO lake_file (tenant, table_name, day, name, row_count, bytes, first, last)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant.as_guid())
    .bind(&*file.table)
    .bind(file.day)
    .bind(&*file.name)
    .bind(integer(file.rows)?)
    .bind(integer(file.bytes)?)
    .bind(file.first.unix_ticks())
    .bind(file.last.unix_ticks())
    .execute(connection)
    .await?;
    Ok(())
}

async fn remove_file(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    file: &FileEntry,
) -> Result<(), Cause> {
    let done =
        query("DELETE FROM lake_file WHERE tenant = $1 AND table_name = $2 AND day = $3 AND name = $4")
            .bind(tenant.as_guid())
            .bind(&*file.table)
            .bind(file.day)
            .bind(&*file.name)
            .execute(connection)
            .await?;
    if done.rows_affected() == 0 {
        return Err(NoSuchFile(file.name.clone(), file.table.clone()).into());
    }
    Ok(())
}
