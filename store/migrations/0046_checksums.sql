-- What each migration said when this database applied it, as a hash.
ALTER TABLE schema_migrations ADD COLUMN checksum TEXT;
