-- When directories are asked by the clock, and how that went.
CREATE TABLE feed_pull (
  org_id BIGINT NOT NULL,
  feed_id BIGINT NOT NULL,
  next_at BIGINT NOT NULL,      -- milliseconds since 1970; 0 = not until somebody says so
  lease_until BIGINT NOT NULL,  -- a server is asking until then
  asked_at BIGINT NOT NULL,     -- when the directory last answered as a whole; 0 = never
  failed BIGINT NOT NULL,       -- times in a row that it did not, or that its answer could not be carried out
  problem TEXT NOT NULL,        -- why
  waiting_run BIGINT NOT NULL,  -- run that waits for an administrator; 0 = none
  digest BYTEA NOT NULL,        -- of the answer that the waiting run is about
  PRIMARY KEY (org_id, feed_id)
);
CREATE INDEX feed_pull_due ON feed_pull (next_at);
