-- What is to happen to a letter at a time: it comes back, or reminds.
CREATE TABLE mail_later (
  account_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  kind SMALLINT NOT NULL,          -- 1 = snoozed, 2 = reminder
  thread_id BIGINT NOT NULL,
  until_at BIGINT NOT NULL,        -- milliseconds since 1970
  mailbox_id BIGINT NOT NULL,      -- of a snoozed one: where it comes back; 0 = the inbox
  origin TEXT NOT NULL,            -- of a snoozed one: mailboxes it left, separated by commas
  keywords TEXT NOT NULL,          -- JSON: what to set and clear when it comes back
  unanswered BOOLEAN NOT NULL,     -- of a reminder: only if nobody answers
  PRIMARY KEY (account_id, message_id, kind)
);
CREATE INDEX mail_later_due ON mail_later (until_at);
CREATE INDEX mail_later_by_thread ON mail_later (account_id, thread_id);
-- When a letter last came back to the top of the inbox; 0 = never.
ALTER TABLE message ADD COLUMN back_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX mail_submission_by_undo ON mail_submission (account_id, undo, message_id);
