-- A telephone was lost: what a member of staff was handed out before then (links, codes, messages
-- that wait) is void.
ALTER TABLE staff ADD COLUMN sessions_ended_at TIMESTAMPTZ;
