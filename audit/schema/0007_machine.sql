-- From which machine of the house somebody acted, by its certificate; older
-- entries, and those from where none is asked for, do not say.
ALTER TABLE audit ADD COLUMN machine TEXT NOT NULL DEFAULT '';
