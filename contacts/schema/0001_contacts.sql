-- Address books and cards. One counter per account orders all changes; what
-- is gone stays as an empty row, so that clients can be told of it.
CREATE TABLE contacts_account (
  account_id BIGINT NOT NULL PRIMARY KEY,
  modseq BIGINT NOT NULL,
  book_state BIGINT NOT NULL,
  card_state BIGINT NOT NULL,
  default_book BIGINT NOT NULL
);
CREATE TABLE contacts_book (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  sort BIGINT NOT NULL,
  subscribed BOOLEAN NOT NULL,
  created BIGINT NOT NULL,      -- the counter when it was made
  modseq BIGINT NOT NULL,
  gone BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE TABLE contacts_card (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  uid TEXT NOT NULL,
  books TEXT NOT NULL,          -- ids between commas: ,12,15,
  card TEXT NOT NULL,           -- JSContact (RFC 9553) without id and addressBookIds
  folded TEXT NOT NULL,         -- every word of it, folded for search
  created BIGINT NOT NULL,
  modseq BIGINT NOT NULL,
  gone BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX contacts_card_by_modseq ON contacts_card (account_id, modseq);
CREATE INDEX contacts_card_by_uid ON contacts_card (account_id, uid);
