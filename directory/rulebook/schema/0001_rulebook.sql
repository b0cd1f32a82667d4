-- Regulations in versions, and who accepted them.
CREATE TABLE rule_state (
  org_id BIGINT NOT NULL PRIMARY KEY,
  modseq BIGINT NOT NULL         -- counts up with every change of rule_version
);
CREATE TABLE rule_version (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  rule_id BIGINT NOT NULL,       -- the regulation that this is a version of: the id of its first one
  num BIGINT NOT NULL,           -- 1 and up in the order of publishing; 0 = a draft
  titles TEXT NOT NULL,          -- JSON: language -> title
  bodies TEXT NOT NULL,          -- JSON: language -> text
  starts TEXT NOT NULL,          -- first day, YYYY-MM-DD; empty = the day of publishing
  within BIGINT NOT NULL,        -- days to accept it in; 0 = at once, -1 = for information only
  public SMALLINT NOT NULL,      -- 1: shown to who is not signed in too
  audience TEXT NOT NULL,        -- JSON: whom it is for
  made_at BIGINT NOT NULL,
  published_at BIGINT NOT NULL,  -- 0 = a draft
  published_by TEXT NOT NULL,    -- address, as it was then
  withdrawn_at BIGINT NOT NULL,  -- 0 = not
  reminded_at BIGINT NOT NULL,   -- when those who are late were last written to
  PRIMARY KEY (org_id, id)
);
CREATE INDEX rule_version_of ON rule_version (org_id, rule_id, num);
CREATE TABLE rule_acceptance (
  org_id BIGINT NOT NULL,
  version_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,     -- 0 = an account without one
  name TEXT NOT NULL,            -- as it was then: people and accounts go, this stays
  address TEXT NOT NULL,
  unit TEXT NOT NULL,
  at BIGINT NOT NULL,
  peer TEXT NOT NULL,            -- network address
  session_id BIGINT NOT NULL,    -- 0 = on the way in, before there was one
  PRIMARY KEY (org_id, version_id, account_id, person_id)
);
CREATE INDEX rule_acceptance_of ON rule_acceptance (org_id, account_id);
