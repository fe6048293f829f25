-- What is written to customers: each mail is one message of the outbox with the same id, which has its state.
CREATE TABLE mails (
    id TEXT PRIMARY KEY REFERENCES outbox (id),
    record TEXT NOT NULL,
    ticket TEXT NOT NULL,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    purpose TEXT NOT NULL,
    language TEXT NOT NULL,
    files TEXT NOT NULL,
    automatic BIGINT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    thread TEXT NOT NULL,
    staff_id BIGINT REFERENCES staff (id),
    written_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX mails_record ON mails (record);
CREATE INDEX mails_ticket ON mails (ticket);
