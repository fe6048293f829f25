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

-- Publicity: the newest, a post by its number behind the page's, a file that is a picture, what waits for a second
-- person, and its tickets by their time.
DROP INDEX publications_recorded;
CREATE INDEX publications_published ON publications (published_on, recorded_at, id);
CREATE INDEX publications_picture ON publications (picture) WHERE picture <> '';
CREATE INDEX posts_number ON posts (ltrim(external_id, '0123456789')) WHERE link_key <> '';
CREATE INDEX posts_proposed ON posts (publication) WHERE state = 'proposed';
CREATE INDEX tickets_publicity ON tickets (created_at) WHERE subject = '10';

-- Pairs in the order in which they are looked at.
DROP INDEX duplicates_open;
CREATE INDEX duplicates_open ON duplicates (state DESC, score DESC, one, other)
    WHERE state IN ('proposed', 'reported');

-- What the lists of a project look at stands beside its tickets' data.
ALTER TABLE ticket_data ADD COLUMN assignee_id BIGINT;
ALTER TABLE ticket_data ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket_data ADD COLUMN created_at TIMESTAMPTZ;
ALTER TABLE ticket_data ADD COLUMN subject TEXT NOT NULL DEFAULT '';
UPDATE ticket_data SET
    assignee_id = (SELECT assignee_id FROM tickets WHERE no = ticket_no),
    status = (SELECT status FROM tickets WHERE no = ticket_no),
    created_at = (SELECT created_at FROM tickets WHERE no = ticket_no),
    subject = (SELECT subject FROM tickets WHERE no = ticket_no);
DROP INDEX ticket_data_project;
CREATE INDEX ticket_data_listed ON ticket_data (project, assignee_id, status, created_at, ticket_no, subject);

-- Which blocks of tickets have which parts of three letters (store/tickets/texts.py), and which keys are not looked at yet.
ALTER TABLE ticket_texts ADD COLUMN indexed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ticket_texts_unindexed ON ticket_texts (id) WHERE indexed = 0;
CREATE TABLE ticket_trigrams (
    segment BIGINT NOT NULL,
    trigram BIGINT NOT NULL,
    blocks BIGINT NOT NULL,
    PRIMARY KEY (segment, trigram)
) /* WITHOUT ROWID */;
