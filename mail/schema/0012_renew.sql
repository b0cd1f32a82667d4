-- Reports whose next period may be due, over all accounts: asked for every minute.
CREATE INDEX mail_request_to_renew ON mail_request (due_at) WHERE every <> '' AND due_at > 0 AND NOT continued AND NOT closed AND NOT gone;
