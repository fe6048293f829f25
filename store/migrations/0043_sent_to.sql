-- Whom a mail that came in was sent to, one address a line, in small letters: an office's rules say by it who gets what.
ALTER TABLE incoming_mails ADD COLUMN sent_to TEXT NOT NULL DEFAULT '';
