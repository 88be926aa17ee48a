-- What the lake knows of its files.
--
-- The same conventions as the directory's tables, and no reference to its tenants: the parts can live in different databases.

CREATE TABLE lake_tenant (
    tenant BLOB NOT NULL PRIMARY KEY CHECK (length(tenant) = 16),
    -- Up to this number the journal is in files. Moves in the transaction that adds them.
    sequence INTEGER NOT NULL DEFAULT 0,
    retention_days INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE lake_file (
    tenant BLOB NOT NULL REFERENCES lake_tenant (tenant),
    table_name TEXT NOT NULL,
    day INTEGER NOT NULL,
    name TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (tenant, table_name, day, name)
) STRICT, WITHOUT ROWID;

-- Batches that must not be stored again.
CREATE TABLE lake_batch (
    tenant BLOB NOT NULL REFERENCES lake_tenant (tenant),
    id TEXT NOT NULL,
    received INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lake_batch_received ON lake_batch (tenant, received);
