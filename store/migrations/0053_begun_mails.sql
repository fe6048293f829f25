-- How many starts of a process began to read a mail, and the last of them: one that none of them came through ends each that reads it.
ALTER TABLE incoming_mails ADD COLUMN begun BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incoming_mails ADD COLUMN begun_by TEXT NOT NULL DEFAULT '';
