// Package compose writes messages: RFC 5322 headers, RFC 2045 bodies, RFC
// 3464 delivery reports.
//
// A Message is header fields in their order and a tree of Nodes. The field
// makers in field.go (Text, Addresses, MessageIDs, Date, URLs, Raw) are the
// inverse of the header forms of RFC 8621 section 4.1.2; Body in body.go
// builds the usual tree of text, HTML, pictures and attachments; DSN in dsn.go
// builds a report. Message.WriteTo streams: CRLF always, lines under 998
// bytes, attachments never held in memory.
//
// Reading is the sister package mime.
package compose
