-- Blobs by content, and the keys they lie under.
CREATE TABLE data_key (
  org_id BIGINT NOT NULL,
  level SMALLINT NOT NULL,
  version BIGINT NOT NULL,      -- as named in each blob's record
  wrapped BYTEA NOT NULL,       -- under the master key
  created_at BIGINT NOT NULL,   -- milliseconds since 1970
  PRIMARY KEY (org_id, level, version)
);
CREATE TABLE blob (
  org_id BIGINT NOT NULL,
  level SMALLINT NOT NULL,      -- secrecy level, chooses the key
  hash BYTEA NOT NULL,          -- SHA-256 of the plain bytes
  size BIGINT NOT NULL,         -- plain bytes
  file TEXT NOT NULL,           -- segment or loose file
  pos BIGINT NOT NULL,          -- where the record starts in it
  len BIGINT NOT NULL,          -- record bytes, header included
  refs BIGINT NOT NULL,         -- how many rows of rooms name it
  changed_at BIGINT NOT NULL,   -- when it was stored, or last let go of
  PRIMARY KEY (org_id, level, hash)
) /*! WITHOUT ROWID !*/;
CREATE INDEX blob_unused ON blob (org_id, changed_at) WHERE refs = 0;
