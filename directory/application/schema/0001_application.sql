-- Applications for accounts, until they are decided.
CREATE TABLE application (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,       -- whose officers decide; 0 = those of the whole organisation
  state SMALLINT NOT NULL,       -- 0: the address is not proved yet; 1: waits for an officer
  made_at BIGINT NOT NULL,
  link BYTEA NOT NULL,           -- SHA-256 of the token that proves the address; empty once it did
  contact BYTEA NOT NULL,        -- keyed hash of the address, to count letters to it
  sealed BYTEA NOT NULL,         -- what was written, JSON
  PRIMARY KEY (org_id, id)
);
CREATE INDEX application_by_contact ON application (org_id, contact);
CREATE INDEX application_by_link ON application (org_id, link);
CREATE TABLE application_paper (
  org_id BIGINT NOT NULL,
  application_id BIGINT NOT NULL,
  num SMALLINT NOT NULL,
  sealed BYTEA NOT NULL,         -- the file
  PRIMARY KEY (org_id, application_id, num)
);
