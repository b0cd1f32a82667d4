-- Letters that are taken out of all mailboxes (N70), and how far that is.
CREATE TABLE mail_removal (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,              -- of the case
  by_id BIGINT NOT NULL,           -- who asked
  at BIGINT NOT NULL,              -- milliseconds since 1970
  state TEXT NOT NULL,             -- RemovalState
  ref BIGINT NOT NULL,             -- hash of the Message-ID
  done_to BIGINT NOT NULL,         -- accounts up to this one are done
  until BIGINT NOT NULL,           -- the letters can be put back until; 0 = nothing is taken out yet
  level SMALLINT NOT NULL,         -- secrecy of the letter
  data TEXT NOT NULL,              -- JSON of removalData
  PRIMARY KEY (org_id, id)
);
CREATE INDEX mail_removal_by_state ON mail_removal (state);
-- What was taken out of whose mailbox, for putting it back.
CREATE TABLE mail_removed (
  org_id BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,      -- that it had there
  data TEXT NOT NULL,              -- JSON of removedData
  level SMALLINT NOT NULL,         -- of the key
  hash BYTEA NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (org_id, case_id, account_id, message_id)
);
