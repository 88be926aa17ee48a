-- Queries that people keep.

CREATE TABLE saved_query (
    id BLOB PRIMARY KEY,
    tenant BLOB NOT NULL,
    owner BLOB NOT NULL,
    owner_name TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    time_span TEXT NOT NULL,
    shared INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    FOREIGN KEY (tenant, owner) REFERENCES directory_user (tenant, id) ON DELETE CASCADE
) STRICT;

CREATE INDEX saved_query_by_owner ON saved_query (tenant, owner);
-- What a tenant's members share.
CREATE INDEX saved_query_shared ON saved_query (tenant) WHERE shared = 1;

-- What people have run. The numbers ascend, for each person by themselves.
CREATE TABLE past_query (
    tenant BLOB NOT NULL,
    owner BLOB NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    time_span TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (tenant, owner, number),
    FOREIGN KEY (tenant, owner) REFERENCES directory_user (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
