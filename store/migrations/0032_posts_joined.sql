-- The publication that has this very post, where it was logged by hand and told by its network.
ALTER TABLE posts ADD COLUMN joined_to TEXT NOT NULL DEFAULT '';
