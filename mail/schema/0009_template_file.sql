-- Files that go along with the letters of a template.
CREATE TABLE mail_template_file (
  account_id BIGINT NOT NULL,
  template_id BIGINT NOT NULL,
  num BIGINT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  org_id BIGINT NOT NULL,
  level SMALLINT NOT NULL,
  hash BYTEA NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (account_id, template_id, num)
);
CREATE INDEX mail_template_file_by_hash ON mail_template_file (account_id, hash);
