-- Rules for letters on their way (C12, C13): what the organisation says of them.
CREATE TABLE mail_rule (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  sort BIGINT NOT NULL,            -- place in the order
  data TEXT NOT NULL,              -- JSON of flow.Rule
  PRIMARY KEY (org_id, id)
);
CREATE TABLE mail_rules (
  org_id BIGINT NOT NULL,
  modseq BIGINT NOT NULL,          -- counts the changes of the rules
  PRIMARY KEY (org_id)
);
-- A change of the rules that waits for a second person.
CREATE TABLE mail_rule_change (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,              -- of the case
  rule_id BIGINT NOT NULL,
  data TEXT NOT NULL,              -- JSON of flow.Rule as it would be; empty = to be removed
  before TEXT NOT NULL,            -- JSON as it was when the change was asked for; empty = a new rule
  PRIMARY KEY (org_id, id)
);
-- A letter that waits for review, or waited: its recipients wait in the queue.
CREATE TABLE mail_review (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,              -- of the case
  account_id BIGINT NOT NULL,      -- it was sent from; 0 = from another server
  submission_id BIGINT NOT NULL,   -- 0 = a mail program's, or another server's
  message_id BIGINT NOT NULL,      -- in that account; 0 = none
  sender TEXT NOT NULL,            -- envelope sender
  send_at BIGINT NOT NULL,         -- not before this, milliseconds since 1970
  data TEXT NOT NULL,              -- JSON of heldData: recipients, rules, what they found
  level SMALLINT NOT NULL,         -- of the key
  hash BYTEA NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX mail_review_by_hash ON mail_review (org_id, hash);
CREATE INDEX mail_review_by_message ON mail_review (account_id, message_id);
-- The case that a letter in the queue waits for; 0 = none.
ALTER TABLE mail_queue ADD COLUMN case_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX mail_queue_by_case ON mail_queue (org_id, case_id) WHERE case_id > 0;
-- Letters that a rule has kept, with their envelopes. Nothing changes or
-- removes a row: the record names each by its hash.
CREATE TABLE mail_journal (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,              -- milliseconds since 1970
  account_id BIGINT NOT NULL,      -- of who sent it here; 0 = another server
  sender TEXT NOT NULL,            -- envelope sender
  data TEXT NOT NULL,              -- JSON of journalData
  secrecy SMALLINT NOT NULL,       -- policy.Level of the letter
  level SMALLINT NOT NULL,         -- of the key
  hash BYTEA NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX mail_journal_by_hash ON mail_journal (org_id, hash);
-- Leave to look into another's mailbox, or into the journal, for a purpose and
-- a time.
CREATE TABLE mail_look (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,              -- of the case
  account_id BIGINT NOT NULL,      -- whose mailbox; 0 = the journal
  by_id BIGINT NOT NULL,           -- who looks
  hours BIGINT NOT NULL,           -- for how long, from when it is granted
  until BIGINT NOT NULL,           -- milliseconds since 1970; 0 = not granted
  purpose TEXT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX mail_look_by_looker ON mail_look (org_id, by_id, until);
