-- The desk in a browser: links that log in once, and sessions. Of either only a hash is kept, so that a copy of the database lets nobody in.
CREATE TABLE web_logins (
    token_hash TEXT PRIMARY KEY,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX web_logins_staff ON web_logins (staff_id);
CREATE INDEX web_logins_created ON web_logins (created_at);

CREATE TABLE web_sessions (
    key_hash TEXT PRIMARY KEY,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    way TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX web_sessions_staff ON web_sessions (staff_id, created_at);
CREATE INDEX web_sessions_expired ON web_sessions (expires_at);

-- What a browser shows of a chat, and what of it is past its time.
CREATE INDEX inbox_web ON inbox (conversation, seq) WHERE platform = 'web';
CREATE INDEX outbox_web ON outbox (chat, seq) WHERE platform = 'web';
CREATE INDEX outbox_shown ON outbox (created_at) WHERE payload <> '' AND platform = 'web' AND state = 'sent';
