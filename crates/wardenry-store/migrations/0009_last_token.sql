-- When an application got its last token in a tenant, to the minute.
CREATE TABLE last_token (
    tenant BLOB NOT NULL CHECK (length(tenant) = 16),
    app_id BLOB NOT NULL CHECK (length(app_id) = 16),
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, app_id)
) STRICT, WITHOUT ROWID;
