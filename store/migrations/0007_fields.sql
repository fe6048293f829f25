-- Provincial numbers of users; projects and years of data one by one, for reports; receipts that were used before.
ALTER TABLE tickets ADD COLUMN province TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN user_count BIGINT;
ALTER TABLE tickets ADD COLUMN counted_on DATE;
CREATE INDEX tickets_receipt ON tickets (receipt_no) WHERE receipt_no <> '';
CREATE INDEX tickets_province ON tickets (counted_on, province) WHERE province <> '';

-- One row a project and unbroken stretch of data, kept with tickets.projects and tickets.data_years.
CREATE TABLE ticket_data (
    ticket_no TEXT NOT NULL REFERENCES tickets (no),
    project TEXT NOT NULL,
    from_on DATE,
    to_on DATE
);
CREATE INDEX ticket_data_ticket ON ticket_data (ticket_no);
CREATE INDEX ticket_data_project ON ticket_data (project, from_on);
