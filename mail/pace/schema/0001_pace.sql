-- What accounts sent within an hour, counted in hours since 1970. Rows are
-- forgotten after a day.
CREATE TABLE mail_pace (
    account_id BIGINT NOT NULL,
    hour       BIGINT NOT NULL,
    letters    BIGINT NOT NULL,
    recipients BIGINT NOT NULL,
    PRIMARY KEY (account_id, hour)
);
