// Package mbox reads and writes files of many letters, as mail programs
// exchange them (RFC 4155), in the quoting called mboxrd: a line of a letter
// that begins with any number of ">" and then "From " gets one more ">", so
// that reading gives back what was written.
//
// Reader takes every dialect it can: LF and CRLF, quoted or not, with or
// without the blank line before a separator, and a file that is one letter
// without any separator. Letters come out with CRLF. Writer writes LF, as
// RFC 4155 section "Appendix A" asks for.
//
// The state of a letter travels in the header fields Status, X-Status and
// X-Keywords of Unix mail programs; they are put in on writing and taken out
// on reading, so that the bytes of a letter survive the way there and back.
//
// The package holds no letter in memory: only its header, up to a limit.
//
// Start at reader.go and writer.go.
package mbox
