-- A report that is sent by itself goes to a chat, or by mail with a file of this kind attached ('pdf', 'xlsx').
ALTER TABLE report_subscriptions ADD COLUMN attached TEXT NOT NULL DEFAULT '';
