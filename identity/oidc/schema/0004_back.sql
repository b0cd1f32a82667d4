-- Systems that are told by us, not by the browser, when a session is over.
CREATE TABLE oidc_goodbye (
  org_id BIGINT NOT NULL,
  client_id TEXT NOT NULL,
  session_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  credential BIGINT NOT NULL,    -- what the session rests on
  ground BIGINT NOT NULL,
  issuer TEXT NOT NULL,          -- our name towards the client
  next_at BIGINT NOT NULL,       -- when it is looked at
  over_at BIGINT NOT NULL,       -- since when the session is over; 0 = it stands
  tries BIGINT NOT NULL,
  PRIMARY KEY (org_id, client_id, session_id)
);
CREATE INDEX oidc_goodbye_next ON oidc_goodbye (next_at);
CREATE INDEX oidc_goodbye_session ON oidc_goodbye (org_id, account_id, session_id);
