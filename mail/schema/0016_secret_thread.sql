-- An answer is at least as secret as its conversation (C15): found without
-- going through the mailbox. Few letters are in it.
CREATE INDEX message_by_secret_thread ON message (account_id, thread_id, level) WHERE level > 0;
