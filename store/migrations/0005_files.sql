-- Files by the record that they belong to: a ticket number, a draft, somebody who was asked where they go, an import.
-- Their bytes lie in the data folder under their hash; what no row names is removed after a while.
CREATE TABLE files (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    caption TEXT NOT NULL DEFAULT '',
    added_at TIMESTAMPTZ NOT NULL,
    added_by BIGINT REFERENCES staff (id),
    platform TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    album TEXT NOT NULL DEFAULT ''
);
CREATE INDEX files_record ON files (record, added_at);
CREATE INDEX files_sha256 ON files (sha256);
CREATE INDEX files_message ON files (platform, message) WHERE message <> '';
CREATE INDEX files_album ON files (platform, album) WHERE album <> '';

-- Tables that administrators sent: checked, shown, and laid over the register when they say so.
CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    register TEXT NOT NULL,
    state TEXT NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    platform TEXT NOT NULL,
    chat TEXT NOT NULL,
    event_id TEXT NOT NULL,
    new_records BIGINT NOT NULL DEFAULT 0,
    changed_records BIGINT NOT NULL DEFAULT 0,
    failures BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX imports_waiting ON imports (created_at) WHERE state IN ('checking', 'running');
