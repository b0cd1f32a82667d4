// Command bench measures the server from outside and prints the table of
// doc/benchmarks.md: it starts `chancery serve` on an empty directory, loads
// it over loopback with SMTP, IMAP and JMAP, and prints one line a figure,
// with the processor time that the server spent on each operation beside it
// (rates of a busy machine compare badly, processor time compares well).
//
// Where to start: main.go lists the figures in their order; run.go measures.
package main
