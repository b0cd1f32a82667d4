-- Administrators: who holds which role, where, by whom and since when.
CREATE TABLE admin_state (
  org_id BIGINT NOT NULL PRIMARY KEY,
  acts BIGINT NOT NULL,         -- counted up first by every act, so that they run one after the other
  roles BIGINT NOT NULL,        -- state of role_grant
  levels BIGINT NOT NULL        -- state of service_level
);
CREATE TABLE role_grant (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  role TEXT NOT NULL,
  unit_id BIGINT NOT NULL,      -- with all below it; 0 = the whole organisation
  granted_by BIGINT NOT NULL,   -- account; 0 = at the machine itself
  granted_at BIGINT NOT NULL,   -- milliseconds since 1970
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX role_grant_once ON role_grant (org_id, account_id, role, unit_id);
