-- Looking for entries, the newest first: by when, by what it was done to, and
-- by where it came from.
CREATE INDEX audit_when ON audit (org_id, at, seq);
CREATE INDEX audit_object ON audit (org_id, object, at, seq);
CREATE INDEX audit_peer ON audit (org_id, peer, at, seq);
-- When the chain was last followed from its start, and what came of it.
CREATE TABLE audit_check (
  org_id BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  broken BIGINT NOT NULL          -- the first entry that does not fit, 0 = all do
);
