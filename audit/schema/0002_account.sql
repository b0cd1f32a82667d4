-- A person looks up what was done in their own name, newest first (K21).
CREATE INDEX audit_account ON audit (org_id, account_id, seq);
