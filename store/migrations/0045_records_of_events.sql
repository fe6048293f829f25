-- What an event's own message went into, beside the event that ends with it; what other messages went into stays in event_records.
ALTER TABLE inbox ADD COLUMN records TEXT NOT NULL DEFAULT '';
