-- When officers were written to about an application; 0 = not yet.
ALTER TABLE application ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
