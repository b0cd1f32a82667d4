-- A second address of a person, outside of the mailbox, and links by which a password is chosen anew.
CREATE TABLE second_address (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  confirmed BOOLEAN NOT NULL,    -- the one in use stays until another one is confirmed
  address TEXT NOT NULL,
  code BYTEA NOT NULL,           -- SHA-256 of the code that was sent there
  tries BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id, confirmed)
);
CREATE TABLE reset_link (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the token in the link
  account_id BIGINT NOT NULL,
  version BIGINT NOT NULL,       -- of the credential: a link is void once the password is another one
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
