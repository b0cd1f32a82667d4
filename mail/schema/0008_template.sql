-- Letters prepared in advance, and requests that a letter made of others.
CREATE TABLE mail_template (
  account_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  body TEXT NOT NULL,           -- JSON: what the template says
  created BIGINT NOT NULL,
  modseq BIGINT NOT NULL,
  gone BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX mail_template_by_modseq ON mail_template (account_id, modseq);
CREATE TABLE mail_request (
  account_id BIGINT NOT NULL,   -- who asks
  id BIGINT NOT NULL,
  ref BIGINT NOT NULL,          -- hash of the letter's Message-ID
  message_id TEXT NOT NULL,
  message BIGINT NOT NULL,      -- the letter, in the asker's account
  submission BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,       -- 0 = none
  every TEXT NOT NULL,          -- weekly, monthly, ...; empty = once
  period BIGINT NOT NULL,       -- counts from 1
  due_day BIGINT NOT NULL,      -- day of the month of the first due date
  continued BOOLEAN NOT NULL,   -- the next period was opened
  closed BOOLEAN NOT NULL,
  created BIGINT NOT NULL,
  modseq BIGINT NOT NULL,
  gone BOOLEAN NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX mail_request_by_ref ON mail_request (account_id, ref);
CREATE INDEX mail_request_by_modseq ON mail_request (account_id, modseq);
CREATE TABLE mail_request_addressee (
  account_id BIGINT NOT NULL,
  request_id BIGINT NOT NULL,
  num BIGINT NOT NULL,
  address TEXT NOT NULL,        -- lower case
  name TEXT NOT NULL,
  unit_id BIGINT NOT NULL,      -- of the addressee's account, 0 = none
  asked BOOLEAN NOT NULL,       -- false: answered without being asked
  answered_at BIGINT NOT NULL,  -- 0 = not yet
  answer BIGINT NOT NULL,       -- the newest answer, in the asker's account
  reminded_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, request_id, num)
);
