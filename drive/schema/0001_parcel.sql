-- Parcels: files that people send by link. A counter per account orders all
-- changes; what is gone stays as an empty row, so that clients are told of it.
CREATE TABLE drive_account (
  account_id BIGINT NOT NULL PRIMARY KEY,
  modseq BIGINT NOT NULL
);
CREATE TABLE drive_parcel (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  org_id BIGINT NOT NULL,
  level SMALLINT NOT NULL,      -- secrecy, and the scope of its blobs
  name TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  over TEXT NOT NULL,           -- '', closed, expired: since then its bytes are gone
  over_at BIGINT NOT NULL,
  inside BOOLEAN NOT NULL,      -- for people of the organisation who sign in
  password TEXT NOT NULL,       -- argon2id in PHC form, '' = none
  max_fetches BIGINT NOT NULL,  -- of each file, 0 = no limit
  link BYTEA NOT NULL,          -- SHA-256 of the token in the link
  sealed BYTEA NOT NULL,        -- the token for its sender, under the keys of the scope
  created BIGINT NOT NULL,
  modseq BIGINT NOT NULL,
  gone BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX drive_parcel_by_link ON drive_parcel (link);
CREATE INDEX drive_parcel_by_expiry ON drive_parcel (over, expires_at);
CREATE INDEX drive_parcel_by_modseq ON drive_parcel (account_id, modseq);
CREATE TABLE drive_file (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  org_id BIGINT NOT NULL,
  level SMALLINT NOT NULL,
  parcel_id BIGINT NOT NULL,    -- 0 = an upload that no parcel has taken yet
  place BIGINT NOT NULL,        -- within the parcel
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size BIGINT NOT NULL,
  received BIGINT NOT NULL,
  parts BIGINT NOT NULL,
  held BOOLEAN NOT NULL,        -- its bytes are here and count
  expires_at BIGINT NOT NULL,   -- of an upload; 0 = as its parcel
  fetches BIGINT NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX drive_file_by_parcel ON drive_file (account_id, parcel_id);
CREATE INDEX drive_file_by_expiry ON drive_file (parcel_id, expires_at);
CREATE TABLE drive_part (
  account_id BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  pos BIGINT NOT NULL,
  size BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (account_id, file_id, pos)
);
CREATE TABLE drive_fetch (
  account_id BIGINT NOT NULL,
  parcel_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  visit BYTEA NOT NULL,         -- SHA-256 of the visitor's cookie: a fetch that is resumed is one
  at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  peer TEXT NOT NULL,
  person TEXT NOT NULL,         -- address of who was signed in
  sent BIGINT NOT NULL,         -- bytes
  PRIMARY KEY (account_id, parcel_id, id)
);
