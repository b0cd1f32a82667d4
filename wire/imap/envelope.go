package imap

import "chancery/wire/mime"

// AppendEnvelope writes an envelope (RFC 9051 section 7.5.2, ENVELOPE).
func AppendEnvelope(dst []byte, e *mime.Envelope, utf8Mode bool) []byte {
	dst = append(dst, '(')
	dst = AppendNString(dst, e.Date, utf8Mode)
	dst = append(dst, ' ')
	dst = AppendNString(dst, e.IMAPSubject(), utf8Mode)
	for _, list := range [...][]mime.Address{e.From, e.SenderOrFrom(), e.ReplyToOrFrom(), e.To, e.Cc, e.Bcc} {
		dst = append(dst, ' ')
		dst = appendAddresses(dst, list, utf8Mode)
	}
	dst = append(dst, ' ')
	dst = appendIDs(dst, e.InReplyTo, utf8Mode)
	dst = append(dst, ' ')
	if e.MessageID == "" {
		dst = append(dst, "NIL"...)
	} else {
		dst = AppendString(dst, "<"+e.MessageID+">", utf8Mode)
	}
	return append(dst, ')')
}

func appendIDs(dst []byte, ids []string, utf8Mode bool) []byte {
	text := make([]byte, 0, 64)
	for i, id := range ids {
		if i > 0 {
			text = append(text, ' ')
		}
		text = append(text, '<')
		text = append(text, id...)
		text = append(text, '>')
	}
	return AppendNString(dst, string(text), utf8Mode)
}

// appendAddresses writes a list of addresses; a group is an address without
// host that holds its name, its members, and one of NILs.
func appendAddresses(dst []byte, list []mime.Address, utf8Mode bool) []byte {
	if len(list) == 0 {
		return append(dst, "NIL"...)
	}
	dst = append(dst, '(')
	for i := range list {
		a := &list[i]
		switch a.Mark {
		case mime.GroupStart:
			dst = append(dst, "(NIL NIL "...)
			dst = AppendString(dst, a.IMAPName(), utf8Mode)
			dst = append(dst, " NIL)"...)
			continue
		case mime.GroupEnd:
			dst = append(dst, "(NIL NIL NIL NIL)"...)
			continue
		}
		dst = append(dst, '(')
		dst = AppendNString(dst, a.IMAPName(), utf8Mode)
		dst = append(dst, ' ')
		dst = AppendNString(dst, a.Route, utf8Mode)
		dst = append(dst, ' ')
		// NIL would mean a group here, so what is missing is an empty string.
		dst = AppendString(dst, a.Local, utf8Mode)
		dst = append(dst, ' ')
		dst = AppendString(dst, a.Host, utf8Mode)
		dst = append(dst, ')')
	}
	return append(dst, ')')
}
