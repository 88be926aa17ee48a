-- What the portal asks for.

-- Who uses an application: its publisher's view over all tenants.
CREATE INDEX service_principal_by_app ON service_principal (app_id, created, tenant);
