-- Incidents with everything that belongs to them.
--
-- The same conventions as the directory's tables. These refer to no tenant, so that the two parts can live
-- in different databases. Positions are the order in which the parts of an incident were written.
--
-- Devices and entities are evidence: they are read with their alert and changed by nobody, so each is a JSON
-- document. What lists, filters and later edits look at has columns.

CREATE TABLE incident (
    tenant BLOB NOT NULL CHECK (length(tenant) = 16),
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    created INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    assigned_to TEXT,
    classification TEXT,
    determination TEXT,
    status TEXT NOT NULL,
    redirected_to INTEGER,
    severity TEXT NOT NULL,
    tags TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
-- A list is answered from this index alone: it has the order of the pages and every column that can be
-- filtered by, so that skipped and rejected incidents are never looked up. Only a page's own rows are.
CREATE INDEX incident_newest
    ON incident (tenant, created DESC, id DESC, last_updated, status, assigned_to);

CREATE TABLE incident_comment (
    tenant BLOB NOT NULL,
    incident INTEGER NOT NULL,
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, incident, position),
    FOREIGN KEY (tenant, incident) REFERENCES incident (tenant, id) ON DELETE CASCADE
) STRICT;

-- The key makes an alert part of one incident of its tenant only.
CREATE TABLE alert (
    tenant BLOB NOT NULL,
    id TEXT NOT NULL,
    incident INTEGER NOT NULL,
    position INTEGER NOT NULL,
    provider_id TEXT NOT NULL,
    service_source TEXT NOT NULL,
    created INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    resolved INTEGER,
    first_activity INTEGER NOT NULL,
    last_activity INTEGER NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT NOT NULL,
    severity TEXT NOT NULL,
    investigation_id INTEGER,
    investigation_state TEXT NOT NULL,
    classification TEXT,
    determination TEXT,
    detection_source TEXT NOT NULL,
    detector_id TEXT,
    assigned_to TEXT,
    actor_name TEXT,
    threat_family_name TEXT,
    mitre_techniques TEXT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, incident, position),
    FOREIGN KEY (tenant, incident) REFERENCES incident (tenant, id) ON DELETE CASCADE
) STRICT;

-- Keyed by places, not by the alert's id, so that the parts of a whole page of incidents are one range each.
CREATE TABLE alert_device (
    tenant BLOB NOT NULL,
    incident INTEGER NOT NULL,
    alert_position INTEGER NOT NULL,
    position INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant, incident, alert_position, position),
    FOREIGN KEY (tenant, incident, alert_position) REFERENCES alert (tenant, incident, position)
        ON DELETE CASCADE
) STRICT;

CREATE TABLE alert_entity (
    tenant BLOB NOT NULL,
    incident INTEGER NOT NULL,
    alert_position INTEGER NOT NULL,
    position INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant, incident, alert_position, position),
    FOREIGN KEY (tenant, incident, alert_position) REFERENCES alert (tenant, incident, position)
        ON DELETE CASCADE
) STRICT;
