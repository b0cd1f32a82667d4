-- Devices that people signed in with, and the links of "this was not me".
ALTER TABLE session ADD COLUMN device_id BIGINT NOT NULL DEFAULT 0;
CREATE TABLE device (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the token in its cookie
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  agent TEXT NOT NULL,
  peer TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash, account_id)
);
CREATE INDEX device_by_account ON device (org_id, account_id);
CREATE TABLE disown (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the token in the link
  account_id BIGINT NOT NULL,
  session_id BIGINT NOT NULL,
  device_id BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
