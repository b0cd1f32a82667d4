-- Sign-in by an agency's own provider: which there are, who is who, and what
-- is under way.
CREATE TABLE agency_provider (
  org_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,            -- oidc, saml
  settings TEXT NOT NULL,        -- JSON: issuer, domains, trust, ...
  secret BYTEA NOT NULL,         -- sealed
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE TABLE agency_link (
  org_id BIGINT NOT NULL,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,         -- what the provider calls the person, for ever
  account_id BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, provider, subject)
);
CREATE UNIQUE INDEX agency_link_account ON agency_link (org_id, provider, account_id);
CREATE TABLE agency_step (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the state, or of the pass
  stage TEXT NOT NULL,           -- asked, vouched
  kept TEXT NOT NULL,            -- JSON
  peer TEXT NOT NULL,            -- network that it came from
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
CREATE INDEX agency_step_ends ON agency_step (org_id, ends_at);
CREATE INDEX agency_step_peer ON agency_step (org_id, peer, ends_at);
