-- What a stranger who asks for access is called on the platform, beside the name that is shown.
ALTER TABLE access_requests ADD COLUMN username TEXT NOT NULL DEFAULT '';
