-- Messages of personnel systems that were taken, so that one that comes again does nothing.
CREATE TABLE feed_event (
  org_id BIGINT NOT NULL,
  feed_id BIGINT NOT NULL,
  event TEXT NOT NULL,          -- id that the sender gave the message
  taken_at BIGINT NOT NULL,     -- milliseconds since 1970
  PRIMARY KEY (org_id, feed_id, event)
);
