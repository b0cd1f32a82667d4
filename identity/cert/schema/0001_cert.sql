-- Sign-in by certificates: which are whose, and what is under way.
CREATE TABLE cert_registration (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  kind TEXT NOT NULL,            -- pin, serial
  key TEXT NOT NULL,             -- hash of issuer and number
  holder TEXT NOT NULL,          -- what people call the subject
  author TEXT NOT NULL,          -- and the issuer
  subject TEXT NOT NULL,
  issuer TEXT NOT NULL,
  number TEXT NOT NULL,          -- serial number of the certificate, hexadecimal
  ends_at BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  warned BIGINT NOT NULL DEFAULT 0, -- of which end the person was told
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX cert_registration_key ON cert_registration (org_id, key);
CREATE INDEX cert_registration_account ON cert_registration (org_id, account_id);
CREATE INDEX cert_registration_ends ON cert_registration (ends_at);
CREATE TABLE cert_step (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the ask, or of the pass
  stage TEXT NOT NULL,           -- asked, proved
  kept TEXT NOT NULL,            -- JSON
  peer TEXT NOT NULL,            -- network that it came from
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
CREATE INDEX cert_step_ends ON cert_step (org_id, ends_at);
CREATE INDEX cert_step_peer ON cert_step (org_id, peer, ends_at);
