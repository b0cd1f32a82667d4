-- Telephones that codes go to, and what a sign-in by such a code shows.
ALTER TABLE session ADD COLUMN weak BOOLEAN NOT NULL DEFAULT FALSE; -- the second factor was a code by SMS
ALTER TABLE sign_in ADD COLUMN weak BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE phone (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  confirmed BOOLEAN NOT NULL,    -- the one in use stays until another one is confirmed
  number BYTEA NOT NULL,         -- sealed
  code BYTEA NOT NULL,           -- hash of the code that was sent there
  tries BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id, confirmed)
);
CREATE TABLE sign_in_code (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the ticket
  code BYTEA NOT NULL,           -- hash of ticket, number and code: worthless to who reads this table
  base BIGINT NOT NULL,          -- tries of the ticket before this code
  sent BIGINT NOT NULL,          -- codes of this sign-in so far
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
