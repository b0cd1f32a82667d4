-- Organisations with their domains, units, people, posts, accounts.
CREATE TABLE org (
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE domain (
  org_id BIGINT NOT NULL,
  name TEXT NOT NULL,           -- lower case, A-labels
  main BOOLEAN NOT NULL,
  PRIMARY KEY (org_id, name)
);
CREATE TABLE unit (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  parent BIGINT NOT NULL,       -- 0 = top
  names TEXT NOT NULL,          -- JSON: language -> name
  sort BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE TABLE account (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  address TEXT NOT NULL,        -- lower case
  name TEXT NOT NULL,
  kind TEXT NOT NULL,           -- person, shared
  unit_id BIGINT NOT NULL,      -- 0 = none
  language TEXT NOT NULL,
  clearance SMALLINT NOT NULL,
  quota BIGINT NOT NULL,        -- bytes, 0 = the default
  admin BOOLEAN NOT NULL,
  locked BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE TABLE address (
  org_id BIGINT NOT NULL,
  address TEXT NOT NULL,        -- lower case
  account_id BIGINT NOT NULL,
  PRIMARY KEY (org_id, address)
);
CREATE INDEX address_by_account ON address (org_id, account_id);
CREATE TABLE person (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,         -- every name, post and address, folded for search
  rank BIGINT NOT NULL,         -- lower comes first
  rank_name TEXT NOT NULL,
  phone TEXT NOT NULL,
  PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX person_by_account ON person (org_id, account_id);
CREATE TABLE post (
  org_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  num BIGINT NOT NULL,          -- order among the person's posts
  unit_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,           -- main, additional, acting
  PRIMARY KEY (org_id, person_id, num)
);
CREATE TABLE account_grant (
  org_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,    -- account that may reach it
  rights BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id, member_id)
);
CREATE INDEX account_grant_by_member ON account_grant (org_id, member_id);
