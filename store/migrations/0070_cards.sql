-- Which record a message shows as its card, and as of which version; '-' = a message that took a card's place.
ALTER TABLE outbox ADD COLUMN card TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN card_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outbox_card ON outbox (card) WHERE card <> '';
CREATE INDEX outbox_card_at ON outbox (platform, chat, external_id) WHERE card <> '';
