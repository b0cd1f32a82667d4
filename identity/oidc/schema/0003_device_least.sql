-- How sure the sign-in of the person has to be that lets a device in.
ALTER TABLE oidc_device ADD COLUMN least SMALLINT NOT NULL DEFAULT 0; -- 0 = as the client's registration says
