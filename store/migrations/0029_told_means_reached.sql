-- What could not be told to somebody of the staff: it rides with that person's next answer, and others hear of it
-- meanwhile. `message_id` = the message that brings it, '' = none yet; `reached_at` = somebody who can act knows of it.
CREATE TABLE untold (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    notice TEXT NOT NULL,
    since_at TIMESTAMPTZ NOT NULL,
    held_until_at TIMESTAMPTZ,
    climbed BIGINT NOT NULL DEFAULT 0,
    message_id TEXT NOT NULL DEFAULT '',
    reached_at TIMESTAMPTZ,
    told_at TIMESTAMPTZ
);
CREATE INDEX untold_waiting ON untold (staff_id) WHERE told_at IS NULL;
CREATE INDEX untold_unreached ON untold (since_at) WHERE reached_at IS NULL;
CREATE INDEX untold_message ON untold (message_id) WHERE message_id <> '';
CREATE INDEX untold_told ON untold (told_at) WHERE told_at IS NOT NULL;
ALTER TABLE outbox ADD COLUMN carries BIGINT NOT NULL DEFAULT 0;

-- Of the reminders those that nobody was told of, and the number of the last one that somebody was.
ALTER TABLE owed ADD COLUMN untold BIGINT NOT NULL DEFAULT 0;
ALTER TABLE owed ADD COLUMN told_no BIGINT NOT NULL DEFAULT 0;
UPDATE owed SET told_no = reminders;
