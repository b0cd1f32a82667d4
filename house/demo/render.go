package demo

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const dateForm = "Mon, 02 Jan 2006 15:04:05 -0700"

// render makes the bytes of one planned message.
func (w *writer) render(p *plan) ([]byte, error) {
	rng := w.rng("render " + p.id)
	root, err := w.content(p, rng)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if !strings.HasSuffix(p.from.addr, "@"+w.office.Domain) || len(p.letter.head["auth"]) > 0 {
		w.traces(&b, p, rng)
	}
	if err := w.header(&b, p); err != nil {
		return nil, err
	}
	b.WriteString("MIME-Version: 1.0\r\n")
	err = root.write(&b, rng)
	return b.Bytes(), err
}

// traces writes what the city's own relay adds to mail from outside.
func (w *writer) traces(b *bytes.Buffer, p *plan, rng *rand.Rand) {
	domain := p.from.addr[strings.LastIndexByte(p.from.addr, '@')+1:]
	host, ip, result := "mail."+domain, fmt.Sprintf("192.0.2.%d", 2+rng.IntN(250)), "pass" // RFC 5737 addresses
	switch p.letter.head.get("auth", "pass") {
	case "fail":
		host, ip, result = "unknown", fmt.Sprintf("203.0.113.%d", 2+rng.IntN(250)), "fail"
	case "none":
		result = "none"
	}
	dkim := "dkim=none"
	if result == "pass" {
		dkim = "dkim=pass header.d=" + domain
	}
	last := p.date.Add(2 * time.Second)
	fmt.Fprintf(b, "Return-Path: <%s>\r\n", p.letter.head.get("envelope", p.from.addr))
	// RFC 8601 section 2.2; our own name first, so that it is told from a forgery.
	fmt.Fprintf(b, "Authentication-Results: mx.%s;\r\n spf=%s smtp.mailfrom=%s;\r\n %s;\r\n dmarc=%s header.from=%s\r\n",
		w.office.Domain, result, domain, dkim, result, domain)
	fmt.Fprintf(b, "Received: from %s (%s [%s])\r\n by mx.%s with ESMTPS id %010x;\r\n %s\r\n",
		host, host, ip, w.office.Domain, rng.Uint64()>>24, last.Format(dateForm))
	fmt.Fprintf(b, "Received: from [198.51.100.%d] by %s with ESMTPSA id %08x;\r\n %s\r\n",
		2+rng.IntN(250), host, rng.Uint32(), p.date.Format(dateForm))
}

// header writes the fields from Date to the letter's own.
func (w *writer) header(b *bytes.Buffer, p *plan) error {
	cs := p.letter.head.get("charset", "")
	date := p.date
	if p.from.zone != nil {
		date = date.In(p.from.zone)
	}
	fmt.Fprintf(b, "Date: %s\r\n", date.Format(dateForm))
	lines := []struct {
		name  string
		boxes []mailbox
	}{{"From", []mailbox{p.from}}, {"Sender", nil}, {"To", p.to}, {"Cc", p.cc}, {"Bcc", nil}}
	if p.sender.addr != "" {
		lines[1].boxes = []mailbox{p.sender}
	}
	if p.letter.head.get("draft", "") != "" {
		lines[4].boxes = p.bcc // only a draft keeps it (RFC 5322 section 3.6.3)
	}
	for _, l := range lines {
		if len(l.boxes) == 0 {
			continue
		}
		text, err := addressList(cs, l.boxes)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%s: %s\r\n", l.name, text)
	}
	subject, err := word(cs, p.subject)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "Subject: %s\r\nMessage-ID: <%s>\r\n", foldWords(subject), p.id)
	if p.parent != nil {
		fmt.Fprintf(b, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", p.parent.id, strings.Join(p.references, ">\r\n <"))
	}
	if p.from.person != "" || p.from.shared != "" {
		b.WriteString("User-Agent: Chancery\r\n")
	}
	w.listFields(b, p)
	f := &filler{office: w.office, lang: p.lang, date: p.date, rng: w.rng("head " + p.id)}
	for _, field := range p.letter.head["head"] {
		fmt.Fprintf(b, "%s\r\n", f.fill(field))
	}
	return f.err
}

// foldWords folds a plain subject at spaces (RFC 5322 section 2.2.3).
func foldWords(s string) string {
	if strings.Contains(s, "\r\n") || len(s) < 68 {
		return s
	}
	var b strings.Builder
	n := len("Subject:")
	for i, word := range strings.Split(s, " ") {
		if i > 0 && n+len(word) > 74 {
			b.WriteString("\r\n")
			n = 0
		}
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(word)
		n += len(word) + 1
	}
	return b.String()
}

// listFields marks list mail (RFC 2919, RFC 2369).
func (w *writer) listFields(b *bytes.Buffer, p *plan) {
	for _, m := range append(p.to, p.cc...) {
		if m.list == "" {
			continue
		}
		local, domain, _ := strings.Cut(m.addr, "@")
		fmt.Fprintf(b, "List-Id: <%s.%s>\r\nList-Post: <mailto:%s>\r\nPrecedence: list\r\n", local, domain, m.addr)
		return
	}
}

