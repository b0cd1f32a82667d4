-- Kinds of staff (D05): at most one for each person.
CREATE TABLE person_category (
  org_id BIGINT NOT NULL,
  code TEXT NOT NULL,           -- as personnel systems call it, for good
  names TEXT NOT NULL,          -- JSON: language -> name
  sort BIGINT NOT NULL,
  PRIMARY KEY (org_id, code)
);
ALTER TABLE person ADD COLUMN category TEXT NOT NULL DEFAULT ''; -- code; '' = none
ALTER TABLE admin_state ADD COLUMN categories BIGINT NOT NULL DEFAULT 0; -- state of person_category
