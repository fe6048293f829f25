-- By which rules the customers' keys were made: those of codes up to `done_to`, and of all once it is done.
CREATE TABLE key_rules (
    digest TEXT NOT NULL,
    done_to TEXT NOT NULL,
    is_done BIGINT NOT NULL
);
