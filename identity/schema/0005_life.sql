-- Passwords that are not for good, why an account is locked, and who asks to be let in again.
ALTER TABLE credential ADD COLUMN once BOOLEAN NOT NULL DEFAULT FALSE;     -- from somebody else: its holder has to choose another one
ALTER TABLE credential ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;        -- until when another one is to be chosen; 0 = whenever
ALTER TABLE credential ADD COLUMN warned BIGINT NOT NULL DEFAULT 0;        -- days before due_at of the last warning; 0 = none yet
ALTER TABLE credential ADD COLUMN lock_reason TEXT NOT NULL DEFAULT '';    -- disowned, first, age
ALTER TABLE credential ADD COLUMN locked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sign_in ADD COLUMN choose SMALLINT NOT NULL DEFAULT 0;         -- what was shown, where to choose a password is all that is left
CREATE INDEX credential_by_due ON credential (due_at);
CREATE TABLE unlock_ask (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  peer TEXT NOT NULL,
  note TEXT NOT NULL,            -- what the person says, such as where to reach them
  PRIMARY KEY (org_id, account_id)
);
