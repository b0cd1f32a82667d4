-- How secret what its holder sees may be because of a post (C15); 0 = as the
-- person is cleared, which no post sinks below.
ALTER TABLE post ADD COLUMN clearance SMALLINT NOT NULL DEFAULT 0;
