-- The language in which a customer is written to, once somebody chose it.
ALTER TABLE customers ADD COLUMN letter_language TEXT;

-- What each mail is about and whom it went to: things owed, tickets, contracts, customers. One letter may ask for several.
CREATE TABLE mail_records (
    record TEXT NOT NULL,
    mail_id TEXT NOT NULL REFERENCES mails (id),
    PRIMARY KEY (record, mail_id)
);
INSERT INTO mail_records (record, mail_id)
    SELECT record, id FROM mails
    UNION SELECT ticket, id FROM mails WHERE ticket <> ''
    UNION SELECT tickets.customer_code, mails.id FROM mails JOIN tickets ON tickets.no IN (mails.record, mails.ticket)
        WHERE tickets.customer_code IS NOT NULL;
CREATE INDEX mail_records_mail ON mail_records (mail_id);
DROP INDEX mails_record;
DROP INDEX mails_ticket;
CREATE INDEX mails_address ON mails (lower(address), written_at);
