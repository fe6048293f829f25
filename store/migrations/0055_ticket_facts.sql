-- What reports look at: a narrow row a ticket that counts, derived from it (domain/reports/facts.py), and how far that is done.
CREATE TABLE ticket_facts (
    no TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    day TEXT NOT NULL,
    weekday_hour TEXT NOT NULL,
    channel TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_group TEXT NOT NULL,
    complexity TEXT NOT NULL,
    urgency TEXT NOT NULL,
    mood TEXT NOT NULL,
    province TEXT NOT NULL,
    assignee_id BIGINT,
    customer_code TEXT,
    due_at TIMESTAMPTZ,
    standing TEXT NOT NULL,
    working_minutes BIGINT,
    lasts BIGINT NOT NULL,
    PRIMARY KEY (created_at, no)
) /* WITHOUT ROWID */;
CREATE UNIQUE INDEX ticket_facts_no ON ticket_facts (no);
CREATE INDEX ticket_facts_closed ON ticket_facts (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX ticket_facts_lasting ON ticket_facts (created_at) WHERE lasts = 1;
CREATE INDEX ticket_facts_customer ON ticket_facts (customer_code, created_at);

-- Tickets that came without history, or of which a rule changed.
CREATE TABLE facts_wanted (ticket_no TEXT PRIMARY KEY) /* WITHOUT ROWID */;

-- One row: what was read of `changes`, which tickets were gone through, and by which rules. `seen` and `seen_before` are
-- what PostgreSQL needs, where a smaller number may become visible later (store/reports/catching_up.py).
CREATE TABLE facts_progress (
    id BIGINT PRIMARY KEY,
    changes_read BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    seen_before BIGINT NOT NULL,
    gone_through TEXT,
    rules TEXT NOT NULL,
    days TEXT NOT NULL,
    round BIGINT NOT NULL
);

CREATE INDEX tickets_receipt_on ON tickets (receipt_on) WHERE receipt_on IS NOT NULL;
CREATE INDEX incoming_mails_arrived ON incoming_mails (arrived_at);
