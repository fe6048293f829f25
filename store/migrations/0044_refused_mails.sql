-- Mails that a mailbox's server did not hand out when it was asked several times: it is asked for them again, now and then.
CREATE TABLE mails_refused (
    mailbox TEXT NOT NULL,
    uidvalidity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    refused_at TIMESTAMPTZ NOT NULL,
    tried_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mailbox, uidvalidity, uid)
);

-- Mails that were taken and are still to get the office's flag or folder in the mailbox.
CREATE TABLE mails_to_mark (
    mailbox TEXT NOT NULL,
    uidvalidity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    PRIMARY KEY (mailbox, uidvalidity, uid)
);

-- Up to this UID mails lay in the mailbox when it was numbered anew: only of those some may be known from before.
ALTER TABLE mail_inboxes ADD COLUMN again_to BIGINT NOT NULL DEFAULT 0;

-- What a mail says, whatever the servers on its way wrote above it; empty where it has no Message-ID.
ALTER TABLE incoming_mails ADD COLUMN content_sha256 TEXT NOT NULL DEFAULT '';
