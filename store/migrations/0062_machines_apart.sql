-- The list of machines' mails of which no ticket is known.
CREATE INDEX incoming_mails_machines ON incoming_mails (id)
WHERE kind IN ('auto_reply', 'bounce', 'own_loop') AND ticket IS NULL;
