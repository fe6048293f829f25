-- What is found to be owed long after it began waits for the office to say whether it is followed up (domain/owed/following_up.py).
ALTER TABLE owed ADD COLUMN offered_at TIMESTAMPTZ;
ALTER TABLE owed ADD COLUMN answered_at TIMESTAMPTZ;
CREATE INDEX owed_offered ON owed (started_at, id) WHERE state = 'offered';
CREATE INDEX owed_answered ON owed (answered_at, id) WHERE answered_at IS NOT NULL;

-- By which subjects tickets were put on requests last, as a digest; by others, or none, those that are on none are looked at.
CREATE TABLE placed_subjects (digest TEXT PRIMARY KEY);
