-- The record is a Merkle tree now: hash of an entry is its leaf, edge of the
-- head are the roots of the perfect subtrees of which the tree is made, hash
-- of the head is the root of them all. Records from before are put into the
-- new form at the next start (upgrade.go).
ALTER TABLE audit_head ADD COLUMN edge BYTEA NOT NULL DEFAULT '';
-- What checkpoints are signed with; the private half is sealed.
CREATE TABLE audit_key (
  org_id BIGINT NOT NULL PRIMARY KEY,
  verifier TEXT NOT NULL,         -- name, hash and public key, as signed notes write it
  sealed BYTEA NOT NULL
);
-- Signed statements of how long the record was and what stood in it.
CREATE TABLE audit_checkpoint (
  org_id BIGINT NOT NULL,
  size BIGINT NOT NULL,
  at BIGINT NOT NULL,             -- milliseconds since 1970
  note TEXT NOT NULL,
  PRIMARY KEY (org_id, size)
);
-- What did not fit when the record was last followed; '' = all did.
ALTER TABLE audit_check ADD COLUMN fault TEXT NOT NULL DEFAULT '';
-- How many entries signed checkpoints vouched for then.
ALTER TABLE audit_check ADD COLUMN signed BIGINT NOT NULL DEFAULT 0;
