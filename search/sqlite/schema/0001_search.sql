-- The text index in FTS5: tokens come ready made, so the tokeniser only
-- splits at spaces; nothing is kept but the index itself.
CREATE TABLE search_account (
  account_id BIGINT NOT NULL PRIMARY KEY,
  slot BIGINT NOT NULL,            -- upper half of the account's rowids
  doc BIGINT NOT NULL,             -- documents up to this number are in
  modseq BIGINT NOT NULL           -- the room's changes up to this are in
);
CREATE UNIQUE INDEX search_account_by_slot ON search_account (slot);
CREATE TABLE search_form (version BIGINT NOT NULL PRIMARY KEY);
CREATE VIRTUAL TABLE search_text USING fts5(subject, sender, recipient, copied, hidden, body, names, entries, content='', contentless_delete=1, tokenize='ascii');
INSERT INTO search_text (search_text, rank) VALUES ('hashsize', 4000000);
