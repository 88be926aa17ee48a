-- The first-party resources that were offered to the tenants that there were: one that is new in the catalogue is noticed.

CREATE TABLE known_resource (
    app_id BLOB NOT NULL PRIMARY KEY CHECK (length(app_id) = 16)
) STRICT, WITHOUT ROWID;

-- Those from before this was written down.
INSERT INTO known_resource (app_id) VALUES
    (X'8EE8FDADF23442438F3B15C294843740'), -- Microsoft Threat Protection
    (X'FC780465201740D4A0C5307022471B92'), -- WindowsDefenderATP
    (X'0000000300000000C000000000000000'); -- Microsoft Graph
