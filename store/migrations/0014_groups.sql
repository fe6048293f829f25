-- Groups that an administrator enrolled; team '' = the whole desk's.
CREATE TABLE enrolled_groups (
    platform TEXT NOT NULL,
    chat TEXT NOT NULL,
    title TEXT NOT NULL,
    team TEXT NOT NULL,
    enrolled_by BIGINT NOT NULL REFERENCES staff (id),
    enrolled_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (platform, chat)
);
