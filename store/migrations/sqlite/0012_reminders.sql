-- Personal reminders; when one rings stands in `due`. How many paid messages a platform counted each month.
CREATE TABLE reminders (
    id TEXT PRIMARY KEY,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    record TEXT NOT NULL,
    text TEXT NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
);
CREATE INDEX reminders_waiting ON reminders (staff_id, due_at, id) WHERE state = 'waiting';

CREATE TABLE push_use (
    platform TEXT NOT NULL,
    month TEXT NOT NULL,
    counted INTEGER NOT NULL DEFAULT 0,
    used INTEGER NOT NULL DEFAULT 0,
    counted_then INTEGER NOT NULL DEFAULT 0,
    quota INTEGER,
    asked_at TEXT,
    PRIMARY KEY (platform, month)
);
