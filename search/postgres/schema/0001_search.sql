-- The text index as tsvector. Lexemes carry their field as first letter, and
-- every row a lexeme of its account, so that GIN alone confines a query to it.
CREATE TABLE search_account (
  account_id BIGINT NOT NULL PRIMARY KEY,
  slot BIGINT NOT NULL,
  doc BIGINT NOT NULL,
  modseq BIGINT NOT NULL
);
CREATE TABLE search_form (version BIGINT NOT NULL PRIMARY KEY);
CREATE TABLE search_text (
  account_id BIGINT NOT NULL,
  doc BIGINT NOT NULL,
  words TSVECTOR NOT NULL,
  PRIMARY KEY (account_id, doc)
);
ALTER TABLE search_text ALTER COLUMN words SET STORAGE EXTERNAL;
CREATE INDEX search_text_by_word ON search_text USING GIN (words) WITH (gin_pending_list_limit = 1024)
