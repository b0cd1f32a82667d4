-- Conversations whose further letters do not go to the inbox. The keyword
-- $muted of their letters is what people set; this finds it at delivery.
CREATE TABLE mail_muted (
  account_id BIGINT NOT NULL,
  thread_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, thread_id)
);
-- The account's counter at the last delivery (RFC 8621 section 1.5).
ALTER TABLE mail_account ADD COLUMN delivery_state BIGINT NOT NULL DEFAULT 0;
-- What happened to the list of blocked senders, for clients that follow it.
CREATE TABLE mail_block_change (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  created BIGINT NOT NULL,         -- account's counter; 0 = from before there was this table
  modseq BIGINT NOT NULL,
  gone BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX mail_block_change_by_modseq ON mail_block_change (account_id, modseq);
