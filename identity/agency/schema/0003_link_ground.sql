-- The ground of a link is asked for at each request that rests on it.
CREATE INDEX agency_link_ground ON agency_link (org_id, ground);
