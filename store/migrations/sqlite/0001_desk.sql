-- The desk: staff and their accounts, customers, tickets, and the paths of messages in and out.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);

CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT 'th',
    blocked_at TEXT,
    created_at TEXT NOT NULL
);

CREATE TABLE identities (
    platform TEXT NOT NULL,
    user_id TEXT NOT NULL,
    chat TEXT NOT NULL,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    linked_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    unreachable_at TEXT,
    PRIMARY KEY (platform, user_id)
);
CREATE INDEX identities_staff ON identities (staff_id);

CREATE TABLE teams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE team_members (
    team_id INTEGER NOT NULL REFERENCES teams (id),
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    PRIMARY KEY (team_id, staff_id)
);

CREATE TABLE invitations (
    code_hash TEXT PRIMARY KEY,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
);

CREATE TABLE access_requests (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    user_id TEXT NOT NULL,
    chat TEXT NOT NULL,
    display_name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    decided_at TEXT,
    decided_by INTEGER REFERENCES staff (id),
    role TEXT
);
CREATE INDEX access_requests_user ON access_requests (platform, user_id, created_at);

CREATE TABLE stranger_answers (
    platform TEXT NOT NULL,
    user_id TEXT NOT NULL,
    answered_at TEXT NOT NULL
);
CREATE INDEX stranger_answers_user ON stranger_answers (platform, user_id, answered_at);

CREATE TABLE customers (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT '',
    gender TEXT,
    organisation TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    mobile TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    unknown TEXT NOT NULL DEFAULT '',
    folded TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    customer_code TEXT NOT NULL REFERENCES customers (code),
    name TEXT NOT NULL,
    phone TEXT NOT NULL DEFAULT '',
    mobile TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    main INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX contacts_customer ON contacts (customer_code);

CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    customer_code TEXT NOT NULL REFERENCES customers (code),
    address TEXT NOT NULL,
    main INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX addresses_customer ON addresses (customer_code);

-- What a customer can be found by: reversed telephone digits, e-mails, folded words.
CREATE TABLE customer_keys (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    customer_code TEXT NOT NULL REFERENCES customers (code),
    PRIMARY KEY (kind, key, customer_code)
) WITHOUT ROWID;
CREATE INDEX customer_keys_customer ON customer_keys (customer_code);

CREATE TABLE tickets (
    no TEXT PRIMARY KEY,
    customer_code TEXT REFERENCES customers (code),
    contact_id INTEGER REFERENCES contacts (id),
    reply_email TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL,
    subject TEXT NOT NULL,
    assignee_id INTEGER REFERENCES staff (id),
    urgency TEXT NOT NULL,
    mood TEXT NOT NULL,
    complexity TEXT NOT NULL,
    status TEXT NOT NULL,
    projects TEXT NOT NULL DEFAULT '',
    data_years TEXT NOT NULL DEFAULT '',
    details TEXT NOT NULL,
    result TEXT NOT NULL DEFAULT '',
    letter_no TEXT NOT NULL DEFAULT '',
    letter_on TEXT,
    contract_no TEXT NOT NULL DEFAULT '',
    contract_on TEXT,
    price TEXT,
    receipt_no TEXT NOT NULL DEFAULT '',
    receipt_on TEXT,
    purpose TEXT NOT NULL DEFAULT '',
    agency TEXT NOT NULL DEFAULT '',
    link TEXT NOT NULL DEFAULT '',
    remarks TEXT NOT NULL DEFAULT '',
    unknown TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by INTEGER REFERENCES staff (id),
    closed_at TEXT,
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX tickets_customer ON tickets (customer_code, created_at);
CREATE INDEX tickets_assignee ON tickets (assignee_id, status);
CREATE INDEX tickets_recorded ON tickets (recorded_by, recorded_at);
CREATE INDEX tickets_contract ON tickets (contract_no) WHERE contract_no <> '';

CREATE TABLE changes (
    id INTEGER PRIMARY KEY,
    record TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    staff_id INTEGER REFERENCES staff (id),
    field TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL
);
CREATE INDEX changes_record ON changes (record, version);

CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    event_id TEXT NOT NULL,
    conversation TEXT NOT NULL,
    order_key INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    raw TEXT NOT NULL,
    state TEXT NOT NULL,
    done_at TEXT,
    reference TEXT NOT NULL DEFAULT '',
    UNIQUE (platform, event_id)
);
CREATE INDEX inbox_pending ON inbox (conversation, order_key, seq) WHERE state = 'pending';
CREATE INDEX inbox_typed ON inbox (done_at) WHERE raw <> '';
CREATE INDEX inbox_failed ON inbox (reference) WHERE state = 'failed';

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    platform TEXT NOT NULL,
    chat TEXT NOT NULL,
    dedupe_key TEXT UNIQUE,
    state TEXT NOT NULL,
    payload TEXT NOT NULL,
    staff_id INTEGER REFERENCES staff (id),
    notice TEXT NOT NULL DEFAULT '',
    reply_token TEXT NOT NULL DEFAULT '',
    reply_until_at TEXT,
    confirms INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    unclear INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    next_at TEXT NOT NULL,
    sent_at TEXT,
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_waiting ON outbox (platform, chat, seq) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_dead ON outbox (created_at) WHERE state = 'dead';

CREATE TABLE forms (
    id TEXT PRIMARY KEY,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    data TEXT NOT NULL,
    asking TEXT NOT NULL DEFAULT '',
    record TEXT NOT NULL DEFAULT '',
    record_version INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    touched_at TEXT NOT NULL
);
CREATE UNIQUE INDEX forms_open ON forms (staff_id) WHERE state = 'open';
CREATE INDEX forms_state ON forms (staff_id, state, touched_at);

CREATE TABLE buttons (
    token TEXT PRIMARY KEY,
    staff_id INTEGER REFERENCES staff (id),
    action TEXT NOT NULL,
    args TEXT NOT NULL,
    record TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 0,
    once INTEGER NOT NULL DEFAULT 0,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    used_by INTEGER REFERENCES staff (id)
) WITHOUT ROWID;
CREATE INDEX buttons_expires ON buttons (expires_at);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    occurred_at TEXT NOT NULL,
    staff_id INTEGER REFERENCES staff (id),
    action TEXT NOT NULL,
    record TEXT NOT NULL,
    platform TEXT NOT NULL,
    event_id TEXT NOT NULL
);
CREATE INDEX audit_record ON audit (record, id);

INSERT INTO counters (name, value) VALUES ('customer', 0);
INSERT INTO counters (name, value) VALUES ('ticket', 0);
