-- SAML 2.0: who may ask, what was asked, what was answered.
CREATE TABLE saml_service (
  org_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  entity TEXT NOT NULL,          -- entity ID, by which messages name it
  name TEXT NOT NULL,
  settings TEXT NOT NULL,        -- JSON: metadata, names, attributes, consent, ...
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX saml_service_entity ON saml_service (entity);
CREATE TABLE saml_key (
  org_id BIGINT NOT NULL,        -- 0: one provider for the installation
  id TEXT NOT NULL,
  purpose TEXT NOT NULL,         -- next, sign, old, mask
  sealed BYTEA NOT NULL,
  certificate BYTEA NOT NULL,    -- DER; empty for the mask
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE TABLE saml_request (
  org_id BIGINT NOT NULL,
  hash BYTEA NOT NULL,           -- SHA-256 of the id that our pages know it by
  asked TEXT NOT NULL,           -- JSON
  peer TEXT NOT NULL,            -- network that it came from
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, hash)
);
CREATE INDEX saml_request_ends ON saml_request (org_id, ends_at);
CREATE INDEX saml_request_peer ON saml_request (org_id, peer, ends_at);
CREATE TABLE saml_answered (
  org_id BIGINT NOT NULL,
  service TEXT NOT NULL,
  request TEXT NOT NULL,         -- ID of the message; answered once
  ends_at BIGINT NOT NULL,       -- when the message itself is too old
  PRIMARY KEY (org_id, service, request)
);
CREATE INDEX saml_answered_ends ON saml_answered (org_id, ends_at);
CREATE TABLE saml_consent (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  service TEXT NOT NULL,
  given TEXT NOT NULL,           -- what is told
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id, service)
);
CREATE TABLE saml_signon (
  org_id BIGINT NOT NULL,
  session_id BIGINT NOT NULL,    -- of the web client
  service TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, session_id, service)
);
