-- Identities, submissions, the queue to other servers.
CREATE TABLE mail_identity (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  email TEXT NOT NULL,
  data TEXT NOT NULL,              -- JSON: name, replyTo, bcc, signatures
  fixed BOOLEAN NOT NULL,          -- of the account's own address: may not be deleted
  created BIGINT NOT NULL,         -- modseq
  modseq BIGINT NOT NULL,
  gone BOOLEAN NOT NULL,           -- deleted; kept for changes
  PRIMARY KEY (account_id, id)
);
CREATE TABLE mail_submission (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  identity_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  thread_id BIGINT NOT NULL,
  envelope TEXT NOT NULL,          -- JSON of Envelope
  send_at BIGINT NOT NULL,         -- milliseconds since 1970
  undo TEXT NOT NULL,              -- pending, final, canceled (RFC 8621 section 7)
  status TEXT NOT NULL,            -- JSON: address -> DeliveryStatus
  created BIGINT NOT NULL,         -- modseq
  modseq BIGINT NOT NULL,
  gone BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX mail_submission_by_modseq ON mail_submission (account_id, modseq);
CREATE TABLE mail_queue (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  domain TEXT NOT NULL,            -- next stop: A-labels, lower case; empty for a held letter to somebody here
  next_at BIGINT NOT NULL,         -- milliseconds since 1970: not before
  lease TEXT NOT NULL,             -- process that has it in hand
  lease_until BIGINT NOT NULL,
  account_id BIGINT NOT NULL,      -- sender's account, 0 = none
  submission_id BIGINT NOT NULL,   -- 0 = none
  sender TEXT NOT NULL,            -- envelope sender, empty for a report
  rcpt TEXT NOT NULL,
  notify SMALLINT NOT NULL,
  orcpt TEXT NOT NULL,
  ret TEXT NOT NULL,
  envid TEXT NOT NULL,
  utf8 BOOLEAN NOT NULL,
  level SMALLINT NOT NULL,
  hash BYTEA NOT NULL,
  size BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,       -- since when it may go out: the age of RFC 5321 section 4.5.4.1
  attempts BIGINT NOT NULL,
  warned BOOLEAN NOT NULL,         -- the sender was told of the delay
  last_reply TEXT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX mail_queue_due ON mail_queue (next_at);
CREATE INDEX mail_queue_by_domain ON mail_queue (domain, next_at);
CREATE INDEX mail_queue_by_submission ON mail_queue (account_id, submission_id);
