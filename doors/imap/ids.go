package imap

import "chancery/kit/id"

// Object ids of RFC 8474, the same text that JMAP uses.

func mailboxID(n int64) string { return id.Text('f', n) }
func emailID(n int64) string   { return id.Text('e', n) }
func threadID(n int64) string  { return id.Text('t', n) }
