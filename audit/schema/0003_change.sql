-- What an administrator's act changed, as JSON of the members that differ.
ALTER TABLE audit ADD COLUMN old_value TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN new_value TEXT NOT NULL DEFAULT '';
