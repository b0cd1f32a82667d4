-- What the sign-on rests on beside the account, such as a certificate: it ends with that.
ALTER TABLE oidc_grant ADD COLUMN ground BIGINT NOT NULL DEFAULT 0; -- 0 = nothing else
