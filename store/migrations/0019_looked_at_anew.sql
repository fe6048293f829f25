-- Imports hid their customers from the nightly look for names that are alike: all are looked at once, in the nights
-- to come.
INSERT INTO due (kind, subject, occurrence, due_at, state)
SELECT 'duplicates.near', '', '2000-01-01 2000-01-01T00:00:00+00:00 ', '2000-01-01T00:00:00.000000Z', 'waiting'
WHERE EXISTS (SELECT 1 FROM customers);
