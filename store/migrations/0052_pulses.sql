-- What each serving process knew lately: when a platform last gave and took something, and what is wrong. The row without
-- a platform is the process itself; it is also the write by which a desk sees that it can write.
CREATE TABLE pulses (
    owner TEXT NOT NULL,
    platform TEXT NOT NULL,
    received_at TIMESTAMPTZ,
    sent_at TIMESTAMPTZ,
    problem TEXT NOT NULL DEFAULT '',
    noted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owner, platform)
);
