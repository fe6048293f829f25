-- The index of the search: segments that stand for the words whose ids are above `after_id` and not above `up_to_id`,
-- each made once and never changed. `counted_words` is how many words the register had when its customers were
-- counted, `rules` tells by which rules the sounds were made, `format` who can read it.
CREATE TABLE search_segments (
    id TEXT PRIMARY KEY,
    after_id BIGINT NOT NULL,
    up_to_id BIGINT NOT NULL,
    words BIGINT NOT NULL,
    chunks BIGINT NOT NULL,
    counted_words BIGINT NOT NULL,
    format TEXT NOT NULL,
    rules TEXT NOT NULL
);

-- What the segments are made of. A segment is there once its row in search_segments is; chunks without one are left
-- over from a making that was cut off.
CREATE TABLE search_chunks (
    segment_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (segment_id, number)
);
-- postgresql only: the chunks hold little that packing would make smaller.
ALTER TABLE search_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
