-- The distinct words of the register, which the search keeps in memory. Whoever adds some holds the one row of
-- search_state until the commit, so ids become visible in their order and "id > the last seen" misses none.
CREATE TABLE search_state (
    additions INTEGER NOT NULL
);
INSERT INTO search_state (additions) VALUES (0);

CREATE TABLE search_words (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
);
