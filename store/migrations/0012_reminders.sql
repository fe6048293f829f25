-- Personal reminders; when one rings stands in `due`. How many paid messages a platform counted each month.
CREATE TABLE reminders (
    id TEXT PRIMARY KEY,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    record TEXT NOT NULL,
    text TEXT NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX reminders_waiting ON reminders (staff_id, due_at, id) WHERE state = 'waiting';

CREATE TABLE push_use (
    platform TEXT NOT NULL,
    month TEXT NOT NULL,
    counted BIGINT NOT NULL DEFAULT 0,
    used BIGINT NOT NULL DEFAULT 0,
    counted_then BIGINT NOT NULL DEFAULT 0,
    quota BIGINT,
    asked_at TIMESTAMPTZ,
    PRIMARY KEY (platform, month)
);
