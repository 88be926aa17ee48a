-- The directory.
--
-- GUIDs are 16 bytes, which order like their printed form. Times are 100-nanosecond ticks since the Unix
-- epoch. Rows of a tenant carry the tenant first in their key, and refer to rows of the same tenant only.
-- What has to be unique or is looked up by has a table of its own; other lists are JSON arrays, read and
-- written as a whole with their row.

CREATE TABLE tenant (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    display_name TEXT NOT NULL,
    region TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX tenant_by_age ON tenant (created, id);

-- A domain leads to one tenant only. Position 0 is the primary domain.
CREATE TABLE tenant_domain (
    domain TEXT NOT NULL PRIMARY KEY,
    tenant BLOB NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    position INTEGER NOT NULL
) STRICT;
CREATE INDEX tenant_domain_in_order ON tenant_domain (tenant, position, domain);

CREATE TABLE directory_user (
    tenant BLOB NOT NULL REFERENCES tenant (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    user_name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- Template ids of directory roles.
    roles TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX directory_user_by_age ON directory_user (tenant, created, id);

-- Both ids lead to one application, whatever its tenant: credentials are changed by the one, tokens asked
-- for by the other.
CREATE TABLE application (
    home_tenant BLOB NOT NULL REFERENCES tenant (id),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    app_id BLOB NOT NULL UNIQUE CHECK (length(app_id) = 16),
    display_name TEXT NOT NULL,
    audience TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    redirect_uris TEXT NOT NULL,
    required_resources TEXT NOT NULL,
    app_roles TEXT NOT NULL,
    scopes TEXT NOT NULL,
    requested_token_version INTEGER,
    tags TEXT NOT NULL,
    created INTEGER NOT NULL,
    owner BLOB CHECK (length(owner) = 16),
    PRIMARY KEY (home_tenant, id)
) STRICT;
CREATE INDEX application_by_age ON application (home_tenant, created, id);

-- An identifier URI leads to one application only.
CREATE TABLE application_identifier_uri (
    uri TEXT NOT NULL PRIMARY KEY,
    tenant BLOB NOT NULL,
    application BLOB NOT NULL,
    position INTEGER NOT NULL,
    FOREIGN KEY (tenant, application) REFERENCES application (home_tenant, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX application_identifier_uri_in_order
    ON application_identifier_uri (tenant, application, position, uri);

-- Secrets and certificates share one table because they share one set of key ids.
CREATE TABLE application_credential (
    -- Grows with every credential: the order in which they are listed.
    seq INTEGER PRIMARY KEY,
    tenant BLOB NOT NULL,
    application BLOB NOT NULL,
    key_id BLOB NOT NULL CHECK (length(key_id) = 16),
    display_name TEXT,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    -- Of a secret.
    hint TEXT,
    digest BLOB CHECK (length(digest) = 32),
    -- Of a certificate.
    certificate_der BLOB,
    UNIQUE (tenant, application, key_id),
    FOREIGN KEY (tenant, application) REFERENCES application (home_tenant, id) ON DELETE CASCADE,
    CHECK ((digest IS NULL) = (hint IS NULL)),
    CHECK ((digest IS NULL) <> (certificate_der IS NULL))
) STRICT;

-- Refers to no application: it stays when the application goes, and first-party resources have none.
CREATE TABLE service_principal (
    tenant BLOB NOT NULL REFERENCES tenant (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    app_id BLOB NOT NULL CHECK (length(app_id) = 16),
    display_name TEXT NOT NULL,
    home_tenant BLOB CHECK (length(home_tenant) = 16),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    assignment_required INTEGER NOT NULL CHECK (assignment_required IN (0, 1)),
    tags TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, app_id)
) STRICT;
CREATE INDEX service_principal_by_age ON service_principal (tenant, created, id);

CREATE TABLE app_role_assignment (
    tenant BLOB NOT NULL,
    id TEXT NOT NULL,
    principal BLOB NOT NULL,
    resource BLOB NOT NULL,
    role BLOB NOT NULL CHECK (length(role) = 16),
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, principal, resource, role),
    FOREIGN KEY (tenant, principal) REFERENCES service_principal (tenant, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, resource) REFERENCES service_principal (tenant, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX app_role_assignment_on_resource ON app_role_assignment (tenant, resource, created, id);

CREATE TABLE delegated_grant (
    tenant BLOB NOT NULL,
    id TEXT NOT NULL,
    client BLOB NOT NULL,
    resource BLOB NOT NULL,
    -- NULL: for all users.
    user_id BLOB,
    scopes TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, client) REFERENCES service_principal (tenant, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, resource) REFERENCES service_principal (tenant, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant, user_id) REFERENCES directory_user (tenant, id) ON DELETE CASCADE
) STRICT;
-- Two indexes, because a NULL differs from every other NULL in a unique index.
CREATE UNIQUE INDEX delegated_grant_for_a_user
    ON delegated_grant (tenant, client, resource, user_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX delegated_grant_for_all_users
    ON delegated_grant (tenant, client, resource) WHERE user_id IS NULL;
CREATE INDEX delegated_grant_of_client ON delegated_grant (tenant, client, created, id);
CREATE INDEX delegated_grant_on_resource ON delegated_grant (tenant, resource);

CREATE TABLE session (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    FOREIGN KEY (tenant, user_id) REFERENCES directory_user (tenant, id) ON DELETE CASCADE
) STRICT;

CREATE INDEX session_by_end ON session (expires);

CREATE TABLE signing_key (
    kid TEXT NOT NULL PRIMARY KEY,
    encrypted_private_key BLOB NOT NULL,
    certificate_der BLOB NOT NULL,
    created INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    retires INTEGER NOT NULL
) STRICT;

-- Refers to nothing: the log outlives what it tells about.
CREATE TABLE audit_event (
    -- Grows with every event: the order of events at the same instant.
    seq INTEGER PRIMARY KEY,
    tenant BLOB NOT NULL CHECK (length(tenant) = 16),
    id BLOB NOT NULL CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    -- Of a user: the object id. Of an app: the object id of its service principal.
    actor_id BLOB CHECK (length(actor_id) = 16),
    actor_app BLOB CHECK (length(actor_app) = 16),
    actor_name TEXT,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (tenant, id)
) STRICT;
CREATE INDEX audit_event_newest ON audit_event (tenant, at DESC, seq DESC);
