-- Single sign-on: who may ask, what was asked, what was granted.
CREATE TABLE oidc_client (
  org_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,            -- web, native, mail
  secret BYTEA NOT NULL,         -- SHA-256; empty = a public client
  settings TEXT NOT NULL,        -- JSON: addresses, consent, ...
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE TABLE oidc_key (
  org_id BIGINT NOT NULL,        -- 0: one issuer for the installation
  id TEXT NOT NULL,
  purpose TEXT NOT NULL,         -- sign, mask
  sealed BYTEA NOT NULL,
  shown TEXT NOT NULL,           -- JWK of the public half
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE TABLE oidc_request (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of its id
  asked TEXT NOT NULL,           -- JSON
  peer TEXT NOT NULL,            -- network that it came from
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
CREATE INDEX oidc_request_ends ON oidc_request (org_id, ends_at);
CREATE INDEX oidc_request_peer ON oidc_request (org_id, peer, ends_at);
CREATE TABLE oidc_grant (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  client_id TEXT NOT NULL,
  credential BIGINT NOT NULL,    -- version of the credential it rests on
  session_id BIGINT NOT NULL,    -- it ends with this session; 0 = outlives it
  shown_session TEXT NOT NULL,   -- session it was made in; clients get a name of their own for it
  scope TEXT NOT NULL,
  assurance SMALLINT NOT NULL,
  proved_at BIGINT NOT NULL,     -- auth_time
  made_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  used_from TEXT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX oidc_grant_by_account ON oidc_grant (org_id, account_id, client_id);
CREATE TABLE oidc_code (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  grant_id BIGINT NOT NULL,
  client_id TEXT NOT NULL,
  redirect TEXT NOT NULL,
  challenge TEXT NOT NULL,
  nonce TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,       -- 0 = not yet
  PRIMARY KEY (org_id, hash)
);
CREATE TABLE oidc_token (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  grant_id BIGINT NOT NULL,
  kind TEXT NOT NULL,            -- access, refresh
  scope TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,       -- of a refresh token: exchanged for the next one
  PRIMARY KEY (org_id, hash)
);
CREATE INDEX oidc_token_by_grant ON oidc_token (org_id, grant_id);
CREATE INDEX oidc_token_ends ON oidc_token (org_id, ends_at);
CREATE TABLE oidc_consent (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  client_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id, client_id)
);
CREATE TABLE oidc_device (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the device code
  user_code TEXT NOT NULL,
  client_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  peer TEXT NOT NULL,            -- network that it came from
  grant_id BIGINT NOT NULL,      -- 0 = not answered yet, -1 = refused
  pause BIGINT NOT NULL,         -- seconds between two questions
  asked_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
CREATE UNIQUE INDEX oidc_device_by_code ON oidc_device (org_id, user_code);
CREATE INDEX oidc_device_peer ON oidc_device (org_id, peer, ends_at);
