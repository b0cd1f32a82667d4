// Package outside sees the server as its clients do: it starts the program as
// a child process and speaks SMTP, IMAP and JMAP to it over loopback.
//
// Owns: the child process ([Server]) with its figures from /proc, and three
// small clients ([SMTP], [IMAP], [JMAP]) that cost little, so that a benchmark
// measures the server and a crash test sees every byte.
//
// Does not own: any judgement. The benchmark (cmd/bench) and the tests of
// cmd/chancery count and compare.
//
// It shares no parser with the product: a fault of the product's own parsers
// must not hide itself.
package outside
