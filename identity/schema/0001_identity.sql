-- Passwords and sessions.
CREATE TABLE credential (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  password TEXT NOT NULL,        -- argon2id in PHC form
  version BIGINT NOT NULL,       -- counts changes; sessions of an older one are over
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id)
);
CREATE TABLE session (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the token
  account_id BIGINT NOT NULL,
  version BIGINT NOT NULL,       -- of the credential
  peer TEXT NOT NULL,
  agent TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
CREATE INDEX session_by_account ON session (org_id, account_id);
