-- In which post somebody acted, from which network zone, and which rule decided,
-- as all three were called at the time; older entries do not say.
ALTER TABLE audit ADD COLUMN post TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN zone TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN rule TEXT NOT NULL DEFAULT '';
