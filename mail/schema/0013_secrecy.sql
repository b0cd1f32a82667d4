-- How secret a letter is: -1 = it says nothing, else 0 to 4 (policy.Level); and
-- when that ends, milliseconds since 1970, 0 = not by itself.
ALTER TABLE message ADD COLUMN level SMALLINT NOT NULL DEFAULT -1;
ALTER TABLE message ADD COLUMN level_until BIGINT NOT NULL DEFAULT 0;
CREATE INDEX message_by_level_until ON message (level_until) WHERE level_until > 0;
-- What is gone is told only to who could see it.
ALTER TABLE mail_gone ADD COLUMN level SMALLINT NOT NULL DEFAULT -1;
-- The account's counter when a letter last got another level.
ALTER TABLE mail_account ADD COLUMN relabelled BIGINT NOT NULL DEFAULT 0;
