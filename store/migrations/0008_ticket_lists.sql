-- What tickets are found and listed by, and which belong together. `id` is the number's digits, `folded` the key of
-- domain/tickets/text.py: short, so that all of it can be read, newest first.
CREATE TABLE ticket_texts (
    id BIGINT PRIMARY KEY,
    folded TEXT NOT NULL
);

CREATE TABLE ticket_links (
    ticket_no TEXT NOT NULL REFERENCES tickets (no),
    kind TEXT NOT NULL,
    other_no TEXT NOT NULL REFERENCES tickets (no),
    linked_at TIMESTAMPTZ NOT NULL,
    linked_by BIGINT REFERENCES staff (id),
    PRIMARY KEY (ticket_no, other_no)
);
CREATE INDEX ticket_links_other ON ticket_links (other_no);

-- All that lists and their counts look at.
CREATE INDEX tickets_listed ON tickets (assignee_id, status, created_at, subject, no);
DROP INDEX tickets_assignee;
