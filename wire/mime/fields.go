package mime

import (
	"strings"
)

// envelopeText is the raw values of the fields an envelope is made of. Where
// a message has a field twice the last counts, as in JMAP (RFC 8621 section
// 4.1.3).
type envelopeText struct {
	date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, id, references string
}

// fields fills the part from the header just read, and the envelope and
// header of m when the part is its root.
func (p *parser) fields(part *Part, m *Message, depth int) {
	block := string(p.header)
	if m == nil {
		for block != "" {
			var field string
			field, block = cutField(block)
			if len(field) > 8 && field[0]|0x20 == 'c' && field[7] == '-' {
				if name, value, ok := splitField(field); ok {
					p.contentField(part, name, value)
				}
			}
		}
		return
	}
	var env envelopeText
	header := ParseHeader(block)
	for i := range header {
		name, value := header[i].Name, header[i].Value
		if len(name) > 8 && name[0]|0x20 == 'c' && name[7] == '-' {
			p.contentField(part, name, value)
		} else if target := env.field(name); target != nil {
			*target = value
		}
	}
	if depth == 0 {
		m.Header = header
	} else {
		env.references = ""
	}
	p.envelope(&m.Envelope, &env, part.Params)
}

// field returns where the value of an envelope field goes, nil for others.
func (e *envelopeText) field(name string) *string {
	var want string
	var target *string
	switch len(name) {
	case 2:
		want, target = "to", &e.to
		if name[0]|0x20 == 'c' {
			want, target = "cc", &e.cc
		}
	case 3:
		want, target = "bcc", &e.bcc
	case 4:
		want, target = "from", &e.from
		if name[0]|0x20 == 'd' {
			want, target = "date", &e.date
		}
	case 6:
		want, target = "sender", &e.sender
	case 7:
		want, target = "subject", &e.subject
	case 8:
		want, target = "reply-to", &e.replyTo
	case 10:
		want, target = "message-id", &e.id
		if name[0]|0x20 == 'r' {
			want, target = "references", &e.references
		}
	case 11:
		want, target = "in-reply-to", &e.inReplyTo
	default:
		return nil
	}
	if !strings.EqualFold(name, want) {
		return nil
	}
	return target
}

// keep returns a copy of s that does not hold the header in memory, or
// nothing when the tree's budget is spent.
func (p *parser) keep(s string) string {
	if !p.spend(len(s)) {
		return ""
	}
	return strings.Clone(s)
}

func (p *parser) spend(n int) bool {
	if n > p.budget {
		return false
	}
	p.budget -= n
	return true
}

// contentField takes one Content-* field; of several of a name the first counts.
func (p *parser) contentField(part *Part, name, value string) {
	switch strings.ToLower(name[8:]) {
	case "type":
		if part.Implicit {
			p.contentType(part, value)
		}
	case "transfer-encoding":
		if part.CTE == "" {
			if cte := normalCTE(stripComments(unfold(value))); cte != "7bit" {
				part.CTE = AsRaw(p.keep(cte))
			}
		}
	case "disposition":
		if part.Disp == "" {
			token, params := cutToken(unfold(value))
			part.Disp = AsRaw(p.keep(token))
			part.DispParams = parseParams(p.keep(params), p.spend)
		}
	case "id":
		if part.ID == "" {
			part.ID = AsRaw(p.keep(strings.Trim(stripComments(unfold(value)), "<> \t")))
		}
	case "description":
		if part.Desc == "" {
			part.Desc = p.keep(DecodeText(value, ""))
		}
	case "language":
		if part.Lang == nil {
			for tag := range strings.SplitSeq(stripComments(unfold(value)), ",") {
				if tag = AsRaw(p.keep(trimWS(tag))); tag != "" && len(part.Lang) < maxParams {
					part.Lang = append(part.Lang, tag)
				}
			}
		}
	case "location":
		if part.Loc == "" {
			// A long URL may be folded (RFC 2557 section 4.4.1).
			part.Loc = AsRaw(p.keep(strings.Join(strings.Fields(value), "")))
		}
	case "md5":
		if part.MD5 == "" {
			part.MD5 = AsRaw(p.keep(trimWS(stripComments(unfold(value)))))
		}
	}
}

// contentType takes a Content-Type that says something; else the implied type
// stays (RFC 2045 section 5.2).
func (p *parser) contentType(part *Part, value string) {
	token, params := cutToken(unfold(value))
	if i := strings.IndexAny(token, " \t"); i >= 0 {
		if strings.Contains(token[i:], "=") { // "text/html charset=x": a semicolon forgotten
			_, params = cutAt(unfold(value), " \t")
			token = token[:i]
		} else {
			token = strings.Join(strings.Fields(token), "") // "text / html"
		}
	}
	switch main, sub, found := strings.Cut(token, "/"); {
	case found && isToken(main) && isToken(sub):
	case !found && (token == "text" || token == "html" || token == "plain"):
		// Seen in old mail; "text" alone means plain.
		if sub = token; token == "text" {
			sub = "plain"
		}
		token = "text/" + sub
	default:
		return
	}
	if len(token) > maxType {
		return
	}
	part.Type, part.Implicit = strings.Clone(token), false
	part.Params = parseParams(p.keep(params), p.spend)
}

// cutAt cuts s, after leading white space, at the first of the characters.
func cutAt(s, chars string) (before, after string) {
	s = strings.TrimLeft(s, " \t")
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// maxType bounds a media type; RFC 6838 section 4.2 allows 127 for each half.
const maxType = 255

// isToken follows RFC 2045 section 5.1.
func isToken(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F || strings.IndexByte(`()<>@,;:\"/[]?=`, s[i]) >= 0 {
			return false
		}
	}
	return true
}

// envelope decodes the fields of an envelope.
func (p *parser) envelope(e *Envelope, raw *envelopeText, params Params) {
	hint, _ := params.plain("charset")
	if raw.date != "" {
		e.Date = AsRaw(p.keep(trimWS(unfold(raw.date))))
		if t, ok := ParseDate(raw.date); ok {
			e.Sent = t
		}
	}
	if subject := p.keep(raw.subject); subject != "" {
		e.Subject = DecodeText(subject, hint)
		if s := trimWS(unfold(subject)); s != e.Subject && isASCIIText(s) && p.spend(len(s)) {
			e.RawSubject = s
		}
	}
	e.From = p.addresses(raw.from, hint)
	e.Sender = p.addresses(raw.sender, hint)
	e.ReplyTo = p.addresses(raw.replyTo, hint)
	e.To = p.addresses(raw.to, hint)
	e.Cc = p.addresses(raw.cc, hint)
	e.Bcc = p.addresses(raw.bcc, hint)
	if ids := LooseIDs(p.keep(raw.id), 1); len(ids) > 0 {
		e.MessageID = ids[0]
	}
	e.InReplyTo = LooseIDs(p.keep(raw.inReplyTo), maxInReplyTo)
	e.References = LooseIDs(p.keep(raw.references), maxReferences)
}

// A thread of more messages than maxReferences keeps the first that many.
const (
	maxInReplyTo  = 100
	maxReferences = 500
)

// addressCost is charged to the tree's budget for every address, so that a
// field of nothing but commas does not make a tree larger than the message.
const addressCost = 32

func (p *parser) addresses(value, hint string) []Address {
	if value == "" || !p.spend(len(value)) {
		return nil
	}
	room := min(p.lim.Addresses, p.budget/addressCost)
	list := ParseAddresses(strings.Clone(value), hint, room)
	p.spend(len(list) * addressCost)
	return list
}
