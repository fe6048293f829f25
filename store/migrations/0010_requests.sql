-- Requests for microdata and special tabulations, their contracts, and what is owed on them.
CREATE TABLE requests (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    customer_code TEXT NOT NULL REFERENCES customers (code),
    started_at TIMESTAMPTZ NOT NULL,
    touched_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_reason TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX requests_customer ON requests (customer_code, kind);

CREATE TABLE request_tickets (
    ticket_no TEXT PRIMARY KEY REFERENCES tickets (no),
    request_id BIGINT NOT NULL REFERENCES requests (id)
);
CREATE INDEX request_tickets_request ON request_tickets (request_id);

-- Steps that no ticket does.
CREATE TABLE request_marks (
    request_id BIGINT NOT NULL REFERENCES requests (id),
    step TEXT NOT NULL,
    marked_at TIMESTAMPTZ NOT NULL,
    staff_id BIGINT REFERENCES staff (id),
    PRIMARY KEY (request_id, step)
);

CREATE TABLE contracts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    no TEXT NOT NULL UNIQUE,
    number INTEGER NOT NULL,
    year INTEGER NOT NULL,
    request_id BIGINT NOT NULL UNIQUE REFERENCES requests (id),
    contact_id BIGINT REFERENCES contacts (id),
    signed_on DATE,
    projects TEXT NOT NULL DEFAULT '',
    data_years TEXT NOT NULL DEFAULT '',
    purpose TEXT NOT NULL DEFAULT '',
    research_title TEXT NOT NULL DEFAULT '',
    return_due_on DATE,
    research_due_on DATE,
    created_at TIMESTAMPTZ NOT NULL,
    created_by BIGINT REFERENCES staff (id)
);
CREATE INDEX contracts_year ON contracts (year, number);

CREATE TABLE owed (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id BIGINT NOT NULL REFERENCES requests (id),
    rule TEXT NOT NULL,
    state TEXT NOT NULL,
    ticket_no TEXT NOT NULL DEFAULT '',
    assignee_id BIGINT REFERENCES staff (id),
    started_at TIMESTAMPTZ NOT NULL,
    due_on DATE,
    expected_on DATE NOT NULL,
    reminders INTEGER NOT NULL DEFAULT 0,
    chased INTEGER NOT NULL DEFAULT 0,
    extra INTEGER NOT NULL DEFAULT 0,
    last_at TIMESTAMPTZ,
    snoozed_on DATE,
    next_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    reason TEXT NOT NULL DEFAULT '',
    proof_no TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX owed_request ON owed (request_id);
CREATE UNIQUE INDEX owed_once ON owed (request_id, rule) WHERE state = 'open';
CREATE INDEX owed_open ON owed (rule, expected_on, id) WHERE state = 'open';

INSERT INTO counters (name, value) VALUES ('request', 0);
