-- What mail servers report of mails that were handed over: `report` holds the codes of a report that came back.
ALTER TABLE mails ADD COLUMN bounced_at TEXT;
ALTER TABLE mails ADD COLUMN delayed_at TEXT;
ALTER TABLE mails ADD COLUMN report TEXT NOT NULL DEFAULT '';

-- How far a mailbox was read, and what came of it: UIDs below `next_uid` are dealt with.
CREATE TABLE mail_inboxes (
    name TEXT PRIMARY KEY,
    uidvalidity INTEGER NOT NULL,
    next_uid INTEGER NOT NULL,
    read_at TEXT NOT NULL,
    reports INTEGER NOT NULL DEFAULT 0,
    strays INTEGER NOT NULL DEFAULT 0,
    unreadable INTEGER NOT NULL DEFAULT 0
);

-- Where a member of staff is told by mail when no chat takes a message.
ALTER TABLE staff ADD COLUMN email TEXT NOT NULL DEFAULT '';
