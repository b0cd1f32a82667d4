-- What people chose for the client, so that it follows them to every device.
CREATE TABLE preference_account (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  modseq BIGINT NOT NULL,       -- counts up with every change
  PRIMARY KEY (org_id, account_id)
);
CREATE TABLE preference (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,          -- JSON; empty = taken back
  modseq BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id, name)
);
