-- Erasures of customers' data: who asked and who confirmed, how far each came, and, until its end, the bytes that are still to be
-- overwritten (hashes) and what was erased so far (counts, JSON). The reason is looked through as all texts are.
CREATE TABLE erasures (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL,
    codes TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by BIGINT REFERENCES staff (id),
    asked_at TIMESTAMPTZ NOT NULL,
    until_at TIMESTAMPTZ NOT NULL,
    decided_by BIGINT REFERENCES staff (id),
    decided_at TIMESTAMPTZ,
    hashes TEXT NOT NULL DEFAULT '',
    counts TEXT NOT NULL DEFAULT ''
);
CREATE INDEX erasures_open ON erasures (state) WHERE state IN ('asked', 'confirmed', 'erased');

-- What a message shows (the names of records), and what its platform calls it: it can be changed there afterwards.
ALTER TABLE outbox ADD COLUMN shows TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN external_id TEXT NOT NULL DEFAULT '';

-- How often words of the register were forgotten: whoever keeps words in memory reads them anew.
ALTER TABLE search_state ADD COLUMN forgotten BIGINT NOT NULL DEFAULT 0;
