-- From which address came the request that caused an event. NULL: no request did, or it is from before this was written down.
ALTER TABLE audit_event ADD COLUMN address TEXT;
