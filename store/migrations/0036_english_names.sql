-- What letters in English call a customer.
ALTER TABLE customers ADD COLUMN english_name TEXT NOT NULL DEFAULT '';
