-- The right to post may be granted to single officers; who let a post go out is known beside who wrote it, and a post
-- has the words that it goes out with, whatever becomes of its publication meanwhile.
ALTER TABLE staff ADD COLUMN post_granted_at TIMESTAMPTZ;
ALTER TABLE publications ADD COLUMN released_by BIGINT REFERENCES staff (id);
ALTER TABLE posts ADD COLUMN text TEXT NOT NULL DEFAULT '';
