-- Who else gets a copy of a mail that goes out, an address after the other; and who else a mail that came in went to (an address a line).
ALTER TABLE mails ADD COLUMN cc TEXT NOT NULL DEFAULT '';
ALTER TABLE incoming_mails ADD COLUMN copied TEXT NOT NULL DEFAULT '';

-- Who is writing a mail about a record right now.
CREATE INDEX forms_of_mails ON forms (record) WHERE kind = 'mail' AND state IN ('open', 'parked');
