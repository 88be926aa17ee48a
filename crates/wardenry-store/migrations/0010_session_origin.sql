-- From where, and with which browser, a session was started. NULL: unknown, or from before this was written down.
ALTER TABLE session ADD COLUMN address TEXT;
ALTER TABLE session ADD COLUMN browser TEXT;
CREATE INDEX session_of_user ON session (tenant, user_id, created);
