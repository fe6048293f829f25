-- What repeats is bounded: whatever runs with each tick, list or count is found by an index that holds little else.

-- What is past its time.
DROP INDEX inbox_typed;
CREATE INDEX inbox_typed ON inbox (done_at) WHERE raw <> '' AND state <> 'failed';
CREATE INDEX outbox_given_up ON outbox (created_at)
    WHERE payload <> '' AND state IN ('dead', 'doubtful', 'dropped', 'moved');
CREATE INDEX due_done ON due (done_at, id) WHERE state = 'done';
CREATE INDEX reminders_over ON reminders (due_at) WHERE state <> 'waiting';
CREATE INDEX imports_ended ON imports (created_at) WHERE state NOT IN ('checking', 'running');
CREATE INDEX files_temporary ON files (added_at) WHERE record LIKE '%:%';
CREATE INDEX stranger_answers_at ON stranger_answers (answered_at);

-- What /status counts.
CREATE INDEX inbox_unparsable ON inbox (seq) WHERE state = 'unparsable';
DROP INDEX outbox_dead;
CREATE INDEX outbox_not_sent ON outbox (state) WHERE state IN ('dead', 'doubtful');
