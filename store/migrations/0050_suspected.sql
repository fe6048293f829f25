-- A mail that was set apart as suspected spam is read anew once somebody says that it is none: `cleared` = 1.
ALTER TABLE incoming_mails ADD COLUMN cleared BIGINT NOT NULL DEFAULT 0;
CREATE INDEX incoming_mails_suspected ON incoming_mails (id) WHERE kind = 'spam_like';
