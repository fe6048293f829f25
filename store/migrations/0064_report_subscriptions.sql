-- Reports that are sent by themselves; `period_on` = the first day of the period that was sent last.
CREATE TABLE report_subscriptions (
    id TEXT PRIMARY KEY,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    rhythm TEXT NOT NULL,
    report TEXT NOT NULL,
    period_on DATE NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX report_subscriptions_staff ON report_subscriptions (staff_id);
