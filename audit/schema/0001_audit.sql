-- What happened; one chain of hashes per organisation.
CREATE TABLE audit_head (
  org_id BIGINT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash BYTEA NOT NULL
);
CREATE TABLE audit (
  org_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,            -- milliseconds since 1970
  account_id BIGINT NOT NULL,
  address TEXT NOT NULL,
  peer TEXT NOT NULL,
  door TEXT NOT NULL,
  verb TEXT NOT NULL,
  object TEXT NOT NULL,
  result TEXT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (org_id, seq)
);
