-- The language in which a customer is written to, once somebody chose it.
ALTER TABLE customers ADD COLUMN letter_language TEXT;
