-- postgresql only: keys in the order of their bytes, as SQLite has them: beginnings are then a span of the primary key.
ALTER TABLE customer_keys ALTER COLUMN key TYPE TEXT COLLATE "C";
-- postgresql only
DROP INDEX customer_keys_prefix;
-- postgresql only
ANALYZE customer_keys;

-- The newest closed tickets, from which the suggestion of subjects learns.
CREATE INDEX tickets_closed ON tickets (closed_at);
