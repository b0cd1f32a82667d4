-- What a sign-in rests on beside the account: it ends with that.
ALTER TABLE session ADD COLUMN ground BIGINT NOT NULL DEFAULT 0; -- such as a certificate that was shown; 0 = nothing else
ALTER TABLE session ADD COLUMN local TEXT NOT NULL DEFAULT '';   -- address of ours that it came to: its zone may follow from that
ALTER TABLE sign_in ADD COLUMN ground BIGINT NOT NULL DEFAULT 0;
