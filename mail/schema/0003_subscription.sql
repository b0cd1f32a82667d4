-- Subscriptions that outlive their mailbox (RFC 9051 section 6.3.5).
CREATE TABLE mail_subscription (
  account_id BIGINT NOT NULL,
  path TEXT NOT NULL,              -- names joined by "/"
  PRIMARY KEY (account_id, path)
);
