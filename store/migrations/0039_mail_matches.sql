-- Who wrote a mail, and whom an officer took that person for. `writer` = the address of whoever really wrote, in small letters,
-- `signature` = who signed, as JSON; `possible` = codes of customers that a search found once, empty until somebody looked.
ALTER TABLE incoming_mails ADD COLUMN writer TEXT NOT NULL DEFAULT '';
ALTER TABLE incoming_mails ADD COLUMN signature TEXT NOT NULL DEFAULT '{}';
ALTER TABLE incoming_mails ADD COLUMN possible TEXT;
UPDATE incoming_mails SET writer = lower(CASE WHEN forwarded_email <> '' THEN forwarded_email ELSE from_email END)
    WHERE opened = 1;
CREATE INDEX incoming_mails_writer ON incoming_mails (writer) WHERE writer <> '';

-- A ticket's match, until it is taken back: the ticket's fields before (`was`) and after (`became`) as JSON, and what was
-- decided about the writer's address: nothing yet (''), not to keep it (no), or where it was put.
CREATE TABLE mail_matches (
    ticket TEXT PRIMARY KEY,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    kept TEXT NOT NULL DEFAULT '',
    matched_by BIGINT NOT NULL,
    matched_at TIMESTAMPTZ NOT NULL
);

-- sqlite only: whose addresses are of one organisation.
CREATE INDEX customer_keys_domain ON customer_keys (substr(key, instr(key, '@') + 1)) WHERE kind = 'email';
-- postgresql only: the same.
CREATE INDEX customer_keys_domain ON customer_keys (split_part(key, '@', 2)) WHERE kind = 'email';
