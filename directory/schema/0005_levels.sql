-- Service levels: what a class of people gets. Levels that people have already
-- begin without a quota of their own.
CREATE TABLE service_level (
  org_id BIGINT NOT NULL,
  id TEXT NOT NULL,             -- what person.level and visibility.level hold
  names TEXT NOT NULL,          -- JSON: language -> name
  quota BIGINT NOT NULL,        -- bytes of a mailbox; 0 = the default
  sort BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
INSERT INTO service_level (org_id, id, names, quota, sort)
  SELECT DISTINCT org_id, level, '{}', 0, 0 FROM person WHERE level <> '';
ALTER TABLE account ADD COLUMN level_quota BIGINT NOT NULL DEFAULT 0; -- of its person's level, where quota is 0
-- Who stands in for whom, between two days.
CREATE TABLE deputy (
  org_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,    -- who is absent
  num BIGINT NOT NULL,
  deputy_id BIGINT NOT NULL,    -- the person who stands in
  starts TEXT NOT NULL,         -- first day, YYYY-MM-DD
  ends TEXT NOT NULL,           -- last day
  PRIMARY KEY (org_id, person_id, num)
);
CREATE INDEX deputy_of ON deputy (org_id, deputy_id);
