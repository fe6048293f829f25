-- A post of the page may be hidden and shown again: the latest of each that Facebook told of.
ALTER TABLE page_posts ADD COLUMN hidden_at TIMESTAMPTZ;
ALTER TABLE page_posts ADD COLUMN shown_at TIMESTAMPTZ;
