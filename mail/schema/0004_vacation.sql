-- Answers for those who write while a person is away (RFC 8621 section 8).
CREATE TABLE mail_vacation (
  account_id BIGINT NOT NULL PRIMARY KEY,
  enabled BOOLEAN NOT NULL,
  from_at BIGINT NOT NULL,         -- milliseconds since 1970; 0 = open
  to_at BIGINT NOT NULL,
  subject TEXT NOT NULL,
  text_body TEXT NOT NULL,
  html_body TEXT NOT NULL,
  modseq BIGINT NOT NULL
);
-- Who was answered and when, so that nobody is answered twice in a week.
CREATE TABLE mail_vacation_sent (
  account_id BIGINT NOT NULL,
  sender TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, sender)
);
