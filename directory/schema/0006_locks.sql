-- Why an account is locked, since when and by whom.
ALTER TABLE account ADD COLUMN lock_reason TEXT NOT NULL DEFAULT ''; -- administrator, left; '' before these were kept
ALTER TABLE account ADD COLUMN locked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN locked_by BIGINT NOT NULL DEFAULT 0;  -- account; 0 = at the machine itself
