-- A sign-in may have to come to more than the zone asks, because a system does.
ALTER TABLE sign_in ADD COLUMN least SMALLINT NOT NULL DEFAULT 0; -- the assurance; 0 = as the zone says
