-- An erasure takes the person's own rows at once, and what stands elsewhere piece by piece: what is looked for until it has ended (JSON), and
-- how far that came.
ALTER TABLE erasures ADD COLUMN sought TEXT NOT NULL DEFAULT '';
ALTER TABLE erasures ADD COLUMN looked TEXT NOT NULL DEFAULT '';
