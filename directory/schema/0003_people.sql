-- The address book as one that changes: states, dates, visibility.
CREATE TABLE org_state (
  org_id BIGINT NOT NULL PRIMARY KEY,
  modseq BIGINT NOT NULL,       -- counts up with every change of the address book
  rules BIGINT NOT NULL,        -- modseq of the last change of who sees whom
  keys BIGINT NOT NULL          -- form of person.folded; an older one is made anew
);
ALTER TABLE unit ADD COLUMN modseq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE unit ADD COLUMN source TEXT NOT NULL DEFAULT '';    -- "feed:id" where another system keeps it
ALTER TABLE person ADD COLUMN modseq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN made BIGINT NOT NULL DEFAULT 0;   -- modseq of its first state
ALTER TABLE person ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN sort BIGINT NOT NULL DEFAULT 0;   -- place in lists; 0 = by rank
ALTER TABLE person ADD COLUMN level TEXT NOT NULL DEFAULT '';   -- service level
ALTER TABLE person ADD COLUMN aliases TEXT NOT NULL DEFAULT '[]'; -- JSON: other forms of the name
ALTER TABLE post ADD COLUMN sort BIGINT NOT NULL DEFAULT 0;     -- place within the unit; 0 = as the person
ALTER TABLE post ADD COLUMN starts TEXT NOT NULL DEFAULT '';    -- first day, YYYY-MM-DD; empty = ever
ALTER TABLE post ADD COLUMN ends TEXT NOT NULL DEFAULT '';      -- last day
ALTER TABLE post ADD COLUMN mailbox BIGINT NOT NULL DEFAULT 0;  -- account of the position, which passes to the successor
CREATE TABLE directory_gone (
  org_id BIGINT NOT NULL,
  kind TEXT NOT NULL,           -- person, unit
  id BIGINT NOT NULL,
  modseq BIGINT NOT NULL,
  PRIMARY KEY (org_id, kind, id)
);
-- Who is not shown to everybody: those with a post in a unit or below it, or
-- those of a service level (C28); and to whom they are shown all the same (C29).
CREATE TABLE visibility (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,      -- 0 = by level
  level TEXT NOT NULL,          -- '' = by unit
  shown_to TEXT NOT NULL,       -- JSON: units whose people see them
  PRIMARY KEY (org_id, id)
);
