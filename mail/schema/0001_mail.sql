-- Mailboxes, messages, threads.
CREATE TABLE mail_account (
  account_id BIGINT NOT NULL PRIMARY KEY,
  modseq BIGINT NOT NULL,          -- counts every change (RFC 7162)
  email_state BIGINT NOT NULL,     -- modseq of the last change of any message
  mailbox_state BIGINT NOT NULL,
  identity_state BIGINT NOT NULL,
  submission_state BIGINT NOT NULL,
  oldest BIGINT NOT NULL,          -- removals up to this modseq are forgotten
  next_message BIGINT NOT NULL,
  next_mailbox BIGINT NOT NULL,
  used BIGINT NOT NULL             -- bytes of all messages
);
CREATE TABLE mailbox (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  parent BIGINT NOT NULL,          -- 0 = top
  name TEXT NOT NULL,              -- NFC
  role TEXT NOT NULL,
  sort BIGINT NOT NULL,
  subscribed BOOLEAN NOT NULL,
  uidvalidity BIGINT NOT NULL,
  uidnext BIGINT NOT NULL,
  created BIGINT NOT NULL,         -- modseq
  modseq BIGINT NOT NULL,          -- own properties
  highest BIGINT NOT NULL,         -- modseq of the last change in it
  PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX mailbox_by_name ON mailbox (account_id, parent, name);
CREATE TABLE message (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  thread_id BIGINT NOT NULL,
  received BIGINT NOT NULL,        -- milliseconds since 1970
  size BIGINT NOT NULL,
  keywords TEXT NOT NULL,          -- sorted, separated by spaces
  places TEXT NOT NULL,            -- mailbox:uid, d appended when \Deleted, separated by commas
  modseq BIGINT NOT NULL,
  created BIGINT NOT NULL,
  attachment BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, id)
) /*! WITHOUT ROWID !*/;
CREATE INDEX message_by_modseq ON message (account_id, modseq);
CREATE TABLE message_content (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  org_id BIGINT NOT NULL,
  level SMALLINT NOT NULL,
  hash BYTEA NOT NULL,
  content BYTEA NOT NULL,          -- JSON of Content
  PRIMARY KEY (account_id, id)
);
CREATE INDEX message_content_by_hash ON message_content (account_id, hash);
CREATE TABLE mail_gone (
  account_id BIGINT NOT NULL,
  modseq BIGINT NOT NULL,
  mailbox_id BIGINT NOT NULL,
  uid BIGINT NOT NULL,             -- 0: the mailbox itself is gone
  message_id BIGINT NOT NULL,
  thread_id BIGINT NOT NULL,
  whole BOOLEAN NOT NULL,          -- the message left its last mailbox
  PRIMARY KEY (account_id, modseq, mailbox_id, uid)
);
CREATE TABLE mail_ref (
  account_id BIGINT NOT NULL,
  ref BIGINT NOT NULL,             -- hash of a Message-ID
  subject BIGINT NOT NULL,         -- hash of the base subject (RFC 5256)
  thread_id BIGINT NOT NULL,
  PRIMARY KEY (account_id, ref, subject)
) /*! WITHOUT ROWID !*/;
CREATE TABLE mail_upload (
  account_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  org_id BIGINT NOT NULL,
  level SMALLINT NOT NULL,
  size BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, hash)
);
