-- A thing owed is known by its rule and the ticket that starts it, whatever becomes of that ticket; what officers
-- decided stands beside what follows from the tickets (domain/owed/settling.py).
DROP INDEX owed_once;
ALTER TABLE owed ADD COLUMN known_by TEXT NOT NULL DEFAULT '';
ALTER TABLE owed ADD COLUMN handed_to BIGINT REFERENCES staff (id);
ALTER TABLE owed ADD COLUMN told_at TIMESTAMPTZ;
ALTER TABLE owed ADD COLUMN chased_untold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE owed ADD COLUMN word TEXT;
ALTER TABLE owed ADD COLUMN wanted_at TIMESTAMPTZ;
ALTER TABLE owed ADD COLUMN decided_at TIMESTAMPTZ;

-- Closing anew made another row of the same: the one that counts is known by the ticket, the others by nothing.
UPDATE owed SET known_by = ticket_no WHERE id IN (
    SELECT id FROM (
        SELECT o.id, row_number() OVER (
            PARTITION BY o.rule, o.ticket_no
            ORDER BY CASE WHEN h.request_id = o.request_id THEN 0 ELSE 1 END,
                CASE WHEN o.state = 'void' THEN 1 ELSE 0 END, o.id DESC
        ) AS place
        FROM owed o LEFT JOIN request_tickets h ON h.ticket_no = o.ticket_no
    ) AS ranked WHERE place = 1
);
UPDATE owed SET known_by = ticket_no || '#' || id WHERE known_by = '' AND ticket_no <> '';

UPDATE owed SET handed_to = assignee_id WHERE known_by = ticket_no AND known_by <> '' AND assignee_id <>
    COALESCE((SELECT t.assignee_id FROM tickets t WHERE t.no = owed.ticket_no), 0);
UPDATE owed SET told_at = last_at WHERE reminders > 0;
UPDATE owed SET word = state WHERE state = 'dropped' OR (state = 'received' AND proof_no = '');
UPDATE owed SET decided_at = COALESCE(ended_at, started_at) WHERE word IS NOT NULL;
UPDATE owed SET decided_at = COALESCE(told_at, started_at)
    WHERE word IS NULL AND known_by = ticket_no
    AND (reminders > 0 OR snoozed_on IS NOT NULL OR handed_to IS NOT NULL OR extra > 0);
-- What was owed a second time stays so: from now on an officer says it (domain/data/reminders.toml, `again`).
UPDATE owed SET wanted_at = started_at WHERE state <> 'void' AND EXISTS (
    SELECT 1 FROM owed e WHERE e.request_id = owed.request_id AND e.rule = owed.rule
    AND e.state = 'received' AND e.started_at < owed.started_at
);
CREATE UNIQUE INDEX owed_known ON owed (rule, known_by) WHERE known_by <> '';

-- Requests that are to be settled anew, once, at a start of the desk.
CREATE TABLE unsettled (request_id BIGINT PRIMARY KEY REFERENCES requests (id));
INSERT INTO unsettled (request_id) SELECT DISTINCT request_id FROM owed;

-- What was known of contracts that no ticket speaks of any more, by the request that they were of.
CREATE TABLE laid_by_contracts (
    request_id BIGINT NOT NULL REFERENCES requests (id),
    no TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (request_id, no)
);
