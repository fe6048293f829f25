-- Messages that their sender may take back: which event brought which message ("unsend:" before it takes one back), and
-- what it went into: answers, buttons, fields of drafts, records.
ALTER TABLE inbox ADD COLUMN message TEXT;
CREATE INDEX inbox_message ON inbox (platform, message) WHERE message IS NOT NULL;

ALTER TABLE outbox ADD COLUMN event_id TEXT;
CREATE INDEX outbox_event ON outbox (event_id) WHERE event_id IS NOT NULL;

ALTER TABLE buttons ADD COLUMN event_id TEXT;
CREATE INDEX buttons_event ON buttons (event_id) WHERE event_id IS NOT NULL;

ALTER TABLE forms ADD COLUMN sources TEXT NOT NULL DEFAULT '{}';

CREATE TABLE event_records (
    event_id TEXT NOT NULL,
    record TEXT NOT NULL,
    noted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (event_id, record)
) /* WITHOUT ROWID */;

ALTER TABLE tickets ADD COLUMN unsent_at TIMESTAMPTZ;
