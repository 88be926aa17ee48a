//! [`QueryStore`] on SQLite.

use std::error::Error;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{query, query_scalar};
use wardenry_core::id::{TenantId, UserId};
use wardenry_queries::{Owner, PastQuery, QueryId, QueryStore, QueryStoreError, SavedQuery};

use crate::row::{TableRow, UnreadableValue};
use crate::sqlite::SqliteStore;

type Cause = Box<dyn Error + Send + Sync>;

#[async_trait]
impl QueryStore for SqliteStore {
    async fn saved(&self, owner: Owner, take: u32) -> Result<Vec<SavedQuery>, QueryStoreError> {
        saved(self, owner, take).await.map_err(failed("listing queries"))
    }

    async fn saved_query(
        &self,
        tenant: TenantId,
        id: QueryId,
    ) -> Result<Option<SavedQuery>, QueryStoreError> {
        saved_query(self, tenant, id).await.map_err(failed("getting a query"))
    }

    async fn save(&self, tenant: TenantId, query: &SavedQuery, most: u32) -> Result<bool, QueryStoreError> {
        save(self, tenant, query, most).await.map_err(failed("saving a query"))
    }

    async fn set_shared(&self, owner: Owner, id: QueryId, shared: bool) -> Result<bool, QueryStoreError> {
        set_shared(self, owner, id, shared).await.map_err(failed("sharing a query"))
    }

    async fn remove(&self, owner: Owner, id: QueryId) -> Result<bool, QueryStoreError> {
        remove(self, owner, id).await.map_err(failed("removing a query"))
    }

    async fn remember(&self, owner: Owner, query: &PastQuery, keep: u32) -> Result<(), QueryStoreError> {
        remember(self, owner, query, keep).await.map_err(failed("remembering a query"))
    }

    async fn history(&self, owner: Owner) -> Result<Vec<PastQuery>, QueryStoreError> {
        history(self, owner).await.map_err(failed("listing what was run"))
    }

    async fn forget(&self, owner: Owner) -> Result<(), QueryStoreError> {
        forget(self, owner).await.map_err(failed("forgetting what was run"))
    }
}

fn failed(action: &'static str) -> impl Fn(Cause) -> QueryStoreError {
    move |source| QueryStoreError { action, source }
}

async fn saved(store: &SqliteStore, owner: Owner, take: u32) -> Result<Vec<SavedQuery>, Cause> {
    let rows = query(
        "SELECT * FROM saved_query WHERE tenant = $1 AND (owner = $2 OR shared = 1) ORDER BY name, id LIMIT $3",
    )
    .bind(owner.tenant().as_guid())
    .bind(owner.user().as_guid())
    .bind(i64::from(take))
    .fetch_all(store.reader())
    .await?;
    Ok(rows.iter().map(read_saved).collect::<Result<_, _>>()?)
}

async fn saved_query(
    store: &SqliteStore,
    tenant: TenantId,
    id: QueryId,
) -> Result<Option<SavedQuery>, Cause> {
    let row = query("SELECT * FROM saved_query WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_guid())
        .bind(id.0)
        .fetch_optional(store.reader())
        .await?;
    Ok(row.as_ref().map(read_saved).transpose()?)
}

fn read_saved(row: &SqliteRow) -> Result<SavedQuery, UnreadableValue> {
    let row = TableRow::new("saved_query", row);
    Ok(SavedQuery {
        id: QueryId(row.get("id")?),
        owner: row.id("owner", UserId::from_guid)?,
        owner_name: row.get("owner_name")?,
        name: row.get("name")?,
        text: row.get("text")?,
        window: row.get("time_span")?,
        shared: row.get("shared")?,
        changed: row.time("changed")?,
    })
}

async fn save(store: &SqliteStore, tenant: TenantId, saved: &SavedQuery, most: u32) -> Result<bool, Cause> {
    let mut transaction = store.writer().begin_with(SqliteStore::BEGIN_WRITE).await?;
    let has: i64 = query_scalar("SELECT count(*) FROM saved_query WHERE tenant = $1 AND owner = $2")
        .bind(tenant.as_guid())
        .bind(saved.owner.as_guid())
        .fetch_one(&mut *transaction)
        .await?;
    if has >= i64::from(most) {
        return Ok(false);
    }
    query(
        "INSERT INTO saved_query (id, tenant, owner, owner_name, name, text, time_span, shared, changed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(saved.id.0)
    .bind(tenant.as_guid())
    .bind(saved.owner.as_guid())
    .bind(&saved.owner_name)
    .bind(&saved.name)
    .bind(&saved.text)
    .bind(&saved.window)
    .bind(saved.shared)
    .bind(saved.changed.unix_ticks())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(true)
}

async fn set_shared(store: &SqliteStore, owner: Owner, id: QueryId, shared: bool) -> Result<bool, Cause> {
    let done = query("UPDATE saved_query SET shared = $4 WHERE tenant = $1 AND owner = $2 AND id = $3")
        .bind(owner.tenant().as_guid())
        .bind(owner.user().as_guid())
        .bind(id.0)
        .bind(shared)
        .execute(store.writer())
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn remove(store: &SqliteStore, owner: Owner, id: QueryId) -> Result<bool, Cause> {
    let done = query("DELETE FROM saved_query WHERE tenant = $1 AND owner = $2 AND id = $3")
        .bind(owner.tenant().as_guid())
        .bind(owner.user().as_guid())
        .bind(id.0)
        .execute(store.writer())
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn remember(store: &SqliteStore, owner: Owner, past: &PastQuery, keep: u32) -> Result<(), Cause> {
    let (tenant, user) = (owner.tenant().as_guid(), owner.user().as_guid());
    let mut transaction = store.writer().begin_with(SqliteStore::BEGIN_WRITE).await?;
    let number: i64 =
        query_scalar("SELECT coalesce(max(number), 0) + 1 FROM past_query WHERE tenant = $1 AND owner = $2")
            .bind(tenant)
            .bind(user)
            .fetch_one(&mut *transaction)
            .await?;
    query(
        "INSERT INTO past_query (tenant, owner, number, text, time_span, at, outcome)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant)
    .bind(user)
    .bind(number)
    .bind(&past.text)
    .bind(&past.window)
    .bind(past.at.unix_ticks())
    .bind(&past.outcome)
    .execute(&mut *transaction)
    .await?;
    query("DELETE FROM past_query WHERE tenant = $1 AND owner = $2 AND number <= $3")
        .bind(tenant)
        .bind(user)
        .bind(number - i64::from(keep))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn history(store: &SqliteStore, owner: Owner) -> Result<Vec<PastQuery>, Cause> {
    let rows = query("SELECT * FROM past_query WHERE tenant = $1 AND owner = $2 ORDER BY number DESC")
        .bind(owner.tenant().as_guid())
        .bind(owner.user().as_guid())
        .fetch_all(store.reader())
        .await?;
    let past = |row| {
        let row = TableRow::new("past_query", row);
        Ok::<_, UnreadableValue>(PastQuery {
            text: row.get("text")?,
            window: row.get("time_span")?,
            at: row.time("at")?,
            outcome: row.get("outcome")?,
        })
    };
    Ok(rows.iter().map(past).collect::<Result<_, _>>()?)
}

async fn forget(store: &SqliteStore, owner: Owner) -> Result<(), Cause> {
    query("DELETE FROM past_query WHERE tenant = $1 AND owner = $2")
        .bind(owner.tenant().as_guid())
        .bind(owner.user().as_guid())
        .execute(store.writer())
        .await?;
    Ok(())
}
