-- What a sign-in rests on: sessions bear it, and end with it. Of a directory
-- that judges passwords it is the provider's, else that of the person's link.
ALTER TABLE agency_provider ADD COLUMN ground BIGINT NOT NULL DEFAULT 0; -- 0 = given when the server starts
ALTER TABLE agency_link ADD COLUMN ground BIGINT NOT NULL DEFAULT 0;
