-- What mail servers report of mails that were handed over: `report` holds the codes of a report that came back.
ALTER TABLE mails ADD COLUMN bounced_at TIMESTAMPTZ;
ALTER TABLE mails ADD COLUMN delayed_at TIMESTAMPTZ;
ALTER TABLE mails ADD COLUMN report TEXT NOT NULL DEFAULT '';

-- How far a mailbox was read, and what came of it: UIDs below `next_uid` are dealt with.
CREATE TABLE mail_inboxes (
    name TEXT PRIMARY KEY,
    uidvalidity BIGINT NOT NULL,
    next_uid BIGINT NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    reports BIGINT NOT NULL DEFAULT 0,
    strays BIGINT NOT NULL DEFAULT 0,
    unreadable BIGINT NOT NULL DEFAULT 0
);

-- Where a member of staff is told by mail when no chat takes a message.
ALTER TABLE staff ADD COLUMN email TEXT NOT NULL DEFAULT '';
