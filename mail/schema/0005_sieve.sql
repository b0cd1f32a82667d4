-- Scripts that say what becomes of letters (RFC 5228, RFC 9661).
CREATE TABLE mail_sieve (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  content TEXT NOT NULL,
  org_id BIGINT NOT NULL,          -- the blob with the same text, for downloads
  level SMALLINT NOT NULL,
  hash BYTEA NOT NULL,
  size BIGINT NOT NULL,
  is_rules BOOLEAN NOT NULL,       -- made from the person's rules
  PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX mail_sieve_by_name ON mail_sieve (account_id, name);
-- One row for an account that ever had a script.
CREATE TABLE mail_filter (
  account_id BIGINT NOT NULL PRIMARY KEY,
  modseq BIGINT NOT NULL,          -- account's counter at the last change
  next_id BIGINT NOT NULL,
  active BIGINT NOT NULL,          -- id of the script that runs, 0 = none
  rules TEXT NOT NULL,             -- JSON
  discarded BIGINT NOT NULL,       -- letters that the script threw away
  failed BIGINT NOT NULL,          -- runs that ended in an error
  last_error TEXT NOT NULL,
  last_error_at BIGINT NOT NULL    -- milliseconds since 1970
);
-- What people outside the organisation are answered (JSON, '' = the same as inside).
ALTER TABLE mail_vacation ADD COLUMN outside TEXT NOT NULL DEFAULT '';
