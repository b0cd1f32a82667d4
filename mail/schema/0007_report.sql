-- Senders whose letters an account wants among its junk.
CREATE TABLE mail_block (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  address TEXT NOT NULL,           -- as directory.NormalAddress writes it
  created_at BIGINT NOT NULL,      -- milliseconds since 1970
  PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX mail_block_by_address ON mail_block (account_id, address);
-- Receipts that came for letters of an account (RFC 8098).
CREATE TABLE mail_receipt (
  account_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,      -- the letter that was read
  recipient TEXT NOT NULL,
  type TEXT NOT NULL,              -- displayed, deleted, dispatched, processed
  at BIGINT NOT NULL,              -- milliseconds since 1970
  PRIMARY KEY (account_id, message_id, recipient)
);
