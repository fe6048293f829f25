-- What lasts is asked for by its closing: those that are open, and those that were closed after a moment.
DROP INDEX ticket_facts_lasting;
CREATE INDEX ticket_facts_lasting ON ticket_facts (closed_at, created_at) WHERE lasts = 1;
