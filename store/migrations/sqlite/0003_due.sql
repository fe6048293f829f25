-- What is to be done at a time: each occurrence is one row, claimed with a lease and done once.
CREATE TABLE due (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL,
    owner TEXT NOT NULL DEFAULT '',
    lease_until_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    done_at TEXT,
    reference TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, subject, occurrence)
);
CREATE INDEX due_waiting ON due (due_at, id) WHERE state = 'waiting';
