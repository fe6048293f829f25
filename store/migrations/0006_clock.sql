-- What the clock of a ticket needs: its pauses, the office's own holidays; and work handed over.
ALTER TABLE tickets ADD COLUMN pauses TEXT NOT NULL DEFAULT '';
CREATE INDEX tickets_unfinished ON tickets (no) WHERE status IN ('new', 'open');

CREATE TABLE holidays (
    day_on DATE PRIMARY KEY,
    name TEXT NOT NULL,
    working BIGINT NOT NULL DEFAULT 0,
    entered_at TIMESTAMPTZ NOT NULL,
    entered_by BIGINT REFERENCES staff (id)
);

CREATE TABLE leaves (
    id TEXT PRIMARY KEY,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    first_on DATE NOT NULL,
    last_on DATE NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX leaves_staff ON leaves (staff_id, last_on);

-- One ticket offered by one person to another or to a team; those of a leave go back when it ends.
CREATE TABLE hand_overs (
    id TEXT PRIMARY KEY,
    ticket_no TEXT NOT NULL REFERENCES tickets (no),
    giver_id BIGINT REFERENCES staff (id),
    receiver_id BIGINT REFERENCES staff (id),
    team TEXT NOT NULL DEFAULT '',
    leave_id TEXT REFERENCES leaves (id),
    state TEXT NOT NULL,
    offered_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ
);
CREATE INDEX hand_overs_ticket ON hand_overs (ticket_no, state);
CREATE INDEX hand_overs_leave ON hand_overs (leave_id) WHERE leave_id IS NOT NULL;
