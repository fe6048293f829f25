-- The office's canned answers: a name by which they are found, and their words in either language ("" = none in it).
CREATE TABLE canned_answers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    th TEXT NOT NULL,
    en TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_by BIGINT REFERENCES staff (id),
    changed_at TIMESTAMPTZ NOT NULL
);
