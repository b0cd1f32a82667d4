-- What letters of the journal are found by (C12): addresses, words, rules.
CREATE TABLE mail_journal_term (
  org_id BIGINT NOT NULL,
  journal_id BIGINT NOT NULL,
  term TEXT NOT NULL,              -- what of it, a colon, the word
  at BIGINT NOT NULL,              -- of the letter, milliseconds since 1970
  PRIMARY KEY (org_id, journal_id, term)
);
CREATE INDEX mail_journal_by_term ON mail_journal_term (org_id, term, at, journal_id);
CREATE INDEX mail_journal_by_time ON mail_journal (org_id, at, id);
-- Letters whose terms are not there yet: kept before they were, or by a server
-- of an older version.
ALTER TABLE mail_journal ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX mail_journal_unindexed ON mail_journal (org_id, id) WHERE NOT indexed;
