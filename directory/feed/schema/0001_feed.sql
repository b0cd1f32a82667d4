-- Feeds of units and people from other systems, and what each run of them did.
CREATE TABLE feed (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,           -- stands for the feed's account in the record
  name TEXT NOT NULL,           -- begins the source of what it keeps: "name:key"
  kind TEXT NOT NULL,           -- csv, scim, ldap, webhook
  unit_id BIGINT NOT NULL,      -- what it may change: a unit with all below it; 0 = everything
  settings TEXT NOT NULL,       -- JSON
  secret BYTEA NOT NULL,        -- hash of a bearer token, or a sealed key; empty = none
  made_at BIGINT NOT NULL,      -- milliseconds since 1970
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX feed_by_name ON feed (org_id, name);
CREATE TABLE feed_state (
  org_id BIGINT NOT NULL PRIMARY KEY,
  modseq BIGINT NOT NULL        -- counts up with every change of feeds and runs
);
CREATE TABLE feed_run (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  feed_id BIGINT NOT NULL,
  kind TEXT NOT NULL,           -- picture, live, rollback
  undoes BIGINT NOT NULL,       -- run that a rollback takes back; 0 = none
  state TEXT NOT NULL,          -- planned, running, stopped, done
  made_at BIGINT NOT NULL,
  made_by BIGINT NOT NULL,      -- account; 0 = at the machine, or the feed itself
  ended_at BIGINT NOT NULL,     -- 0 = not yet
  steps BIGINT NOT NULL,
  done BIGINT NOT NULL,         -- how many of the steps are done, from the first
  refused BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  leaving BIGINT NOT NULL,      -- how many are locked or leave
  kept BIGINT NOT NULL,         -- how many people the feed kept when the run was made
  problem TEXT NOT NULL,        -- why it stopped
  PRIMARY KEY (org_id, id)
);
CREATE INDEX feed_run_by_feed ON feed_run (org_id, feed_id, id);
CREATE TABLE feed_step (
  org_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  num BIGINT NOT NULL,          -- from 1, in the order that they are done in
  kind TEXT NOT NULL,           -- add-unit, change-unit, remove-unit, add, return, adopt, change, move, lock, unlock, leave
  object_id BIGINT NOT NULL,    -- unit or person
  source_key TEXT NOT NULL,
  place TEXT NOT NULL,          -- where it stands in what was read
  name TEXT NOT NULL,
  old_value TEXT NOT NULL,      -- JSON; '' = was not there
  new_value TEXT NOT NULL,      -- JSON; '' = will not be there
  PRIMARY KEY (org_id, run_id, num)
);
CREATE TABLE feed_refusal (
  org_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  num BIGINT NOT NULL,
  skipped BOOLEAN NOT NULL,     -- left out as the feed says, which hinders nothing
  place TEXT NOT NULL,
  source_key TEXT NOT NULL,
  name TEXT NOT NULL,
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (org_id, run_id, num)
);
CREATE INDEX person_by_source ON person (org_id, source);
