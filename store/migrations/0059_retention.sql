-- The office's rules of how long something is kept, as an administrator confirmed them: another `period` is another rule.
-- `began_at` = a run that did not end yet began, and took `went` so far; `ended_at` = the last one ended.
CREATE TABLE retention_rules (
    kind TEXT PRIMARY KEY,
    period TEXT NOT NULL,
    told_at TIMESTAMPTZ,
    confirmed_at TIMESTAMPTZ,
    confirmed_by BIGINT REFERENCES staff (id),
    began_at TIMESTAMPTZ,
    went BIGINT NOT NULL DEFAULT 0,
    ended_at TIMESTAMPTZ
);

-- Tickets and customers that lost what they said about people, when their time had passed.
CREATE TABLE emptied_records (
    record TEXT PRIMARY KEY,
    emptied_at TIMESTAMPTZ NOT NULL
);