// content builds the MIME tree: text, its HTML form, pictures in the text, an
// invitation, attachments, from the inside out.
func (w *writer) content(p *plan, rng *rand.Rand) (*entity, error) {
	cs, enc := p.letter.head.get("charset", ""), p.letter.head.get("encoding", "")
	text, sign := p.body, w.signature(p)
	format := w.format(p, cs)
	plain := plainText(text)
	if sign != "" {
		plain += "\n" + sign + "\n"
		text += "\n\n" + sign
	}
	root, err := textEntity("plain", cs, enc, plain+w.quoted(p))
	if err != nil {
		return nil, err
	}
	var inline, attached []*entity
	var invite *entity
	for _, part := range p.parts {
		e, where, err := w.part(p, part, cs, rng)
		if err != nil {
			return nil, err
		}
		switch where {
		case "inline":
			inline = append(inline, e)
		case "invite":
			invite = e
		default:
			attached = append(attached, e)
		}
	}
	if format != "plain" {
		page, err := textEntity("html", "", "", w.htmlText(p, text, format, rng))
		if err != nil {
			return nil, err
		}
		if len(inline) > 0 {
			page = &entity{multi: "related", multiParams: ` type="text/html";`, parts: append([]*entity{page}, inline...)}
		}
		if format == "html" {
			root = page
		} else {
			root = &entity{multi: "alternative", parts: []*entity{root, page}}
		}
	}
	if invite != nil {
		if root.multi != "alternative" {
			root = &entity{multi: "alternative", parts: []*entity{root}}
		}
		root.parts = append(root.parts, invite)
	}
	if len(attached) > 0 {
		root = &entity{multi: "mixed", parts: append([]*entity{root}, attached...)}
	}
	return root, nil
}

// format picks plain or rich where the script leaves it open: about half of
// the office writes rich text. A letter in an old charset stays plain, as its
// sender's program would have left it.
func (w *writer) format(p *plan, charset string) string {
	open := "plain"
	if p.from.person != "" && charset == "" && w.rng("format "+p.from.person).IntN(2) == 0 {
		open = "rich"
	}
	for _, part := range p.parts {
		if strings.HasPrefix(part.name, "inline ") {
			open = "rich"
		}
	}
	return p.letter.head.get("format", open)
}

// signature closes a letter: name, post, city and extension under a first
// letter, the name alone under an answer. Outsiders sign in their own text.
func (w *writer) signature(p *plan) string {
	mode := "full"
	if p.parent != nil {
		mode = "short"
	}
	who := p.from.person
	if who == "" {
		who = p.sender.person
	}
	person, ok := w.office.Person(who)
	mode = p.letter.head.get("sign", mode)
	if !ok || mode == "no" {
		return ""
	}
	if mode == "short" {
		return person.Name
	}
	post := person.Posts[0]
	unit, _ := w.office.Unit(post.Unit)
	lang := person.Language
	// RFC 3676 section 4.3: "-- " alone on a line starts a signature.
	return "-- \n" + strings.Join([]string{person.Name, post.Title + " · " + unit.Names[lang], w.office.Names[lang], extension(lang, person.Ext)}, "\n")
}

func extension(lang, ext string) string {
	words := map[string]string{"zh-TW": "分機 ", "zh-CN": "分机 ", "vi": "Máy lẻ ", "ko": "내선 ", "en": "Extension "}
	return words[lang] + ext
}

// quotes says whether the parent's text is repeated below an answer.
func (p *plan) quotes() bool {
	return p.parent != nil && p.letter.head.get("quote", "yes") != "no"
}

// quoted is the parent's own text behind ">", with one more level below it.
func (w *writer) quoted(p *plan) string {
	var b strings.Builder
	mark := "> "
	for n := 0; p.quotes() && n < 2; n++ {
		within := strings.Repeat("> ", n)
		b.WriteString(within + "\n" + within + w.attribution(p) + "\n")
		for line := range strings.Lines(plainText(p.parent.body)) {
			b.WriteString(mark + line)
		}
		mark += "> "
		p = p.parent
	}
	return b.String()
}

func (w *writer) attribution(p *plan) string {
	lang := p.lang
	if person, ok := w.office.Person(p.from.person); ok {
		lang = person.Language
	}
	name := p.parent.from.name
	if name == "" {
		name = p.parent.from.addr
	}
	return attribution(lang, name, p.parent.date)
}

// htmlText renders the HTML form, framed as a letter or as a newsletter.
func (w *writer) htmlText(p *plan, text, format string, rng *rand.Rand) string {
	inner := htmlBlocks(text)
	if format == "news" {
		domain := p.from.addr[strings.LastIndexByte(p.from.addr, '@')+1:]
		return newsPage(p.lang, p.subject, inner, domain, fmt.Sprintf("%012x", rng.Uint64()>>16))
	}
	if p.quotes() {
		inner += "<p>" + htmlInline(w.attribution(p)) + "</p>\n<blockquote type=\"cite\">\n" + htmlBlocks(p.parent.body) + "</blockquote>\n"
	}
	return htmlPage(p.lang, inner)
}
