-- Questions that wait for somebody's decision, and those that were decided.
CREATE TABLE approval_case (
  org_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,              -- which room asked for what: "mail.review", ...
  state TEXT NOT NULL,             -- waiting, approved, refused, recalled
  asker BIGINT NOT NULL,           -- account; 0 = the program itself
  due BIGINT NOT NULL,             -- when the step in hand is late, milliseconds since 1970; 0 = never, or decided
  closed BIGINT NOT NULL,          -- when it was decided; 0 = not yet
  modseq BIGINT NOT NULL,          -- counts the changes of the organisation's cases
  data TEXT NOT NULL,              -- JSON of Case
  PRIMARY KEY (org_id, id)
);
CREATE INDEX approval_case_by_due ON approval_case (due);
CREATE INDEX approval_case_by_asker ON approval_case (org_id, asker, closed);
-- Who is asked: an account, or whoever has a duty.
CREATE TABLE approval_seat (
  org_id BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,      -- 0 where it is a duty
  duty BIGINT NOT NULL,            -- bits of policy.Duty; 0 where it is an account
  open BOOLEAN NOT NULL,           -- the decision waits for this one now
  PRIMARY KEY (org_id, case_id, account_id, duty)
);
CREATE INDEX approval_seat_open ON approval_seat (org_id, open, account_id, duty);
CREATE TABLE approval_org (
  org_id BIGINT NOT NULL,
  modseq BIGINT NOT NULL,
  PRIMARY KEY (org_id)
);
