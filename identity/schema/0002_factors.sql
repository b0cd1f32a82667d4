-- Second factors, app passwords, and sign-ins that are half done.
ALTER TABLE credential ADD COLUMN second BOOLEAN NOT NULL DEFAULT FALSE; -- a second factor is asked for
ALTER TABLE session ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN assurance SMALLINT NOT NULL DEFAULT 1;
CREATE TABLE factor (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,            -- totp
  name TEXT NOT NULL,
  secret BYTEA NOT NULL,         -- sealed
  confirmed BOOLEAN NOT NULL,
  step BIGINT NOT NULL,          -- last time step a code was taken of: none is taken twice
  made_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,       -- 0 = never
  PRIMARY KEY (org_id, account_id, id)
);
CREATE TABLE recovery_code (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the code
  used_at BIGINT NOT NULL,       -- 0 = not yet
  PRIMARY KEY (org_id, account_id, hash)
);
CREATE TABLE app_password (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the password, which is random
  made_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  used_from TEXT NOT NULL,
  PRIMARY KEY (org_id, account_id, id)
);
CREATE TABLE sign_in (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the ticket
  account_id BIGINT NOT NULL,
  version BIGINT NOT NULL,       -- of the credential
  tries BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
