-- What a mail brings beside its text: thanks alone, what may be owed (`proofs`, JSON), the text that a colleague passed on.
ALTER TABLE incoming_mails ADD COLUMN thanks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incoming_mails ADD COLUMN proofs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE incoming_mails ADD COLUMN original_text TEXT NOT NULL DEFAULT '';
-- Mails of one caller.
CREATE INDEX incoming_mails_sender ON incoming_mails (from_email, arrived_at) WHERE opened = 1;
-- What an officer made of a mail: `ticket` came of it, `about` = which of several things it concerns.
CREATE TABLE mail_uses (
    mail_id BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    about BIGINT NOT NULL DEFAULT 0,
    ticket TEXT NOT NULL,
    used_at TIMESTAMPTZ NOT NULL,
    used_by BIGINT NOT NULL,
    PRIMARY KEY (mail_id, purpose, about)
);
CREATE INDEX mail_uses_ticket ON mail_uses (ticket);
CREATE INDEX incoming_mails_second ON incoming_mails (second_ticket) WHERE second_ticket IS NOT NULL;
