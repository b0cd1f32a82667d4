-- What programs that speak CardDAV call the books that they made and the cards
-- that they put into a book: the names are theirs and stay. And a card's text
-- as such a program wrote it.
CREATE TABLE contacts_name (
  account_id BIGINT NOT NULL,
  book_id BIGINT NOT NULL,      -- 0: the name of a book
  name TEXT NOT NULL,
  item_id BIGINT NOT NULL,      -- the card or the book
  PRIMARY KEY (account_id, book_id, name)
);
ALTER TABLE contacts_card ADD COLUMN vcard TEXT NOT NULL DEFAULT '';
