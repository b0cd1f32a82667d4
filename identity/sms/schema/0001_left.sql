-- Short messages that left within the last hour, for the limits. There is one
-- gateway for the installation, so that the organisation is 0.
CREATE TABLE sms_book (
  org_id BIGINT NOT NULL,
  mask BYTEA NOT NULL,           -- sealed: what the keys below are made with
  taken BIGINT NOT NULL,         -- messages ever; counting one, servers wait for each other
  PRIMARY KEY (org_id)
);
CREATE TABLE sms_left (
  org_id BIGINT NOT NULL,
  key BYTEA NOT NULL,            -- masked: a number, an account, a network, the house
  at BIGINT NOT NULL,
  id BIGINT NOT NULL,
  PRIMARY KEY (org_id, key, at, id)
);
CREATE INDEX sms_left_at ON sms_left (org_id, at);
