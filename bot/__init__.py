"""The platforms: events in, calls out, and the durable way between them."""
