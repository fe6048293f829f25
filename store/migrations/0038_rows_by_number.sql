-- What comes in and goes out is numbered by its table alone: AUTOINCREMENT keeps a page with the last number besides, which every
-- event would write twice. Nothing that is stored changes, so the tables need not be copied.
-- sqlite only
PRAGMA writable_schema = ON;
-- sqlite only
UPDATE sqlite_schema SET sql = replace(sql, ' AUTOINCREMENT', '')
    WHERE type = 'table' AND name IN ('inbox', 'outbox');
-- sqlite only
PRAGMA writable_schema = RESET;
-- sqlite only
DELETE FROM sqlite_sequence WHERE name IN ('inbox', 'outbox');
