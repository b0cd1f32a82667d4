-- Certificates that let somebody in: what was opened by one ends with it.
CREATE TABLE cert_ground (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  print BYTEA NOT NULL,            -- SHA-256 of the certificate
  registration_id BIGINT NOT NULL, -- by which it was the account's; 0 = by an address in it
  chain BYTEA NOT NULL,            -- DER: the certificate, and those between it and the anchor
  used_at BIGINT NOT NULL,         -- when it let in last, to the hour
  looked_at BIGINT NOT NULL,       -- when it was seen last to be in force
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX cert_ground_print ON cert_ground (org_id, account_id, print);
CREATE INDEX cert_ground_looked ON cert_ground (looked_at);
