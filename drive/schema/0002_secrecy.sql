-- How secret a parcel is, -1 = nobody said. Its bytes stay under the keys of
-- the scope that they were uploaded with.
ALTER TABLE drive_parcel ADD COLUMN secrecy SMALLINT NOT NULL DEFAULT -1;
