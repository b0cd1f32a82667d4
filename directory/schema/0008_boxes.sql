-- What is no person's is a handful among very many: lists, and mailboxes of functions.
CREATE INDEX account_boxes ON account (org_id, address) WHERE kind <> 'person';
