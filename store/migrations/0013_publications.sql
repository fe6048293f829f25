-- Publicity: one row a piece of news, and one a network that it went out by (or is to go out by), each with its ticket.
CREATE TABLE publications (
    id TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    text_key TEXT NOT NULL DEFAULT '',
    projects TEXT NOT NULL DEFAULT '',
    data_years TEXT NOT NULL DEFAULT '',
    published_on DATE NOT NULL,
    picture TEXT NOT NULL DEFAULT '',
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by BIGINT REFERENCES staff (id),
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX publications_text ON publications (text_key, published_on) WHERE text_key <> '';
CREATE INDEX publications_recorded ON publications (recorded_at);

CREATE TABLE posts (
    publication TEXT NOT NULL REFERENCES publications (id),
    network TEXT NOT NULL,
    state TEXT NOT NULL,
    ticket_no TEXT NOT NULL DEFAULT '',
    link TEXT NOT NULL DEFAULT '',
    link_key TEXT NOT NULL DEFAULT '',
    page TEXT NOT NULL DEFAULT '',
    external_id TEXT NOT NULL DEFAULT '',
    post_at TIMESTAMPTZ,
    posted_at TIMESTAMPTZ,
    retry_key TEXT NOT NULL DEFAULT '',
    first_try_at TIMESTAMPTZ,
    attempts BIGINT NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    delivered BIGINT,
    opened BIGINT,
    reach_at TIMESTAMPTZ,
    reached_at TIMESTAMPTZ,
    PRIMARY KEY (publication, network)
);
CREATE UNIQUE INDEX posts_link ON posts (link_key) WHERE link_key <> '';
CREATE INDEX posts_ticket ON posts (ticket_no) WHERE ticket_no <> '';
CREATE INDEX posts_waiting ON posts (post_at) WHERE state IN ('waiting', 'sending', 'unclear');
CREATE INDEX posts_reach ON posts (reach_at) WHERE reach_at IS NOT NULL;

-- What Facebook tells of the page's posts, whatever the order: the newest text, and whether it was taken down.
CREATE TABLE page_posts (
    post_id TEXT PRIMARY KEY,
    text TEXT NOT NULL DEFAULT '',
    text_at TIMESTAMPTZ,
    link TEXT NOT NULL DEFAULT '',
    posted_at TIMESTAMPTZ,
    removed_at TIMESTAMPTZ,
    publication TEXT NOT NULL DEFAULT ''
);

INSERT INTO counters (name, value) VALUES ('publication', 0);
