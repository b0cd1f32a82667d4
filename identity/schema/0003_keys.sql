-- Security keys, enrolment while signing in, and locks.
ALTER TABLE credential ADD COLUMN locked BOOLEAN NOT NULL DEFAULT FALSE; -- until it gets another password
ALTER TABLE sign_in ADD COLUMN enrol BOOLEAN NOT NULL DEFAULT FALSE;     -- the next step is a factor of one's own
ALTER TABLE sign_in ADD COLUMN factor_id BIGINT NOT NULL DEFAULT 0;      -- the one that was begun
ALTER TABLE sign_in ADD COLUMN challenge TEXT NOT NULL DEFAULT '';       -- to the keys, as JSON
CREATE TABLE used_challenge (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of a passkey's challenge: none is answered twice
  used_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
