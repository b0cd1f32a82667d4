-- What a service level has less than everybody: JSON, see policy.Terms.
ALTER TABLE service_level ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
ALTER TABLE account ADD COLUMN level_terms TEXT NOT NULL DEFAULT '{}'; -- of its person's level, as level_quota
