if header :contains "subject" { keep; }
frobnicate;
