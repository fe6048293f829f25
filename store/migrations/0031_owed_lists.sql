-- How often it had been reminded of when the customer was last asked: what came after went without a chase.
ALTER TABLE owed ADD COLUMN chased_after INTEGER NOT NULL DEFAULT 0;
UPDATE owed SET chased_after = reminders WHERE chased > 0;

-- What lists of it look at, in their order: of everybody, of each kind, and of each officer.
DROP INDEX owed_open;
CREATE INDEX owed_listed ON owed (expected_on, id, rule, started_at, assignee_id) WHERE state = 'open';
CREATE INDEX owed_of_rule ON owed (rule, expected_on, id, started_at, assignee_id) WHERE state = 'open';
CREATE INDEX owed_of_officer ON owed (assignee_id, rule, expected_on, id, started_at) WHERE state = 'open';
-- What was reminded of in vain, from the third time on.
CREATE INDEX owed_unchased ON owed (assignee_id, expected_on, id)
    WHERE state = 'open' AND reminders - untold - chased_after >= 3;
-- What came in and what was settled in a period.
CREATE INDEX owed_started ON owed (started_at, state, rule, assignee_id, ended_at);
CREATE INDEX owed_ended ON owed (ended_at, state, rule, assignee_id, started_at) WHERE ended_at IS NOT NULL;
-- Letters that came back.
CREATE INDEX mails_bounced ON mails (bounced_at) WHERE bounced_at IS NOT NULL;

-- Who was told of which reminder, and when.
CREATE TABLE owed_told (
    owed_id BIGINT NOT NULL REFERENCES owed (id),
    reminder INTEGER NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    told_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (owed_id, reminder, staff_id)
);
