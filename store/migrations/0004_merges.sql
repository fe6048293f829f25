-- Customers that can be trusted: what a record was before, merges that can be taken back, pairs that may be one.
ALTER TABLE customers ADD COLUMN merged_into TEXT REFERENCES customers (code);
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;
ALTER TABLE contacts ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;

CREATE TABLE revisions (
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (record, version)
);

CREATE TABLE merges (
    id TEXT PRIMARY KEY,
    survivor TEXT NOT NULL REFERENCES customers (code),
    merged TEXT NOT NULL REFERENCES customers (code),
    survivor_state TEXT NOT NULL,
    merged_state TEXT NOT NULL,
    after_state TEXT NOT NULL,
    moved_contacts TEXT NOT NULL,
    merged_at TIMESTAMPTZ NOT NULL,
    merged_by BIGINT REFERENCES staff (id),
    undone_at TIMESTAMPTZ,
    undone_by BIGINT REFERENCES staff (id)
);
CREATE UNIQUE INDEX merges_standing ON merges (merged) WHERE undone_at IS NULL;
CREATE INDEX merges_survivor ON merges (survivor);

CREATE TABLE merge_moves (
    merge_id TEXT NOT NULL REFERENCES merges (id),
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (merge_id, kind, record)
);

-- `one` is the smaller code of the pair; `state` is proposed, reported, different or merged.
CREATE TABLE duplicates (
    one TEXT NOT NULL REFERENCES customers (code),
    other TEXT NOT NULL REFERENCES customers (code),
    score BIGINT NOT NULL,
    why TEXT NOT NULL,
    state TEXT NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    reported_by BIGINT REFERENCES staff (id),
    decided_at TIMESTAMPTZ,
    decided_by BIGINT REFERENCES staff (id),
    PRIMARY KEY (one, other)
);
CREATE INDEX duplicates_open ON duplicates (score) WHERE state IN ('proposed', 'reported');
CREATE INDEX duplicates_other ON duplicates (other);
