-- How often each network applied, and proved an address, within an hour: at all
-- servers of the installation together, so that the organisation is 0.
CREATE TABLE application_pace (
  org_id BIGINT NOT NULL,
  network TEXT NOT NULL,         -- an IPv4 address, or an IPv6 /64
  hour BIGINT NOT NULL,          -- since 1970
  tries BIGINT NOT NULL,
  PRIMARY KEY (org_id, network, hour)
);
