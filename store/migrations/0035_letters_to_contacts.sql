-- The language in which one of an organisation's contacts is written to, once somebody chose it.
ALTER TABLE contacts ADD COLUMN letter_language TEXT;
