-- Letters that somebody brought, so that nothing of their header is believed
-- about their way. Those from before are taken as they were.
ALTER TABLE message_content ADD COLUMN imported BOOLEAN NOT NULL DEFAULT FALSE;
