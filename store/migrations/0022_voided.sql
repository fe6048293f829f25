-- Tickets saved by mistake: status 'voided', and why.
ALTER TABLE tickets ADD COLUMN void_reason TEXT NOT NULL DEFAULT '';
